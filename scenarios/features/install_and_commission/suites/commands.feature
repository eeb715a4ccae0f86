@scope:install-and-commission
Feature: Critical commands, service by service
  Transformed, signed by the party, sent, carried out: the device takes what was commanded, and what is read back shows it.

  Scenario Outline: <service> (<srv>), <device>, the former certificate is gone, read back, signed
    Given a party acting as <role>
    And a home with <home>
    And the <device> knows the party by its former key agreement certificate
    When the party is asked to send <srv> to the <device> with its test data
    Then each request went to the service of its command variant
    And the command was signed
    And what was signed is the Pre-Command that was issued
    And it was signed with the party's own key
    And the request is accepted
    And the response reaches the party
    And the party reports what the response says
    And the <device> then shows anchors = the party's key agreement certificate
    And the <device> then shows anchors = without the party's former certificate
    When the party is asked to send <read back> to the <device> with its test data
    Then the party reports the values the device sent

    Examples:
      | id     | role | srv    | service                           | home                 | device            | read back | priority |
      | IC-034 | ED   | 6.15.1 | Update Security Credentials (KRP) | an electricity meter | electricity meter | 6.24.1    | P1       |
      | IC-034 | GT   | 6.15.1 | Update Security Credentials (KRP) | a gas meter          | gas meter         | 6.24.1    | P1       |

  Scenario Outline: <service> (<srv>), <device>, read back, signed
    Given a party acting as <role>
    And a home with <home>
    And the <device> is <state>
    When the party is asked to send <srv> to the <device> with its test data
    Then each request went to the service of its command variant
    And the command was signed
    And what was signed is the Pre-Command that was issued
    And it was signed with the party's own key
    And the request is accepted
    And the response reaches the party
    And the party reports what the response says
    And the <device> then shows <effect>
    When the party is asked to send <read back> to the <device> with its test data
    Then the party reports the values the device sent

    Examples:
      | id     | role | srv   | service                   | home                               | device            | state                       | effect                           | read back | priority |
      | IC-024 | GS   | 8.7.1 | Join Service (Critical)   | both meters and an in-home display | gas meter         | joined with no other device | joined = in-home display         | 8.9       | P1       |
      | IC-025 | IS   | 8.7.1 | Join Service (Critical)   | both meters and an in-home display | electricity meter | joined with no other device | joined = in-home display         | 8.9       | P1       |
      | IC-028 | GS   | 8.8.1 | Unjoin Service (Critical) | both meters and an in-home display | gas meter         | commissioned                | joined = without in-home display | 8.9       | P1       |
      | IC-028 | IS   | 8.8.1 | Unjoin Service (Critical) | both meters and an in-home display | electricity meter | commissioned                | joined = without in-home display | 8.9       | P1       |
