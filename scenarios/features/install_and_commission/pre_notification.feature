@scope:install-and-commission
Feature: Pre-notification
  Before a visit the party tells the DCC which devices it is going to install.

  @id:IC-001 @role:IS @srv:12.2 @priority:P1
  Scenario: An Import Supplier pre-notifies an electricity meter
    Given a party acting as IS
    And a home with an electricity meter
    And the electricity meter is not pre-notified
    When the party is asked to send 12.2 to the DCC with
      | DeviceID         | electricity meter |
      | DeviceType       | ESME              |
      | ESMEVariant      | A                 |
    Then the request is accepted
    And the party reports what the response says
    And the inventory shows the electricity meter as Pending

  @id:IC-002 @role:GS @srv:12.2 @priority:P1
  Scenario: A Gas Supplier pre-notifies a gas meter
    Given a party acting as GS
    And a home with a gas meter
    And the gas meter is not pre-notified
    When the party is asked to send 12.2 to the DCC with
      | DeviceID         | gas meter |
      | DeviceType       | GSME      |
    Then the request is accepted
    And the party reports what the response says
    And the inventory shows the gas meter as Pending

  @id:IC-004 @role:IS @role:GS @role:OU @srv:12.2 @priority:P1
  Scenario Outline: An in-home display is pre-notified
    Given a party acting as <role>
    And a home with both meters and an in-home display
    And the in-home display is not pre-notified
    When the party is asked to send 12.2 to the DCC with
      | DeviceID         | in-home display |
      | DeviceType       | PPMID           |
    Then the request is accepted
    And the party reports what the response says
    And the inventory shows the in-home display as Pending

    Examples:
      | role |
      | IS   |
      | GS   |
      | OU   |

  @id:IC-005 @role:ED @srv:12.2 @priority:P1
  Scenario: An Electricity Distributor may pre-notify a meter too
    Given a party acting as ED
    And a home with an electricity meter
    And the electricity meter is not pre-notified
    When the party is asked to send 12.2 to the DCC with
      | DeviceID         | electricity meter |
      | DeviceType       | ESME              |
      | ESMEVariant      | A                 |
    Then the request is accepted
    And the inventory shows the electricity meter as Pending

  @id:IC-008 @role:IS @role:GS @role:ED @role:OU @srv:12.1 @priority:P1
  Scenario Outline: Coverage is looked up before a visit
    Given a party acting as <role>
    When the party is asked to send 12.1 to the DCC with
      | PostCode          | ZZ1 1ZZ |
      | AddressIdentifier | 1       |
    Then the request is accepted
    And the party reports what the response says

    Examples:
      | role |
      | IS   |
      | GS   |
      | ED   |
      | OU   |
