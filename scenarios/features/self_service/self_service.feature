@scope:ssi
Feature: Self-Service Interface
  People of the party find their own devices and messages, and nobody else's.

  @id:SSI-001 @role:IS @role:GS @role:ED @role:OU @priority:P1
  Scenario Outline: A person signs in
    Given a party acting as <role>
    When the party is asked to sign in to the SSI
    Then the SSI lets the party in

    Examples:
      | role |
      | IS   |
      | GS   |
      | ED   |
      | OU   |

  @id:SSI-006 @role:IS @role:GS @role:ED @priority:P1
  Scenario Outline: A person looks a device up in the inventory
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to look up the <device> in the SSI inventory
    Then the party sees the <device> on the page

    Examples:
      | role | device            |
      | IS   | electricity meter |
      | GS   | gas meter         |
      | ED   | electricity meter |

  @id:SSI-008 @role:IS @role:GS @role:ED @role:OU @priority:P1
  Scenario Outline: A person finds the party's own request
    Given a party acting as <role>
    And a home with both meters
    And the party has sent 11.2 to the <device>
    When the party is asked to look up the <device> in the SSI audit trail
    Then the party finds its request in the audit trail

    Examples:
      | role | device            |
      | IS   | electricity meter |
      | GS   | gas meter         |
      | ED   | electricity meter |
      | OU   | electricity meter |

  @id:SSI-009 @role:IS @role:GS @role:ED @role:OU @priority:P1
  Scenario Outline: Nobody sees another party's messages
    Given a party acting as <role>
    And another party's meter nearby has raised an alert
    When the party is asked to look up that meter in the SSI audit trail
    Then no page shows that meter

    Examples:
      | role |
      | IS   |
      | GS   |
      | ED   |
      | OU   |
