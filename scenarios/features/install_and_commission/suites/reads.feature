@scope:install-and-commission
Feature: Reading devices, service by service
  Every value that the device sends is the one the party reports. The homes have been lived in: logs hold entries,
  the tariff has two rates, billing periods have passed.

  Scenario Outline: <service> (<srv>), <device>
    Given a party acting as <role>
    And a home with <home>
    And the home has been lived in for 63 days
    And the <device> is <state>
    When the party is asked to send <srv> to the <device> with its test data
    Then the request is accepted
    And the response reaches the party
    And the party reports the values the device sent

    Examples:
      | id     | role | srv    | service                                    | home                               | device            | state        | priority |
      | IC-020 | GS   | 8.9    | Read Device Log                            | both meters and an in-home display | gas meter         | commissioned | P1       |
      | IC-020 | GS   | 8.9    | Read Device Log                            | both meters and an in-home display | gas proxy         | commissioned | P1       |
      | IC-020 | GS   | 8.9    | Read Device Log                            | both meters                        | hub               | commissioned | P1       |
      | IC-020 | IS   | 8.9    | Read Device Log                            | both meters and an in-home display | electricity meter | commissioned | P1       |
      | IC-020 | IS   | 8.9    | Read Device Log                            | both meters                        | hub               | commissioned | P1       |
      | IC-020 | OU   | 8.9    | Read Device Log                            | both meters and an in-home display | electricity meter | commissioned | P1       |
      | IC-020 | OU   | 8.9    | Read Device Log                            | both meters and an in-home display | gas meter         | commissioned | P1       |
      | IC-020 | OU   | 8.9    | Read Device Log                            | both meters and an in-home display | gas proxy         | commissioned | P1       |
      | IC-020 | OU   | 8.9    | Read Device Log                            | both meters                        | hub               | commissioned | P1       |
      | IC-032 | ED   | 6.24.1 | Retrieve Device Security Credentials (KRP) | an electricity meter               | electricity meter | commissioned | P1       |
      | IC-032 | GS   | 6.24.1 | Retrieve Device Security Credentials (KRP) | a gas meter                        | gas meter         | commissioned | P1       |
      | IC-032 | GS   | 6.24.1 | Retrieve Device Security Credentials (KRP) | a gas meter                        | gas proxy         | commissioned | P1       |
      | IC-032 | GT   | 6.24.1 | Retrieve Device Security Credentials (KRP) | a gas meter                        | gas meter         | commissioned | P1       |
      | IC-032 | GT   | 6.24.1 | Retrieve Device Security Credentials (KRP) | a gas meter                        | gas proxy         | commissioned | P1       |
      | IC-032 | IS   | 6.24.1 | Retrieve Device Security Credentials (KRP) | an electricity meter               | electricity meter | commissioned | P1       |
      | IC-045 | GS   | 6.30   | Read CHF Sub GHz Configuration             | both meters and a dual-band hub    | hub               | commissioned | P2       |
      | IC-045 | GS   | 6.31   | Read CHF Sub GHz Channel                   | both meters and a dual-band hub    | hub               | commissioned | P2       |
      | IC-045 | GS   | 6.32   | Read CHF Sub GHz Channel Log               | both meters and a dual-band hub    | hub               | commissioned | P2       |
      | IC-045 | IS   | 6.30   | Read CHF Sub GHz Configuration             | both meters and a dual-band hub    | hub               | commissioned | P2       |
      | IC-045 | IS   | 6.31   | Read CHF Sub GHz Channel                   | both meters and a dual-band hub    | hub               | commissioned | P2       |
      | IC-045 | IS   | 6.32   | Read CHF Sub GHz Channel Log               | both meters and a dual-band hub    | hub               | commissioned | P2       |
      | IC-045 | RSA  | 6.30   | Read CHF Sub GHz Configuration             | both meters and a dual-band hub    | hub               | commissioned | P2       |
      | IC-045 | RSA  | 6.31   | Read CHF Sub GHz Channel                   | both meters and a dual-band hub    | hub               | commissioned | P2       |
      | IC-045 | RSA  | 6.32   | Read CHF Sub GHz Channel Log               | both meters and a dual-band hub    | hub               | commissioned | P2       |

  Scenario Outline: <service> (<srv>), <device>, signed
    Given a party acting as <role>
    And a home with <home>
    And the home has been lived in for 63 days
    And the <device> is <state>
    When the party is asked to send <srv> to the <device> with its test data
    Then each request went to the service of its command variant
    And the command was signed
    And what was signed is the Pre-Command that was issued
    And it was signed with the party's own key
    And the request is accepted
    And the response reaches the party
    And the party reports the values the device sent

    Examples:
      | id     | role | srv    | service                                       | home                 | device            | state        | priority |
      | IC-033 | GS   | 6.24.2 | Retrieve Device Security Credentials (Device) | a gas meter          | gas meter         | commissioned | P1       |
      | IC-033 | IS   | 6.24.2 | Retrieve Device Security Credentials (Device) | an electricity meter | electricity meter | commissioned | P1       |
