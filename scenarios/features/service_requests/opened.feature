@scope:service-requests @opened
Feature: Services that the public matrix gives to no role
  They run where the settings name a role that may send them (dcc.eligible_roles); no row of the catalogue asks for them.

  @id:OWN-001 @role:IS @srv:7.16 @priority:P3
  Scenario: The level of a proportional controller is limited
    Given a party acting as IS
    And a home with an electricity meter
    When the party is asked to send 7.16 to the electricity meter with its test data
    Then the command was signed
    And what was signed is the Pre-Command that was issued
    And it was signed with the party's own key
    And it is accepted, answered and reported
    When the party is asked to send 7.15 to the electricity meter with its test data
    Then the party reports the values the device sent

  @srv:8.5 @priority:P3 @clock
  Scenario Outline: The <meter> leaves the DCC on its day
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to send 8.5 to the <meter> and to come back later with
      | ExecutionDateTime | in 7 days |
    Then the request is accepted
    When 8 days pass
    Then the response reaches the party
    And the inventory shows the <meter> as Withdrawn
    When the party is asked what became of it
    Then the party reports what the response says

    Examples:
      | id      | role | meter             |
      | OWN-002 | IS   | electricity meter |
      | OWN-002 | GS   | gas meter         |

  @srv:8.6 @priority:P3
  Scenario Outline: The <meter> that had left comes back to the DCC
    Given a party acting as <role>
    And a home with both meters
    And the <meter> is decommissioned
    When the party is asked to send 8.6 to the DCC with
      | DeviceID         | <meter>            |
      | DeviceType       | <type>             |
      | OptInDate        | the day in 3 days  |
      | MPxNs/ImportMPxN | the home's <point> |
    Then the request is accepted
    And the party reports what the DCC answered
    And the inventory shows the <meter> as InstalledNotCommissioned

    Examples:
      | id      | role | meter             | type | point |
      | OWN-003 | IS   | electricity meter | ESME | mpan  |
      | OWN-003 | GS   | gas meter         | GSME | mprn  |
