@scope:alerts-and-codes
Feature: What happens to a meter
  Something happens to a meter; it tells the party by itself, and the party acknowledges and understands it.

  @id:AL-002 @role:GS @priority:P1
  Scenario: A gas meter's battery runs low, and its power fails
    Given a party acting as GS
    And a home with a gas meter
    When the gas meter finds its battery low
    Then the party acknowledges alert 8F1F
    When the gas meter finds its own power failing
    Then the party acknowledges alert 8F1D
    When the party is asked to wait for alert 8F1F from the gas meter
    Then the party reports alert 8F1F
    When the party is asked to wait for alert 8F1D from the gas meter
    Then the party reports alert 8F1D

  @id:AL-006 @role:ED @priority:P1
  Scenario: The voltage leaves its limits, and comes back too low
    Given a party acting as ED
    And a home with an electricity meter
    When the electricity meter is supplied with 260 V
    Then the party acknowledges alert 8002
    When the electricity meter is supplied with 200 V
    Then the party acknowledges alert 8003
    When the party is asked to wait for alert 8002 from the electricity meter
    Then the party reports alert 8002
    When the party is asked to wait for alert 8003 from the electricity meter
    Then the party reports alert 8003

  @id:AL-010 @role:IS @priority:P1
  Scenario: A message could not be delivered to the meter
    Given a party acting as IS
    And a home with both meters and an in-home display
    When the electricity meter cannot be reached by a message of its home
    Then the party acknowledges alert 8F84
    When the party is asked to wait for alert 8F84 from the electricity meter
    Then the party reports alert 8F84
