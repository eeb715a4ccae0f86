@scope:alerts-and-codes
Feature: Alerts
  Alerts come without being asked for; they are acknowledged and understood.

  @id:AL-001 @role:IS @role:GS @priority:P1
  Scenario Outline: A meter reports tampering
    Given a party acting as <role>
    And a home with both meters
    When the <meter> raises alert 8F3F
    Then the party acknowledges alert 8F3F
    When the party is asked to wait for alert 8F3F from the <meter>
    Then the party reports alert 8F3F

    Examples:
      | role | meter             |
      | IS   | electricity meter |
      | GS   | gas meter         |

  @id:AL-005 @role:ED @priority:P1
  Scenario: A meter reports that its supply is back
    Given a party acting as ED
    And a home with an electricity meter
    When the electricity meter raises alert 8F35
    Then the party acknowledges alert 8F35
    When the party is asked to wait for alert 8F35 from the electricity meter
    Then the party reports alert 8F35

  @id:AL-021 @role:ED @priority:P1
  Scenario: The DCC reports a power outage
    Given a party acting as ED
    And a home with an electricity meter
    When the DCC raises alert AD1 about the hub
    Then the party acknowledges alert AD1
    When the party is asked to wait for alert AD1 from the hub
    Then the party reports alert AD1

  @id:AL-026 @role:IS @role:GS @role:ED @role:OU @priority:P1
  Scenario Outline: The DCC reports that a command failed
    Given a party acting as <role>
    And a home with both meters
    When the DCC raises alert N10 about the <device>
    Then the party acknowledges alert N10
    When the party is asked to wait for alert N10 from the <device>
    Then the party reports alert N10

    Examples:
      | role | device            |
      | IS   | electricity meter |
      | GS   | gas meter         |
      | ED   | electricity meter |
      | OU   | electricity meter |

  @id:AL-022 @role:ED @priority:P1
  Scenario: The DCC tells who a commissioned meter is
    Given a party acting as ED
    And a home with an electricity meter
    When the DCC raises alert N16 about the electricity meter
    Then the party acknowledges alert N16
    When the party is asked to wait for alert N16 from the electricity meter
    Then the party reports alert N16

  @id:AL-023 @role:IS @role:GS @role:ED @priority:P1
  Scenario Outline: The DCC tells that a meter was decommissioned
    Given a party acting as <role>
    And a home with both meters
    When the DCC raises alert N1 about the <device>
    Then the party acknowledges alert N1
    When the party is asked to wait for alert N1 from the <device>
    Then the party reports alert N1

    Examples:
      | role | device            |
      | IS   | electricity meter |
      | GS   | gas meter         |
      | ED   | electricity meter |

  @id:AL-028 @role:IS @role:GS @role:OU @priority:P1
  Scenario Outline: The DCC tells that a hub's device log was changed
    Given a party acting as <role>
    And a home with both meters
    When the DCC raises alert N24 about the hub
    Then the party acknowledges alert N24
    When the party is asked to wait for alert N24
    Then the party reports alert N24

    Examples:
      | role |
      | IS   |
      | GS   |
      | OU   |

  @id:AL-001 @role:IS @priority:P1
  Scenario: An alert without a signature is not believed
    Given a party acting as IS
    And a home with an electricity meter
    And alerts arrive without a signature
    When the electricity meter raises alert 8F3F
    And the party is asked to wait for alert 8F3F within 1.5 seconds
    Then the party does not believe alert 8F3F
