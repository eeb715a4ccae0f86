@scope:service-requests
Feature: Prepayment
  A meter that runs out of credit, and what its supplier can do about it.

  @id:SR-114 @role:IS @role:GS @srv:2.5 @priority:P1
  Scenario Outline: Emergency credit is activated from afar
    Given a party acting as <role>
    And a home with both meters
    And the <meter> is in prepayment mode with £1.20 left and £5 of emergency credit on offer
    When the party is asked to send 2.5 to the <meter>
    Then the command was signed
    And the request is accepted
    And the response reaches the party
    And the <meter>'s emergency_credit becomes 500000
    And the party reports what the response says

    Examples:
      | role | meter             |
      | IS   | electricity meter |
      | GS   | gas meter         |

  @id:SR-113 @role:IS @srv:2.3 @priority:P1
  Scenario: Debt is put on a prepayment meter
    Given a party acting as IS
    And a home with both meters
    And the electricity meter is in prepayment mode with £1.20 left
    When the party is asked to send 2.3 to the electricity meter
    Then the command was signed
    And the request is accepted
    And the response reaches the party
    And the party reports what the response says
