@scope:ssi
Feature: Service management on the Self-Service Interface
  Incidents, service alerts, requests with signed files, hub orders: what people do when something has to be done.

  @id:SSI-013 @role:IS @role:ES @role:GS @role:RSA @role:ED @role:GT @role:OU @srv:11.2 @priority:P1
  Scenario Outline: A person raises an incident about a request
    Given a party acting as <role>
    And a home with <home>
    And the <device> is not pre-notified
    And the party has sent 11.2 to the <device>
    When the party is asked to raise an incident on the SSI with category = 3; title = No answer to 11.2; description = The meter has not answered since this morning.; RequestID = the request sent
    Then the SSI has recorded it as asked
    When the party is asked to open the incidents page of the SSI by reference = the incident
    Then the party reads there the incident; Open

    Examples:
      | role | home                                | device            |
      | IS   | both meters                         | electricity meter |
      | ES   | an electricity meter and generation | electricity meter |
      | GS   | both meters                         | gas meter         |
      | RSA  | both meters                         | electricity meter |
      | ED   | both meters                         | electricity meter |
      | GT   | both meters                         | gas meter         |
      | OU   | both meters                         | electricity meter |

  @id:SSI-013 @role:IS @role:GS @srv:8.14.3 @priority:P1
  Scenario Outline: The reference of an incident is quoted when a faulty hub is returned
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to raise an incident on the SSI with category = 2; title = The hub is dead; description = No light and no answer.; DeviceID = hub
    Then the SSI has recorded it as asked
    When the party is asked to send 8.14.3 to the DCC with
      | DeviceID          | hub          |
      | OtherDeviceID     | <device>     |
      | CHFFaultReason    | Aerial fault |
      | IncidentReference | the incident |
    Then the request is accepted
    When the party is asked to open the incidents page of the SSI by reference = the incident
    Then the party reads there the incident; the request sent

    Examples:
      | role | device            |
      | IS   | electricity meter |
      | GS   | gas meter         |

  @id:SSI-013 @role:IS @role:GS @srv:8.14.4 @priority:P1
  Scenario Outline: The reference of an incident is quoted when a hub without a fault is returned
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to raise an incident on the SSI with category = 2; title = The hub is lost; description = The hub was taken from the van.; DeviceID = hub
    Then the SSI has recorded it as asked
    When the party is asked to send 8.14.4 to the DCC with
      | DeviceID             | hub                |
      | CHFNoFaultReturnType | Lost or Stolen Hub |
      | IncidentReference    | the incident       |
    Then the request is accepted
    When the party is asked to open the incidents page of the SSI by reference = the incident
    Then the party reads there the incident; the request sent

    Examples:
      | role |
      | IS   |
      | GS   |

  @id:SSI-014 @role:IS @role:ES @role:GS @role:RSA @role:ED @role:GT @role:OU @priority:P1
  Scenario Outline: A person follows an incident and adds to it
    Given a party acting as <role>
    And a home with <home>
    And the party has raised an incident about the <device>
    When the party is asked to update an incident on the SSI with reference = the incident; update = <update>; text = <text>
    Then the SSI has recorded it as asked
    When the party is asked to open the incidents page of the SSI by reference = the incident
    Then the party reads there the incident; <text>; <status>

    Examples:
      | role | home                                | device            | update  | text                      | status |
      | IS   | both meters                         | electricity meter | comment | It answered once at noon. | Open   |
      | IS   | both meters                         | electricity meter | closed  | It answers again.         | Closed |
      | ES   | an electricity meter and generation | electricity meter | comment | It answered once at noon. | Open   |
      | ES   | an electricity meter and generation | electricity meter | closed  | It answers again.         | Closed |
      | GS   | both meters                         | gas meter         | comment | It answered once at noon. | Open   |
      | GS   | both meters                         | gas meter         | closed  | It answers again.         | Closed |
      | RSA  | both meters                         | electricity meter | comment | It answered once at noon. | Open   |
      | RSA  | both meters                         | electricity meter | closed  | It answers again.         | Closed |
      | ED   | both meters                         | electricity meter | comment | It answered once at noon. | Open   |
      | ED   | both meters                         | electricity meter | closed  | It answers again.         | Closed |
      | GT   | both meters                         | gas meter         | comment | It answered once at noon. | Open   |
      | GT   | both meters                         | gas meter         | closed  | It answers again.         | Closed |
      | OU   | both meters                         | electricity meter | comment | It answered once at noon. | Open   |
      | OU   | both meters                         | electricity meter | closed  | It answers again.         | Closed |

  @id:SSI-015 @role:IS @role:ES @role:GS @role:RSA @role:ED @role:GT @role:OU @priority:P1
  Scenario Outline: An incident is shown to its raiser and interested parties only
    Given a party acting as <role>
    And another party has raised an incident
    When the party is asked to open the incidents page of the SSI by reference = another party's incident
    Then no page shows that incident
    When the DCC makes the party an interested party of that incident
    And the party is asked to open the incidents page of the SSI by reference = another party's incident
    Then the party reads there another party's incident; Open

    Examples:
      | role |
      | IS   |
      | ES   |
      | GS   |
      | RSA  |
      | ED   |
      | GT   |
      | OU   |

  @id:SSI-016 @role:IS @role:ES @role:GS @role:RSA @role:ED @role:GT @role:OU @priority:P1
  Scenario Outline: The dashboard tells which component is in trouble
    Given a party acting as <role>
    And the DCC has published that the <component> is <state>
    When the party is asked to open the service status page of the SSI
    Then the party reads there <component>; <state>; the service alert

    Examples:
      | role | component    | state       |
      | IS   | SM WAN       | degraded    |
      | IS   | DUIS gateway | unavailable |
      | ES   | SM WAN       | degraded    |
      | ES   | DUIS gateway | unavailable |
      | GS   | SM WAN       | degraded    |
      | GS   | DUIS gateway | unavailable |
      | RSA  | SM WAN       | degraded    |
      | RSA  | DUIS gateway | unavailable |
      | ED   | SM WAN       | degraded    |
      | ED   | DUIS gateway | unavailable |
      | GT   | SM WAN       | degraded    |
      | GT   | DUIS gateway | unavailable |
      | OU   | SM WAN       | degraded    |
      | OU   | DUIS gateway | unavailable |

  @id:SSI-017 @role:IS @role:ES @role:GS @role:RSA @role:ED @role:GT @role:OU @priority:P1
  Scenario Outline: A person reads the service alerts, and one in full
    Given a party acting as <role>
    And the DCC has published that the SMKI repository is degraded
    When the party is asked to open the service alerts page of the SSI
    Then the party reads there the service alert; SMKI repository; North of England
    When the party is asked to open the service alerts page of the SSI by alert = the service alert
    Then the party reads there the service alert; SMKI repository; North of England; Engineers are on site.

    Examples:
      | role |
      | IS   |
      | ES   |
      | GS   |
      | RSA  |
      | ED   |
      | GT   |
      | OU   |

  @id:SSI-018 @role:IS @role:ES @role:GS @role:RSA @role:ED @role:GT @role:OU @priority:P2
  Scenario Outline: A person reads when maintenance is planned, and the answers to questions
    Given a party acting as <role>
    And the DCC has planned maintenance of the SM WAN in 3 days
    When the party is asked to open the maintenance page of the SSI
    Then the party reads there Maintenance of SM WAN; the day in 3 days
    When the party is asked to open the help page of the SSI
    Then the party reads there How long are messages kept?

    Examples:
      | role |
      | IS   |
      | ES   |
      | GS   |
      | RSA  |
      | ED   |
      | GT   |
      | OU   |

  @id:SSI-019 @role:IS @role:ES @role:GS @role:RSA @role:ED @role:GT @role:OU @priority:P2
  Scenario Outline: A person asks for thresholds and submits them in a signed file
    Given a party acting as <role>
    When the party is asked to raise a service management request on the SSI with request_type = thresholds; text = New thresholds for the autumn.
    Then the SSI has recorded it as asked
    When the party is asked to submit a thresholds file on the SSI with request = the service management request; thresholds = <thresholds>
    Then the SSI accepts the file and it takes effect
    When the party is asked to open the anomaly thresholds page of the SSI
    Then the party reads there <facts>

    Examples:
      | role | thresholds            | facts                 |
      | IS   | 11.2: 5000, 8.2: 7000 | 11.2; 5000; 8.2; 7000 |
      | ES   | 11.2: 5000, 8.2: 7000 | 11.2; 5000; 8.2; 7000 |
      | GS   | 11.2: 5000, 8.2: 7000 | 11.2; 5000; 8.2; 7000 |
      | RSA  | 11.2: 5000, 8.2: 7000 | 11.2; 5000; 8.2; 7000 |
      | ED   | 11.2: 5000, 8.2: 7000 | 11.2; 5000; 8.2; 7000 |
      | GT   | 11.2: 5000, 8.2: 7000 | 11.2; 5000; 8.2; 7000 |
      | OU   | 11.2: 5000, 8.2: 7000 | 11.2; 5000; 8.2; 7000 |

  @id:SSI-020 @role:IS @role:ES @role:GS @role:ED @role:GT @role:OU @srv:11.2 @priority:P2
  Scenario Outline: A person decides about a communication that is held
    Given a party acting as <role>
    And a home with <home>
    And the party's threshold for 11.2 is 0 in an hour
    When the party is asked to send 11.2 to the <device> without waiting for its end
    And the party is asked to open the quarantine page of the SSI
    Then the party reads there the communication held
    When the party is asked to raise a service management request on the SSI with request_type = quarantine; text = This was no mistake.
    Then the SSI has recorded it as asked
    When the party is asked to submit a quarantine action file on the SSI with request = the service management request; actions = the communication held: <action>
    Then the SSI accepts the file and it takes effect

    Examples:
      | role | home                                | device            | action  |
      | IS   | both meters                         | electricity meter | release |
      | IS   | both meters                         | electricity meter | delete  |
      | ES   | an electricity meter and generation | electricity meter | release |
      | ES   | an electricity meter and generation | electricity meter | delete  |
      | GS   | both meters                         | gas meter         | release |
      | GS   | both meters                         | gas meter         | delete  |
      | ED   | both meters                         | electricity meter | release |
      | ED   | both meters                         | electricity meter | delete  |
      | GT   | both meters                         | gas meter         | release |
      | GT   | both meters                         | gas meter         | delete  |
      | OU   | both meters                         | electricity meter | release |
      | OU   | both meters                         | electricity meter | delete  |

  @id:SSI-021 @role:IS @role:GS @priority:P2
  Scenario Outline: A person gives a forecast of hubs, orders them and follows the order
    Given a party acting as <role>
    When the party is asked to give a forecast of hubs on the SSI with month = 2026-09; region = <region>; variant = <variant>; quantity = 120
    Then the SSI has recorded it as asked
    When the party is asked to place an order of hubs on the SSI with month = 2026-09; region = <region>; variant = <variant>; quantity = 100; site = Depot 1
    Then the SSI has recorded it as asked
    When the DCC says that the hub order is delivered
    And the party is asked to open the hub orders page of the SSI by reference = the hub order
    Then the party reads there the hub order; Delivered; Delivery note

    Examples:
      | role | region | variant     |
      | IS   | North  | Dual Band   |
      | IS   | South  | Single Band |
      | GS   | North  | Dual Band   |
      | GS   | South  | Single Band |
