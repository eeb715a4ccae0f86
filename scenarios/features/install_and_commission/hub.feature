@scope:install-and-commission
Feature: Communications hub and its device log
  A device can join the home area network once the hub has been told of it.

  @id:IC-009 @role:IS @role:GS @srv:8.14.1 @priority:P1
  Scenario Outline: The installation of a hub is reported
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to send 8.14.1 to the DCC with
      | DeviceID | hub             |
      | MPxN     | the home's <point> |
    Then the request is accepted
    And the party reports what the response says

    Examples:
      | role | point |
      | IS   | mpan  |
      | GS   | mprn  |

  @id:IC-014 @role:IS @srv:8.11 @priority:P1
  Scenario: An electricity meter is added to the hub
    Given a party acting as IS
    And a home with an electricity meter
    And the electricity meter is pending
    When the party is asked to send 8.11 to the hub with
      | DeviceID    | electricity meter                 |
      | InstallCode | install code of electricity meter |
      | ImportMPxN  | the home's mpan                   |
    Then the request is accepted
    And the response reaches the party
    And the party acknowledges alert N24
    And the inventory shows the electricity meter as InstalledNotCommissioned
    When the party is asked to wait for alert N24
    Then the party reports alert N24

  @id:IC-015 @role:GS @srv:8.11 @priority:P1
  Scenario: A gas meter is added to the hub
    Given a party acting as GS
    And a home with a gas meter
    And the gas meter is pending
    When the party is asked to send 8.11 to the hub with
      | DeviceID    | gas meter                 |
      | InstallCode | install code of gas meter |
      | ImportMPxN  | the home's mprn           |
    Then the request is accepted
    And the response reaches the party
    And the party acknowledges alert N24
    And the inventory shows the gas meter as InstalledNotCommissioned

  @id:IC-016 @role:IS @role:GS @srv:8.11 @priority:P1
  Scenario Outline: An in-home display is added to the hub
    Given a party acting as <role>
    And a home with both meters and an in-home display
    And the in-home display is pending
    When the party is asked to send 8.11 to the hub with
      | DeviceID    | in-home display                 |
      | InstallCode | install code of in-home display |
    Then the request is accepted
    And the response reaches the party
    And the party acknowledges alert N24

    Examples:
      | role |
      | IS   |
      | GS   |

  @id:IC-018 @role:IS @srv:8.11 @priority:P1
  Scenario: An in-home display is removed from the hub
    Given a party acting as IS
    And a home with both meters and an in-home display
    When the party is asked to send 8.11 to the hub with
      | DeviceID    | in-home display |
      | RequestType | Remove          |
    Then the request is accepted
    And the response reaches the party
    And the party reports what the response says
