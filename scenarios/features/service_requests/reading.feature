@scope:service-requests
Feature: Reading meters
  What the party reports is what the meter sent.

  @id:SR-201 @role:IS @srv:4.1.1 @priority:P1
  Scenario: An Import Supplier reads the import registers
    Given a party acting as IS
    And a home with an electricity meter
    When the party is asked to send 4.1.1 to the electricity meter
    Then the request is accepted
    And the response reaches the party
    And the party acknowledges the response
    And the party reports ActiveImportRegister as the device sent it
    And the party reports the values the device sent

  @id:SR-201 @role:IS @srv:4.1.1 @priority:P1
  Scenario: An Import Supplier reads both elements of a twin-element meter
    Given a party acting as IS
    And a home with a twin-element electricity meter
    When the party is asked to send 4.1.1 to the electricity meter
    Then the request is accepted
    And the response reaches the party
    And the party reports SecondaryActiveImportRegister as the device sent it
    And the party reports the values the device sent

  @id:SR-207 @role:GS @srv:4.1.1 @priority:P1
  Scenario: A Gas Supplier reads the consumption register
    Given a party acting as GS
    And a home with a gas meter
    When the party is asked to send 4.1.1 to the gas proxy
    Then the request is accepted
    And the response reaches the party
    And the party reports ConsumptionRegister as the device sent it

  @id:SR-212 @role:ED @srv:4.1.1 @priority:P1
  Scenario: An Electricity Distributor reads the import registers
    Given a party acting as ED
    And a home with an electricity meter
    When the party is asked to send 4.1.1 to the electricity meter
    Then the request is accepted
    And the response reaches the party
    And the party reports the values the device sent

  @id:SR-202 @role:IS @srv:4.3 @priority:P1
  Scenario: An Import Supplier reads the prepayment values
    Given a party acting as IS
    And a home with an electricity meter
    And the home has been lived in for 63 days
    And the electricity meter holds payment_mode prepayment
    When the party is asked to send 4.3 to the electricity meter
    Then the request is accepted
    And the response reaches the party
    And the party reports MeterBalance as the device sent it
    And the party reports the values the device sent

  @id:SR-208 @role:GS @srv:4.3 @priority:P1
  Scenario: A Gas Supplier reads the prepayment values
    Given a party acting as GS
    And a home with a gas meter
    And the home has been lived in for 63 days
    And the gas meter holds payment_mode prepayment
    When the party is asked to send 4.3 to the gas proxy
    Then the request is accepted
    And the response reaches the party
    And the party reports MeterBalance as the device sent it

  @id:SR-605 @role:IS @role:GS @role:ED @role:OU @srv:11.2 @priority:P1
  Scenario Outline: The firmware version is read
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to send 11.2 to the <device>
    Then the request is accepted
    And the response reaches the party
    And the party reports FirmwareVersion as the device sent it

    Examples:
      | role | device            |
      | IS   | electricity meter |
      | GS   | gas meter         |
      | ED   | electricity meter |
      | OU   | electricity meter |

  @id:SR-421 @role:IS @role:GS @role:ED @srv:6.13 @priority:P1
  Scenario Outline: The event log is read
    Given a party acting as <role>
    And a home with both meters
    And the home has been lived in for 30 days
    When the party is asked to send 6.13 to the <device> with its test data
    Then the request is accepted
    And the response reaches the party
    And the party reports LogEntries as the device sent it

    Examples:
      | role | device            |
      | IS   | electricity meter |
      | GS   | gas meter         |
      | ED   | electricity meter |

  @id:SR-503 @role:IS @role:GS @role:ED @srv:7.4 @priority:P1
  Scenario Outline: The supply status is read
    Given a party acting as <role>
    And a home with both meters
    And the <device> is without supply
    When the party is asked to send 7.4 to the <device>
    Then the request is accepted
    And the response reaches the party
    And the party reports SupplyState as the device sent it

    Examples:
      | role | device            |
      | IS   | electricity meter |
      | GS   | gas meter         |
      | ED   | electricity meter |

  @id:SR-601 @role:IS @role:GS @role:ED @role:OU @srv:8.2 @priority:P1
  Scenario Outline: The inventory is read
    Given a party acting as <role>
    And a home with both meters
    And the gas meter is installed but not commissioned
    When the party is asked to send 8.2 to the DCC with
      | DeviceID | <device> |
    Then the request is accepted
    And the party reports the devices of the home

    Examples:
      | role | device            |
      | IS   | electricity meter |
      | GS   | gas meter         |
      | ED   | electricity meter |
      | OU   | electricity meter |

  @id:SR-218 @role:OU @srv:4.1.1 @priority:P2
  Scenario: E2, an Other User asks for a reading of suppliers
    Given a party acting as OU
    And a home with an electricity meter
    When the party is asked to send 4.1.1 to the electricity meter
    Then the request is refused with E2
    And nothing is changed by it
    And the party understands E2
