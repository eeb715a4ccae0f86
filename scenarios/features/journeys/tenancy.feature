@scope:service-requests
Feature: Change of tenancy
  A new tenant must not see what the one before used.

  @id:JY-005 @role:IS @role:GS @srv:3.2 @srv:4.4.2 @srv:3.3 @srv:3.1 @srv:3.5 @priority:P1
  Scenario Outline: What was used before the move is hidden from the new tenant
    Given a party acting as <role>
    And a home with both meters and an in-home display
    And the home has been lived in for 63 days
    When the party is asked to send 3.2 to the <log> with its test data
    Then the request is accepted
    And the response reaches the party
    And the party reports what the response says
    And the <log> then shows tenancy = the second of local midnight 2 days ago
    When the party is asked to send 4.4.2 to the <log> with its test data
    Then the party reports the values the device sent
    When the party is asked to send 3.3 to the <meter> with its test data
    Then the request is accepted
    And the response reaches the party
    And the <meter> then shows cleared = event
    When the party is asked to send 3.1 to the <meter> with its test data
    Then it is accepted, answered and reported
    And the <meter> then shows display_message = Your meter will be read on Tuesday.
    When the party is asked to send 3.5 to the <meter> with its test data
    Then it is accepted, answered and reported
    And the <meter> then shows pin =

    Examples:
      | role | log               | meter             |
      | IS   | electricity meter | electricity meter |
      | GS   | gas proxy         | gas meter         |
