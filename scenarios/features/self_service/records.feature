@scope:ssi
Feature: Devices and messages on the Self-Service Interface
  People of the party find their own devices and messages, and nobody else's.

  @id:SSI-006 @role:IS @role:ES @role:GS @role:RSA @role:ED @role:GT @role:OU @priority:P1
  Scenario Outline: A person looks a device up in the inventory
    Given a party acting as <role>
    And a home with <home>
    When the party is asked to look up the <device> in the SSI inventory
    Then the party sees the <device> on the page

    Examples:
      | role | home                                | device            |
      | IS   | both meters                         | electricity meter |
      | ES   | an electricity meter and generation | electricity meter |
      | GS   | both meters                         | gas meter         |
      | RSA  | both meters                         | electricity meter |
      | ED   | both meters                         | electricity meter |
      | GT   | both meters                         | gas meter         |
      | OU   | both meters                         | electricity meter |

  @id:SSI-006 @role:IS @role:ES @role:GS @role:RSA @role:ED @role:GT @role:OU @priority:P1
  Scenario Outline: A person finds a device by another key
    Given a party acting as <role>
    And a home with <home>
    When the party is asked to open the inventory page of the SSI by <fields>
    Then the party sees the <device> on the page

    Examples:
      | role | home                                | fields                                                                 | device            |
      | IS   | both meters                         | MPxN = the home's mpan                                                 | electricity meter |
      | IS   | both meters                         | UPRN = the home's uprn                                                 | electricity meter |
      | IS   | both meters                         | PostCode = the home's postcode; AddressIdentifier = the home's address | electricity meter |
      | ES   | an electricity meter and generation | MPxN = the home's mpan                                                 | electricity meter |
      | ES   | an electricity meter and generation | UPRN = the home's uprn                                                 | electricity meter |
      | ES   | an electricity meter and generation | PostCode = the home's postcode; AddressIdentifier = the home's address | electricity meter |
      | GS   | both meters                         | MPxN = the home's mprn                                                 | gas meter         |
      | GS   | both meters                         | UPRN = the home's uprn                                                 | gas meter         |
      | GS   | both meters                         | PostCode = the home's postcode; AddressIdentifier = the home's address | gas meter         |
      | RSA  | both meters                         | MPxN = the home's mpan                                                 | electricity meter |
      | RSA  | both meters                         | UPRN = the home's uprn                                                 | electricity meter |
      | RSA  | both meters                         | PostCode = the home's postcode; AddressIdentifier = the home's address | electricity meter |
      | ED   | both meters                         | MPxN = the home's mpan                                                 | electricity meter |
      | ED   | both meters                         | UPRN = the home's uprn                                                 | electricity meter |
      | ED   | both meters                         | PostCode = the home's postcode; AddressIdentifier = the home's address | electricity meter |
      | GT   | both meters                         | MPxN = the home's mprn                                                 | gas meter         |
      | GT   | both meters                         | UPRN = the home's uprn                                                 | gas meter         |
      | GT   | both meters                         | PostCode = the home's postcode; AddressIdentifier = the home's address | gas meter         |
      | OU   | both meters                         | MPxN = the home's mpan                                                 | electricity meter |
      | OU   | both meters                         | UPRN = the home's uprn                                                 | electricity meter |
      | OU   | both meters                         | PostCode = the home's postcode; AddressIdentifier = the home's address | electricity meter |

  @id:SSI-006 @role:IS @role:ES @role:GS @role:RSA @role:ED @role:GT @role:OU @srv:8.2 @priority:P1
  Scenario Outline: The inventory is what Read Inventory answers, with its history
    Given a party acting as <role>
    And a home with <home>
    And the party has sent 8.2 to the DCC about the <device>
    When the party is asked to open the inventory record page of the SSI for the <device>
    Then the page shows the same devices as the answer to 8.2
    And the party reads there Commissioned

    Examples:
      | role | home                                | device            |
      | IS   | both meters                         | electricity meter |
      | ES   | an electricity meter and generation | electricity meter |
      | GS   | both meters                         | gas meter         |
      | RSA  | both meters                         | electricity meter |
      | ED   | both meters                         | electricity meter |
      | GT   | both meters                         | gas meter         |
      | OU   | both meters                         | electricity meter |

  @id:SSI-007 @role:IS @role:ES @role:GS @role:RSA @role:ED @role:GT @role:OU @priority:P2
  Scenario Outline: A search for what is not there finds nothing
    Given a party acting as <role>
    When the party is asked to open the inventory page of the SSI by <fields>
    Then the party finds nothing there

    Examples:
      | role | fields                             |
      | IS   | DeviceID = 00-DB-12-34-56-78-90-FF |
      | IS   | UPRN = 999999999999                |
      | ES   | DeviceID = 00-DB-12-34-56-78-90-FF |
      | ES   | UPRN = 999999999999                |
      | GS   | DeviceID = 00-DB-12-34-56-78-90-FF |
      | GS   | UPRN = 999999999999                |
      | RSA  | DeviceID = 00-DB-12-34-56-78-90-FF |
      | RSA  | UPRN = 999999999999                |
      | ED   | DeviceID = 00-DB-12-34-56-78-90-FF |
      | ED   | UPRN = 999999999999                |
      | GT   | DeviceID = 00-DB-12-34-56-78-90-FF |
      | GT   | UPRN = 999999999999                |
      | OU   | DeviceID = 00-DB-12-34-56-78-90-FF |
      | OU   | UPRN = 999999999999                |

  @id:SSI-007 @role:IS @role:ES @role:GS @role:RSA @role:ED @role:GT @role:OU @priority:P2
  Scenario Outline: A wrong field is answered with a suggestion
    Given a party acting as <role>
    When the party is asked to open the inventory page of the SSI by <fields>
    Then the party is told what is wrong with the field

    Examples:
      | role | fields                  |
      | IS   | DeviceID = 00DB12345678 |
      | IS   | PostCode = SW1A         |
      | ES   | DeviceID = 00DB12345678 |
      | ES   | PostCode = SW1A         |
      | GS   | DeviceID = 00DB12345678 |
      | GS   | PostCode = SW1A         |
      | RSA  | DeviceID = 00DB12345678 |
      | RSA  | PostCode = SW1A         |
      | ED   | DeviceID = 00DB12345678 |
      | ED   | PostCode = SW1A         |
      | GT   | DeviceID = 00DB12345678 |
      | GT   | PostCode = SW1A         |
      | OU   | DeviceID = 00DB12345678 |
      | OU   | PostCode = SW1A         |

  @id:SSI-008 @role:IS @role:ES @role:GS @role:RSA @role:ED @role:GT @role:OU @srv:11.2 @priority:P1
  Scenario Outline: A person finds the party's own request
    Given a party acting as <role>
    And a home with <home>
    And the party has sent 11.2 to the <device>
    When the party is asked to look up the <device> in the SSI audit trail
    Then the party finds its request in the audit trail
    And the page shows every message that went over the wire

    Examples:
      | role | home                                | device            |
      | IS   | both meters                         | electricity meter |
      | ES   | an electricity meter and generation | electricity meter |
      | GS   | both meters                         | gas meter         |
      | RSA  | both meters                         | electricity meter |
      | ED   | both meters                         | electricity meter |
      | GT   | both meters                         | gas meter         |
      | OU   | both meters                         | electricity meter |

  @id:SSI-008 @role:IS @role:ES @role:GS @role:RSA @role:ED @role:GT @role:OU @srv:11.2 @priority:P1
  Scenario Outline: A person finds the party's own request by another key
    Given a party acting as <role>
    And a home with <home>
    And the party has sent 11.2 to the <device>
    When the party is asked to open the service audit trail page of the SSI by <fields>
    Then the party finds its request in the audit trail
    And the party reads there the request sent

    Examples:
      | role | home                                | device            | fields                                                               |
      | IS   | both meters                         | electricity meter | RequestID = the request sent                                         |
      | IS   | both meters                         | electricity meter | MPxN = the home's mpan                                               |
      | IS   | both meters                         | electricity meter | ServiceReferenceVariant = 11.2; from = the day now; to = the day now |
      | ES   | an electricity meter and generation | electricity meter | RequestID = the request sent                                         |
      | ES   | an electricity meter and generation | electricity meter | MPxN = the home's mpan                                               |
      | ES   | an electricity meter and generation | electricity meter | ServiceReferenceVariant = 11.2; from = the day now; to = the day now |
      | GS   | both meters                         | gas meter         | RequestID = the request sent                                         |
      | GS   | both meters                         | gas meter         | MPxN = the home's mprn                                               |
      | GS   | both meters                         | gas meter         | ServiceReferenceVariant = 11.2; from = the day now; to = the day now |
      | RSA  | both meters                         | electricity meter | RequestID = the request sent                                         |
      | RSA  | both meters                         | electricity meter | MPxN = the home's mpan                                               |
      | RSA  | both meters                         | electricity meter | ServiceReferenceVariant = 11.2; from = the day now; to = the day now |
      | ED   | both meters                         | electricity meter | RequestID = the request sent                                         |
      | ED   | both meters                         | electricity meter | MPxN = the home's mpan                                               |
      | ED   | both meters                         | electricity meter | ServiceReferenceVariant = 11.2; from = the day now; to = the day now |
      | GT   | both meters                         | gas meter         | RequestID = the request sent                                         |
      | GT   | both meters                         | gas meter         | MPxN = the home's mprn                                               |
      | GT   | both meters                         | gas meter         | ServiceReferenceVariant = 11.2; from = the day now; to = the day now |
      | OU   | both meters                         | electricity meter | RequestID = the request sent                                         |
      | OU   | both meters                         | electricity meter | MPxN = the home's mpan                                               |
      | OU   | both meters                         | electricity meter | ServiceReferenceVariant = 11.2; from = the day now; to = the day now |

  @id:SSI-008 @role:IS @role:ES @role:GS @role:RSA @role:ED @role:GT @role:OU @srv:11.2 @priority:P1
  Scenario Outline: A person looks up what a response code means
    Given a party acting as <role>
    And a home with <home>
    And the <device> is not pre-notified
    And the party has sent 11.2 to the <device>
    When the party is asked to open the message page of the SSI by RequestID = the request sent
    Then the party understands from that message what E19 means

    Examples:
      | role | home                                | device            |
      | IS   | both meters                         | electricity meter |
      | ES   | an electricity meter and generation | electricity meter |
      | GS   | both meters                         | gas meter         |
      | RSA  | both meters                         | electricity meter |
      | ED   | both meters                         | electricity meter |
      | GT   | both meters                         | gas meter         |
      | OU   | both meters                         | electricity meter |

  @id:SSI-008 @role:IS @role:ES @role:GS @role:RSA @role:ED @role:GT @role:OU @priority:P1
  Scenario Outline: A person looks up what an alert means
    Given a party acting as <role>
    And a home with <home>
    When the <device> raises alert 8F3F
    Then the party acknowledges alert 8F3F
    When the party is asked to open the message page of the SSI by ResponseCode = 8F3F
    Then the party understands from that message what 8F3F means

    Examples:
      | role | home                                | device            |
      | IS   | both meters                         | electricity meter |
      | ES   | an electricity meter and generation | electricity meter |
      | GS   | both meters                         | gas meter         |
      | RSA  | both meters                         | electricity meter |
      | ED   | both meters                         | electricity meter |
      | GT   | both meters                         | gas meter         |
      | OU   | both meters                         | electricity meter |

  @id:SSI-009 @role:IS @role:ES @role:GS @role:RSA @role:ED @role:GT @role:OU @priority:P1
  Scenario Outline: Nobody sees another party's messages
    Given a party acting as <role>
    And another party's meter nearby has raised an alert
    When the party is asked to look up that meter in the SSI audit trail
    Then no page shows that meter
    When the party is asked to open the message page of the SSI by message = another party's message
    Then no page shows that meter

    Examples:
      | role |
      | IS   |
      | ES   |
      | GS   |
      | RSA  |
      | ED   |
      | GT   |
      | OU   |

  @id:SSI-010 @role:IS @role:ES @role:GS @role:RSA @role:ED @role:GT @role:OU @priority:P3
  Scenario Outline: A person sees who has read profile data of a meter
    Given a party acting as <role>
    And a home with <home>
    And another User has read <read> of the <device>
    When the party is asked to open the profile data reads page of the SSI for the <device>
    Then the party reads there <read>; the other reader

    Examples:
      | role | home                                | device            | read  |
      | IS   | both meters                         | electricity meter | 4.8.1 |
      | ES   | an electricity meter and generation | electricity meter | 4.8.1 |
      | GS   | both meters                         | gas meter         | 4.8.1 |
      | RSA  | both meters                         | electricity meter | 4.8.1 |
      | ED   | both meters                         | electricity meter | 4.8.1 |
      | GT   | both meters                         | gas meter         | 4.8.1 |
      | OU   | both meters                         | electricity meter | 4.8.1 |

  @id:SSI-011 @role:IS @role:ES @role:GS @role:RSA @role:ED @role:GT @role:OU @priority:P2
  Scenario Outline: A person looks up the SM WAN coverage of a place
    Given a party acting as <role>
    And SM WAN coverage of <place> is <coverage>
    When the party is asked to open the SM WAN coverage page of the SSI by PostCode = <place>
    Then the party reads there <outcome>

    Examples:
      | role | place   | coverage                 | outcome                                      |
      | IS   | LS1 4DY | expected                 | Will connect                                 |
      | IS   | EX4 3LS | expected from 2026-09-01 | Will connect from the date below; 2026-09-01 |
      | IS   | IV2     | not confirmed            | Cannot be confirmed                          |
      | ES   | LS1 4DY | expected                 | Will connect                                 |
      | ES   | EX4 3LS | expected from 2026-09-01 | Will connect from the date below; 2026-09-01 |
      | ES   | IV2     | not confirmed            | Cannot be confirmed                          |
      | GS   | LS1 4DY | expected                 | Will connect                                 |
      | GS   | EX4 3LS | expected from 2026-09-01 | Will connect from the date below; 2026-09-01 |
      | GS   | IV2     | not confirmed            | Cannot be confirmed                          |
      | RSA  | LS1 4DY | expected                 | Will connect                                 |
      | RSA  | EX4 3LS | expected from 2026-09-01 | Will connect from the date below; 2026-09-01 |
      | RSA  | IV2     | not confirmed            | Cannot be confirmed                          |
      | ED   | LS1 4DY | expected                 | Will connect                                 |
      | ED   | EX4 3LS | expected from 2026-09-01 | Will connect from the date below; 2026-09-01 |
      | ED   | IV2     | not confirmed            | Cannot be confirmed                          |
      | GT   | LS1 4DY | expected                 | Will connect                                 |
      | GT   | EX4 3LS | expected from 2026-09-01 | Will connect from the date below; 2026-09-01 |
      | GT   | IV2     | not confirmed            | Cannot be confirmed                          |
      | OU   | LS1 4DY | expected                 | Will connect                                 |
      | OU   | EX4 3LS | expected from 2026-09-01 | Will connect from the date below; 2026-09-01 |
      | OU   | IV2     | not confirmed            | Cannot be confirmed                          |

  @id:SSI-011 @role:IS @role:ES @role:GS @role:RSA @role:ED @role:GT @role:OU @srv:12.1 @priority:P2
  Scenario Outline: The coverage page says what Request WAN Matrix answers
    Given a party acting as <role>
    And SM WAN coverage of LS1 4DY is expected
    When the party is asked to send 12.1 to the DCC with
      | PostCode          | LS1 4DY |
      | AddressIdentifier | 1       |
    Then the request is accepted
    When the party is asked to open the SM WAN coverage page of the SSI by PostCode = LS1 4DY
    Then the page says the same as the answer to 12.1

    Examples:
      | role |
      | IS   |
      | ES   |
      | GS   |
      | RSA  |
      | ED   |
      | GT   |
      | OU   |

  @id:SSI-012 @role:IS @role:GS @priority:P2
  Scenario Outline: A person looks at the diagnostics of a hub
    Given a party acting as <role>
    And a home with <home>
    And the hub is <state>
    When the party is asked to open the hub diagnostics page of the SSI for the hub
    Then the party reads there <words>

    Examples:
      | role | home        | state        | words         |
      | IS   | both meters | commissioned | Connected     |
      | IS   | both meters | out of reach | Not connected |
      | GS   | both meters | commissioned | Connected     |
      | GS   | both meters | out of reach | Not connected |

  @id:SSI-026 @role:IS @role:ES @role:GS @role:RSA @role:ED @role:GT @role:OU @srv:8.2 @srv:11.2 @priority:P1
  Scenario Outline: The SSI and the web services agree
    Given a party acting as <role>
    And a home with <home>
    And the party has sent 11.2 to the <device>
    And the party has sent 8.2 to the DCC about the <device>
    When the <device> raises alert 8F3F
    Then the party acknowledges alert 8F3F
    When the party is asked to look up the <device> in the SSI audit trail
    Then the page shows every message that went over the wire
    When the party is asked to look up the <device> in the SSI inventory
    Then the page shows the same devices as the answer to 8.2

    Examples:
      | role | home                                | device            |
      | IS   | both meters                         | electricity meter |
      | ES   | an electricity meter and generation | electricity meter |
      | GS   | both meters                         | gas meter         |
      | RSA  | both meters                         | electricity meter |
      | ED   | both meters                         | electricity meter |
      | GT   | both meters                         | gas meter         |
      | OU   | both meters                         | electricity meter |
