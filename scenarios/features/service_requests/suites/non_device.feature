@scope:service-requests
Feature: Services without a device
  The DCC answers in the same exchange, and what it answers is what the party reports.

  @srv:8.2 @priority:P1
  Scenario Outline: The inventory is searched by <key>
    Given a party acting as <role>
    And a home with <home>
    When the party is asked to send 8.2 to the DCC with
      | <parameter> | <value> |
    Then the request is accepted
    And the party reports the devices of the home
    And the party reports what the DCC answered

    Examples:
      | id     | role | key           | home                                | parameter | value             |
      | SR-601 | IS   | Device ID     | devices of every kind               | DeviceID  | electricity meter |
      | SR-601 | IS   | meter point   | both meters                         | MPxN      | the home's mpan   |
      | SR-601 | IS   | property      | both meters                         | UPRN      | the home's uprn   |
      | SR-601 | ES   | Device ID     | an electricity meter and generation | DeviceID  | electricity meter |
      | SR-601 | GS   | meter point   | both meters                         | MPxN      | the home's mprn   |
      | SR-601 | RSA  | Device ID     | both meters                         | DeviceID  | gas meter         |
      | SR-601 | ED   | meter point   | both meters                         | MPxN      | the home's mpan   |
      | SR-601 | GT   | Device ID     | a gas meter                         | DeviceID  | gas meter         |
      | SR-601 | OU   | meter point   | both meters                         | MPxN      | the home's mpan   |

  @srv:8.2 @priority:P1
  Scenario Outline: The inventory is searched by postcode and address
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to send 8.2 to the DCC with
      | PostCode          | the home's postcode |
      | AddressIdentifier | the home's address  |
    Then the request is accepted
    And the party reports the devices of the home
    And the party reports what the DCC answered

    Examples:
      | id     | role |
      | SR-601 | IS   |
      | SR-601 | GS   |

  @srv:8.2 @priority:P3
  Scenario Outline: A search that nothing matches
    Given a party acting as <role>
    When the party is asked to send 8.2 to the DCC with
      | DeviceID | 90-B3-D5-1F-30-01-02-03 |
    Then the request is refused with E080201, the code set for inventory-empty
    And nothing is changed by it
    And the party understands E080201, the code set for inventory-empty

    Examples:
      | id     | role |
      | SR-602 | IS   |
      | SR-602 | OU   |

  @srv:11.1 @priority:P1 @clock
  Scenario Outline: A firmware image is sent to a meter
    Given a party acting as <role>
    And a home with <home>
    When the party is asked to send 11.1 to the DCC with
      | DeviceIDList    | <device>     |
      | FirmwareVersion | 01020A0B     |
    Then the request is accepted
    And the party reports what the response says
    When 180 minutes pass
    Then the party acknowledges alert N60

    Examples:
      | id     | role | home                 | device            |
      | SR-606 | IS   | an electricity meter | electricity meter |
      | SR-606 | GS   | a gas meter          | gas meter         |

  @srv:11.4 @priority:P2
  Scenario Outline: A firmware image is sent to an in-home display
    Given a party acting as <role>
    And a home with both meters and an in-home display
    When the party is asked to send 11.4 to the DCC with
      | DeviceIDList    | in-home display |
      | FirmwareVersion | 01020A0B        |
    Then the request is accepted
    And the party reports what the response says

    Examples:
      | id     | role |
      | SR-607 | IS   |
      | SR-607 | GS   |
