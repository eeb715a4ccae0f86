@scope:install-and-commission
Feature: Inventory and communications hubs, service by service
  What is told to the DCC is what its inventory shows, and what the party finds when it looks it up.

  @srv:12.1 @priority:P1
  Scenario Outline: Coverage of a property is looked up before a visit
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to send 12.1 to the DCC with
      | UPRN | the home's uprn |
    Then the request is accepted
    And the party reports what the DCC answered

    Examples:
      | id     | role |
      | IC-008 | IS   |
      | IC-008 | ES   |
      | IC-008 | GS   |
      | IC-008 | RSA  |
      | IC-008 | ED   |
      | IC-008 | GT   |
      | IC-008 | OU   |

  @srv:12.1 @priority:P1
  Scenario Outline: Coverage is looked up of a property that has none
    Given a party acting as <role>
    And a home with both meters and a hub without SM WAN
    When the party is asked to send 12.1 to the DCC with
      | UPRN | the home's uprn |
    Then the request is accepted
    And the party reports what the DCC answered

    Examples:
      | id     | role |
      | IC-008 | IS   |
      | IC-008 | GS   |
      | IC-008 | ED   |
      | IC-008 | OU   |

  @srv:12.2 @priority:P1
  Scenario Outline: Every role may pre-notify a meter
    Given a party acting as <role>
    And a home with <home>
    And the <meter> is not pre-notified
    When the party is asked to send 12.2 to the DCC with
      | DeviceID   | <meter> |
      | DeviceType | <type>  |
    Then the request is accepted
    And the inventory shows the <meter> as Pending
    When the party is asked to send 8.2 to the DCC with
      | DeviceID | <meter> |
    Then the party reports the devices of the home

    Examples:
      | id     | role | home                 | meter             | type |
      | IC-005 | ES   | an electricity meter | electricity meter | ESME |
      | IC-005 | RSA  | a gas meter          | gas meter         | GSME |
      | IC-005 | GT   | a gas meter          | gas meter         | GSME |

  @srv:12.2 @priority:P3
  Scenario Outline: A hub is pre-notified with its gas proxy
    Given a party acting as <role>
    And a home with a hub that nobody has told of
    When the party is asked to send 12.2 to the DCC with
      | DeviceID              | hub       |
      | DeviceType            | CHF       |
      | AssociatedGPFDeviceID | gas proxy |
    Then the request is accepted
    And the inventory shows the hub as Pending
    And the inventory shows the gas proxy as Pending

    Examples:
      | id     | role |
      | IC-003 | IS   |
      | IC-003 | GS   |

  @srv:12.2 @priority:P3
  Scenario Outline: A hub cannot be its own gas proxy
    Given a party acting as <role>
    And a home with a hub that nobody has told of
    When the party is asked to send 12.2 to the DCC with
      | DeviceID              | hub |
      | DeviceType            | CHF |
      | AssociatedGPFDeviceID | hub |
    Then the request is refused with E120201, the code set for prenotify-same-identity
    And nothing is changed by it
    And the party understands E120201, the code set for prenotify-same-identity

    Examples:
      | id     | role |
      | IC-006 | IS   |
      | IC-006 | GS   |

  @srv:12.2 @priority:P3
  Scenario Outline: A device that is in the inventory is not pre-notified twice
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to send 12.2 to the DCC with
      | DeviceID   | <meter> |
      | DeviceType | <type>  |
    Then the request is refused with E120203, the code set for prenotify-duplicate
    And nothing is changed by it
    And the party understands E120203, the code set for prenotify-duplicate

    Examples:
      | id     | role | meter             | type |
      | IC-007 | IS   | electricity meter | ESME |
      | IC-007 | GS   | gas meter         | GSME |

  @srv:8.14.2 @priority:P1
  Scenario Outline: A hub is installed where there is no SM WAN
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to send 8.14.2 to the DCC with
      | DeviceID            | hub                  |
      | MPxN                | the home's <point>   |
      | AerialInstall       | no                   |
      | CHFLocation         | Basement or Cellar   |
    Then the request is accepted
    And the party reports what the response says

    Examples:
      | id     | role | point |
      | IC-010 | IS   | mpan  |
      | IC-010 | GS   | mprn  |

  @srv:8.14.3 @priority:P1
  Scenario Outline: A faulty hub is returned
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to send 8.14.3 to the DCC with
      | DeviceID       | hub          |
      | OtherDeviceID  | <meter>      |
      | CHFFaultReason | Aerial fault |
    Then the request is accepted
    And the party reports what the response says

    Examples:
      | id     | role | meter             |
      | IC-011 | IS   | electricity meter |
      | IC-011 | GS   | gas meter         |

  @srv:8.14.4 @priority:P1
  Scenario Outline: A hub without a fault is returned
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to send 8.14.4 to the DCC with
      | DeviceID             | hub                |
      | CHFNoFaultReturnType | Lost or Stolen Hub |
    Then the request is accepted
    And the party reports what the response says

    Examples:
      | id     | role |
      | IC-012 | IS   |
      | IC-012 | GS   |

  @srv:8.14.1 @priority:P3
  Scenario Outline: A hub status update that names no hub
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to send 8.14.1 to the DCC with
      | DeviceID | <meter>            |
      | MPxN     | the home's <point> |
    Then the request is refused with E081401, the code set for hub-unknown
    And nothing is changed by it
    And the party does not flood the DCC
    And the party understands E081401, the code set for hub-unknown

    Examples:
      | id     | role | meter             | point |
      | IC-013 | IS   | electricity meter | mpan  |
      | IC-013 | GS   | gas meter         | mprn  |

  @srv:8.11 @priority:P1
  Scenario Outline: A consumer's own device is added to the hub
    Given a party acting as OU
    And a home with both meters and a consumer's own devices
    And the consumer access device is pending
    When the party is asked to send 8.11 to the hub with
      | DeviceID    | consumer access device                 |
      | RequestType | Add                                    |
      | InstallCode | install code of consumer access device |
    Then the request is accepted
    And the response reaches the party
    And the party acknowledges alert N24
    And the hub then shows device_log = consumer access device

    Examples:
      | id     | role |
      | IC-017 | OU   |

  @srv:8.11 @priority:P1
  Scenario Outline: A device is removed from the hub
    Given a party acting as <role>
    And a home with both meters and a consumer's own devices
    When the party is asked to send 8.11 to the hub with
      | DeviceID    | <device> |
      | RequestType | Remove   |
    Then the request is accepted
    And the response reaches the party
    And the hub then shows device_log = without <device>
    When the party is asked to send 8.9 to the hub
    Then the party reports the values the device sent

    Examples:
      | id     | role | device                 |
      | IC-018 | GS   | in-home display        |
      | IC-018 | OU   | consumer access device |

  @srv:8.4 @priority:P1
  Scenario Outline: Details of a device are updated
    Given a party acting as <role>
    And a home with <home>
    And the <device> is <status>
    When the party is asked to send 8.4 to the DCC with
      | DeviceID    | <device> |
      | <parameter> | <value>  |
    Then the request is accepted
    And the party reports what the response says
    When the party is asked to send 8.2 to the DCC with
      | DeviceID | <look up> |
    Then the party reports what the DCC answered

    Examples:
      | id     | role | home                                | device            | status       | parameter    | value                   | look up |
      | IC-043 | IS   | an electricity meter                | electricity meter | commissioned | ImportMPxN   | the home's mpan         | hub     |
      | IC-043 | GS   | a gas meter                         | gas meter         | commissioned | ImportMPxN   | the home's mprn         | hub     |
      | IC-043 | ES   | an electricity meter and generation | electricity meter | commissioned | ExportMPAN   | the home's export_mpan  | hub     |

  @srv:8.4 @srv:12.2 @priority:P1
  Scenario Outline: What a party has pre-notified it may take back
    Given a party acting as <role>
    And a home with both meters
    And the <device> is not pre-notified
    When the party is asked to send 12.2 to the DCC with
      | DeviceID   | <device> |
      | DeviceType | <type>   |
    Then the request is accepted
    When the party is asked to send 8.4 to the DCC with
      | DeviceID     | <device> |
      | DeleteDevice | yes      |
    Then the request is accepted
    And the party reports what the response says
    When the party is asked to send 8.2 to the DCC with
      | DeviceID | <device> |
    Then the request is refused with E080201, the code set for inventory-empty
    And nothing is changed by it

    Examples:
      | id     | role | device            | type |
      | IC-043 | RSA  | electricity meter | ESME |
      | IC-043 | ED   | electricity meter | ESME |
      | IC-043 | GT   | gas meter         | GSME |
      | IC-043 | OU   | electricity meter | ESME |

  @srv:8.12.1 @srv:8.12.2 @srv:8.9 @srv:8.14.1 @srv:8.14.3 @priority:P1
  Scenario Outline: A hub is exchanged: the new one takes over the device log, the home goes on, the old one is returned
    Given a party acting as <role>
    And a home with both meters and a hub to be exchanged
    When the old hub loses its power
    And the party is asked to send 8.14.1 to the DCC with
      | DeviceID | hub                |
      | MPxN     | the home's <point> |
    Then the request is accepted
    And the inventory shows the hub as Commissioned
    When the party is asked to send 8.12.1 to the hub with its test data
    Then the request is accepted
    And the response reaches the party
    And the hub then shows device_log = <meter>
    And the party acknowledges alert N28
    When the party is asked to wait for alert N28 from the hub
    Then the party reports alert N28
    When the party is asked to send 8.9 to the hub
    Then the party reports the values the device sent
    When the party is asked to send 8.12.2 to the gas proxy with its test data
    Then the request is accepted
    And the response reaches the party
    And the gas proxy then shows joined = gas meter
    And the party acknowledges all 2 alerts N28
    When the party is asked to send 8.9 to the gas proxy
    Then the party reports the values the device sent
    When the party is asked to send 11.2 to the <meter>
    Then the party reports the values the device sent
    When the party is asked to send 8.14.3 to the DCC with
      | DeviceID       | old hub      |
      | OtherDeviceID  | <meter>      |
      | CHFFaultReason | Aerial fault |
    Then the request is accepted
    And the party reports what the response says
    And the inventory shows the old hub as Decommissioned

    Examples:
      | id     | role | meter             | point |
      | IC-041 | IS   | electricity meter | mpan  |
      | IC-041 | GS   | gas meter         | mprn  |

  @srv:8.4 @priority:P3
  Scenario Outline: The inventory is not updated beyond the rights of the role
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to send 8.4 to the DCC with
      | DeviceID                 | <device>    |
      | UpdateDeviceStatusExceptCH | <status> |
    Then the request is refused
    And nothing is changed by it
    And the party understands the refusal

    Examples:
      | id     | role | device            | status                   |
      | IC-044 | ES   | electricity meter | InstalledNotCommissioned |
      | IC-044 | RSA  | electricity meter | InstalledNotCommissioned |
      | IC-044 | ED   | electricity meter | InstalledNotCommissioned |
      | IC-044 | GT   | gas meter         | InstalledNotCommissioned |
      | IC-044 | OU   | electricity meter | InstalledNotCommissioned |

  @srv:8.11 @priority:P3 @clock
  Scenario Outline: A device does not join within the join window
    Given a party acting as <role>
    And a home with both meters
    And the <device> is pending
    And the <device> is out of reach
    When the party is asked to send 8.11 to the hub with
      | DeviceID       | <device>                 |
      | RequestType    | Add                      |
      | InstallCode    | install code of <device> |
      | ImportMPxN     | the home's <point>       |
      | JoinTimePeriod | 600                      |
    Then the request is accepted
    And the response reaches the party
    And the party acknowledges alert N24
    And the inventory shows the <device> as Whitelisted
    When 11 minutes pass
    Then the party acknowledges alert N25
    When the party is asked to wait for alert N25
    Then the party reports alert N25

    Examples:
      | id     | role | device            | point |
      | IC-019 | IS   | electricity meter | mpan  |
      | IC-019 | GS   | gas meter         | mprn  |
