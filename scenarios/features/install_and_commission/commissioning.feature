@scope:install-and-commission
Feature: Commissioning
  A meter that has joined is commissioned with a critical request: transformed, signed, sent.

  @id:IC-021 @role:IS @srv:8.1.1 @priority:P1
  Scenario: An Import Supplier commissions an electricity meter
    Given a party acting as IS
    And a home with an electricity meter
    And the electricity meter is installed but not commissioned
    When the party is asked to send 8.1.1 to the electricity meter
    Then each request went to the service of its command variant
    And the command was signed
    And what was signed is the Pre-Command that was issued
    And it was signed with the party's own key
    And the request is accepted
    And the response reaches the party
    And the inventory shows the electricity meter as Commissioned
    And the party reports what the response says

  @id:IC-022 @role:GS @srv:8.1.1 @priority:P1
  Scenario: A Gas Supplier commissions a gas meter
    Given a party acting as GS
    And a home with a gas meter
    And the gas meter is installed but not commissioned
    When the party is asked to send 8.1.1 to the gas meter
    Then the command was signed
    And the request is accepted
    And the response reaches the party
    And the inventory shows the gas meter as Commissioned
    And the party reports what the response says

  @id:IC-023 @role:IS @role:GS @srv:8.1.1 @priority:P2
  Scenario Outline: Commissioning too early is refused
    Given a party acting as <role>
    And a home with both meters
    And the <meter> is pending
    When the party is asked to send 8.1.1 to the <meter>
    Then the request is refused with E5
    And nothing is changed by it
    And the party does not flood the DCC
    And the party understands E5

    Examples:
      | role | meter             |
      | IS   | electricity meter |
      | GS   | gas meter         |

  @id:IC-031 @role:IS @role:GS @srv:6.17 @srv:6.15.2 @srv:4.1.1 @priority:P1
  Scenario Outline: A meter makes new keys and goes on with them
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to send 6.17 to the <meter> with
      | CredentialType | <key> |
    Then the command was signed
    And the request is accepted
    And the response reaches the party
    And the party reports what the response says
    When the party is asked to send 6.15.2 to the <meter>
    Then the command was signed
    And the request is accepted
    And the response reaches the party
    And the <meter> takes the certificate issued for its new key
    When the party is asked to send 4.1.1 to the <meter>
    Then the request is accepted
    And the response reaches the party
    And the party reports the values the device sent

    Examples:
      | role | meter             | key               |
      | IS   | electricity meter | Digital Signature |
      | IS   | electricity meter | Key Agreement     |
      | GS   | gas meter         | Digital Signature |
      | GS   | gas meter         | Key Agreement     |

  @id:IC-042 @role:IS @role:GS @srv:8.3 @priority:P1
  Scenario Outline: A meter is decommissioned
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to send 8.3 to the DCC with
      | DeviceID | <meter> |
    Then the request is accepted
    And the party reports what the response says
    And the inventory shows the <meter> as Decommissioned

    Examples:
      | role | meter             |
      | IS   | electricity meter |
      | GS   | gas meter         |
