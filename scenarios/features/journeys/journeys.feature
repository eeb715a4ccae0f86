@scope:service-requests
Feature: Journeys
  What a party does with a home over a day, a change of supplier or a life, from beginning to end.

  @id:JY-001 @role:IS @srv:8.2 @srv:6.23 @srv:1.1.1 @srv:1.6 @srv:3.4 @srv:6.24.1 @srv:4.1.1 @srv:3.2 @priority:P1
  Scenario: A supplier gains an electricity meter
    Given a party acting as IS
    And a home of another supplier with both meters
    When the losing supplier is asked to send 4.1.1 to the electricity meter
    Then the losing supplier reports the values the device sent
    When the registration of the electricity meter passes to the party
    And the party is asked to send 8.2 to the DCC with
      | DeviceID | electricity meter |
    Then the party reports the devices of the home
    When the party is asked to send 6.23 to the electricity meter with its test data
    Then it is accepted and answered
    When the losing supplier is asked to wait for alert N27 from the electricity meter
    Then the losing supplier reports alert N27
    When the losing supplier is asked to send 4.1.1 to the electricity meter
    Then the request of the losing supplier is refused with E4
    When the party is asked to send 6.24.1 to the electricity meter with its test data
    Then it is accepted, answered and reported
    When the party is asked to send 1.1.1 to the electricity meter with its test data
    Then it is accepted, answered and reported
    When the party is asked to send 1.6 to the electricity meter with its test data
    Then it is accepted, answered and reported
    When the party is asked to send 3.4 to the electricity meter with its test data
    Then it is accepted, answered and reported
    When the party is asked to send 4.1.1 to the electricity meter
    Then the party reports the values the device sent
    When the party is asked to send 3.2 to the electricity meter with its test data
    Then it is accepted, answered and reported

  @id:JY-002 @role:GS @srv:8.2 @srv:6.23 @srv:1.1.1 @srv:3.4 @srv:6.24.1 @srv:4.1.1 @priority:P1
  Scenario: A supplier gains a gas meter
    Given a party acting as GS
    And a home of another supplier with both meters
    When the losing supplier is asked to send 4.1.1 to the gas meter
    Then the losing supplier reports the values the device sent
    When the registration of the gas meter passes to the party
    And the party is asked to send 8.2 to the DCC with
      | DeviceID | gas meter |
    Then the party reports the devices of the home
    When the party is asked to send 6.23 to the gas meter with its test data
    Then it is accepted and answered
    When the party is asked to send 6.23 to the gas proxy with its test data
    Then it is accepted and answered
    When the losing supplier is asked to wait for alert N27 from the gas meter
    Then the losing supplier reports alert N27
    When the losing supplier is asked to send 4.1.1 to the gas meter
    Then the request of the losing supplier is refused with E4
    When the party is asked to send 6.24.1 to the gas meter with its test data
    Then it is accepted, answered and reported
    When the party is asked to send 1.1.1 to the gas meter with its test data
    Then it is accepted, answered and reported
    When the party is asked to send 3.4 to the gas meter with its test data
    Then it is accepted, answered and reported
    When the party is asked to send 4.1.1 to the gas meter
    Then the party reports the values the device sent

  @id:JY-003 @role:IS @role:GS @srv:4.6.1 @srv:4.8.1 @priority:P1
  Scenario Outline: A supplier loses a meter
    Given a party acting as <role>
    And a home with both meters
    And the home has been lived in for 63 days
    When the party is asked to send 5.1 to the DCC with
      | ScheduleFrequency                       | Daily             |
      | ScheduleStartDate                       | the day in 5 days |
      | DSPScheduledServiceReference            | 4.6               |
      | DSPScheduledServiceReferenceVariant     | 4.6.1             |
      | DeviceID                                | <log>             |
      | DSPRetrieveImportDailyReadLog/StartTime | 00:00:00Z         |
    Then the request is accepted
    When the party is asked to send 4.6.1 to the <log> with its test data
    Then the party reports the values the device sent
    When the party is asked to send 4.8.1 to the <log> with its test data
    Then the party reports the values the device sent
    When the registration of the <meter> passes to another party
    And the gaining supplier is asked to send 6.23 to the <meter> with its test data
    Then the gaining supplier gets its response
    And the party acknowledges alert N27
    When the gaining supplier is asked to send 4.1.1 to the <meter>
    Then the gaining supplier reports the values the device sent
    When the party is asked to wait for alert N27 from the <meter>
    Then the party reports alert N27
    When the party is asked to send 4.6.1 to the <log> with its test data
    Then the request is refused with E4
    And nothing is changed by it
    And the party understands E4

    Examples:
      | role | meter             | log               |
      | IS   | electricity meter | electricity meter |
      | GS   | gas meter         | gas proxy         |

  @id:JY-004 @role:IS @role:GS @srv:6.23 @priority:P2
  Scenario Outline: A change of supplier that the registration does not bear out
    Given a party acting as <role>
    And a home of another supplier with both meters
    When the party is asked to send 6.23 to the <meter> with its test data
    Then the request is refused
    And nothing is changed by it
    And the party understands the refusal

    Examples:
      | role | meter             |
      | IS   | electricity meter |
      | GS   | gas meter         |

  @srv:1.6 @srv:2.1 @srv:2.2 @srv:2.3 @srv:2.5 @srv:4.3 @srv:4.13 @srv:4.14 @srv:4.18 @srv:7.2 @srv:7.3 @priority:P1 @clock
  Scenario Outline: Prepayment at the <meter>, from the change of mode to disablement and back
    Given a party acting as <role>
    And a home with both meters
    And the <meter> is in credit mode with £0.40 left
    When the party is asked to send 1.6 to the <meter> with its test data
    Then it is accepted, answered and reported
    And the <meter> then shows payment_mode = prepayment
    When the party is asked to send 2.1 to the <meter> with its test data
    Then it is accepted, answered and reported
    When the party is asked to send 2.2 to the <meter> with
      | amount_pence | 1275 |
    Then it is accepted, answered and reported
    When use has brought the balance of the <meter> down to <low>
    And 180 minutes pass
    Then the party acknowledges alert 810D
    When use has brought the balance of the <meter> down to <offered>
    And 180 minutes pass
    Then the party acknowledges alert 8119
    And the <meter> still has supply enabled
    When the party is asked to send 2.5 to the <meter>
    Then it is accepted, answered and reported
    And the <meter> then shows emergency_credit = <lent>
    And the party acknowledges alert 81AB
    When use has brought the balance of the <meter> down to <used up>
    And 180 minutes pass
    Then the party acknowledges alert 81AA
    And the <meter> still has supply enabled
    When the party is asked to send 2.1 to the <meter> with its test data and
      | <friendly hours> | STOP |
    Then it is accepted, answered and reported
    And the <meter> then shows supply = disabled
    And the party acknowledges alert 8F0F
    When the party is asked to send 2.3 to the <meter> with its test data
    Then it is accepted, answered and reported
    When the party is asked to send 4.3 to the <log> with its test data
    Then the party reports the values the device sent
    When the party is asked to send 4.13 to the <log> with its test data
    Then the party reports the values the device sent
    When 1 days pass
    And the party is asked to send 4.14 to the <log> with its test data
    Then the party reports the values the device sent
    When the party is asked to send 2.2 to the <meter> with
      | amount_pence | 8500 |
    Then it is accepted, answered and reported
    And the <meter> then shows supply = armed
    When the party is asked to send 4.18 to the <log> with its test data
    Then the party reports the values the device sent
    When the <meter> has its supply turned on by its consumer
    And the party is asked to send 7.2 to the <meter>
    Then it is accepted, answered and reported
    And the <meter> then shows supply = disabled
    When the party is asked to send 7.3 to the <meter>
    Then it is accepted, answered and reported
    And the <meter> then shows supply = armed

    Examples:
      | id     | role | meter             | log               | low   | offered | lent   | used up | friendly hours       |
      | JY-006 | IS   | electricity meter | electricity meter | £2.30 | £1.20   | 810000 | £-8.10  | NonDisablementScript |
      | JY-007 | GS   | gas meter         | gas proxy         | £2.40 | £1.30   | 710000 | £-7.10  | NonDisablementAction |

  @id:JY-008 @role:IS @role:GS @srv:2.2 @priority:P2
  Scenario Outline: A top-up token that nobody has sold
    Given a party acting as <role>
    And a home with both meters
    And the <meter> is in prepayment mode with £21.20 left
    When the party is asked to send 2.2 to the <meter> with
      | UTRN | 73619482750193846271 |
    Then the request is accepted
    And the party reports that the device did not do it
    And the party acknowledges alert 8F63
    And nothing is changed by the failure
    When the party is asked to wait for alert 8F63 from the <meter>
    Then the party reports alert 8F63

    Examples:
      | role | meter             |
      | IS   | electricity meter |
      | GS   | gas meter         |

  @id:JY-008 @role:IS @role:GS @srv:2.2 @priority:P2
  Scenario Outline: A top-up token <that is wrong>
    Given a party acting as <role>
    And a home with both meters
    And the <meter> is in prepayment mode with <left> left
    When the party is asked to send 2.2 to the <meter> with
      | amount_pence | <pence> |
    Then the request is accepted
    And the party reports that the device did not do it
    And the party acknowledges alert <code>
    And nothing is changed by the failure
    When the party is asked to wait for alert <code> from the <meter>
    Then the party reports alert <code>

    Examples:
      | role | meter             | that is wrong                              | left    | pence | code |
      | IS   | electricity meter | that is worth more than a meter may take   | £21.20  | 30000 | 8F5B |
      | IS   | electricity meter | that would take the balance above the most | £410.00 | 20000 | 8F47 |
      | GS   | gas meter         | that is worth more than a meter may take   | £21.20  | 30000 | 8F5B |
      | GS   | gas meter         | that would take the balance above the most | £410.00 | 20000 | 8F47 |

  @id:JY-008 @role:IS @role:GS @srv:2.2 @priority:P2
  Scenario Outline: A top-up token that comes after a later one counts as used
    Given a party acting as <role>
    And a home with both meters
    And the <meter> is in prepayment mode with £21.20 left
    And the <meter> has taken a later token of the party
    When the party is asked to send 2.2 to the <meter> with
      | amount_pence | 1275 |
    Then the request is accepted
    And the party reports that the device did not do it
    And the party acknowledges alert 8F51
    And nothing is changed by the failure
    When the party is asked to wait for alert 8F51 from the <meter>
    Then the party reports alert 8F51

    Examples:
      | role | meter             |
      | IS   | electricity meter |
      | GS   | gas meter         |

  @id:JY-008 @role:IS @role:GS @srv:2.2 @priority:P2
  Scenario Outline: A top-up token that was sold for another meter
    Nothing in a token names its meter: the meter sees that its MAC does not agree. Whether a real one says 8F64 is not known.

    Given a party acting as <role>
    And a home with <home>
    And the <meter> is in prepayment mode with £21.20 left
    And the <other> is in prepayment mode with £13.40 left
    When the party is asked to send 2.2 to the <meter> with a token of 1275 pence for the <other>
    Then the request is accepted
    And the party reports that the device did not do it
    And the party acknowledges alert 8F63
    And nothing is changed by the failure
    When the party is asked to wait for alert 8F63 from the <meter>
    Then the party reports alert 8F63

    Examples:
      | role | home                   | meter             | other                    |
      | IS   | two electricity meters | electricity meter | second electricity meter |
      | GS   | two gas meters         | gas meter         | second gas meter         |

  @id:JY-009 @role:IS @role:GS @srv:11.2 @srv:11.1 @srv:11.3 @priority:P1 @clock
  Scenario Outline: A firmware campaign for two meters: one is left behind by a bad image, and follows on its day
    Given a party acting as <role>
    And a home with <home>
    When the party is asked to send 11.2 to the <meter>
    Then the party reports the values the device sent
    When the party is asked to send 11.2 to the <second>
    Then the party reports the values the device sent
    Given the next firmware image that reaches the <meter> is damaged on its way
    When the party is asked to send 11.1 to the DCC with
      | DeviceIDList    | <meter>, <second> |
      | FirmwareVersion | 01020A0B          |
    Then the request is accepted
    When 180 minutes pass
    Then the party acknowledges alert N60
    And the party acknowledges alert 8F1C
    And the party acknowledges alert 8F72
    When the party is asked to wait for alert 8F1C from the <meter>
    Then the party reports alert 8F1C
    When the party is asked to wait for alert 8F72 from the <second>
    Then the party reports alert 8F72
    When the party is asked to send 11.3 to the <meter> with its test data
    Then the response reaches the party
    And the party reports that the device did not do it
    And nothing is changed by the failure
    When the party is asked to send 11.2 to the <meter>
    Then the party reports the values the device sent
    When the <second> becomes holding a verified firmware image
    And the party is asked to send 11.3 to the <second> with its test data
    Then it is accepted, answered and reported
    When the party is asked to send 11.2 to the <second>
    Then what it reports shows FirmwareVersion = 01020A0B
    When the party is asked to send 11.2 to the <meter>
    Then the party reports the values the device sent
    When the party is asked to send 11.1 to the DCC with
      | DeviceIDList    | <meter>  |
      | FirmwareVersion | 01020A0B |
    Then the request is accepted
    When 180 minutes pass
    Then the party acknowledges all 2 alerts 8F72
    When the <meter> becomes holding a verified firmware image
    And the party is asked to send 11.3 to the <meter> with its test data and
      | ExecutionDateTime | in 2 days |
    Then the command was signed
    And it is accepted, answered and reported
    When 3 days pass
    Then the party acknowledges alert 8F66
    And the party acknowledges alert 8F43
    When the party is asked to send 11.2 to the <meter>
    Then what it reports shows FirmwareVersion = 01020A0B

    Examples:
      | role | home                   | meter             | second                   |
      | IS   | two electricity meters | electricity meter | second electricity meter |
      | GS   | two gas meters         | gas meter         | second gas meter         |

  @id:JY-010 @role:ED @srv:6.13 @srv:4.10 @priority:P1 @clock
  Scenario: The power goes, and comes back
    Given a party acting as ED
    And a home with an electricity meter
    And the home has been lived in for 63 days
    When the hub loses its power
    And the electricity meter loses its power
    And 10 minutes pass
    Then the party acknowledges alert AD1
    When the party is asked to wait for alert AD1 from the hub
    Then the party reports alert AD1
    When the hub has its power back
    And the electricity meter has its power back
    Then the party acknowledges alert 8F36
    When the party is asked to wait for alert 8F36 from the electricity meter
    Then the party reports alert 8F36
    When the electricity meter loses its power
    And 1 minutes pass
    And the electricity meter has its power back
    Then the party acknowledges alert 8F35
    When the party is asked to send 6.13 to the electricity meter with its test data
    Then the party reports the values the device sent
    When the party is asked to send 4.10 to the electricity meter with its test data
    Then the party reports the values the device sent

  @id:JY-011 @role:ED @srv:6.5 @srv:6.22 @srv:6.2.1 @srv:4.10 @priority:P1
  Scenario Outline: The voltage of a street is watched
    Given a party acting as ED
    And a home with <home>
    And the home has been lived in for 63 days
    When the party is asked to send 6.5 to the electricity meter with its test data
    Then it is accepted, answered and reported
    And the electricity meter then shows AverageRMSOverVoltageThreshold = 2530; RMSVoltageSagThreshold = 2080
    When the party is asked to send 6.22 to the electricity meter with its test data
    Then it is accepted, answered and reported
    When the electricity meter is supplied with 260 V
    Then the party acknowledges alert 8002
    When the party is asked to wait for alert 8002 from the electricity meter
    Then the party reports alert 8002
    When the electricity meter is supplied with 200 V
    Then the party acknowledges alert 8003
    When the electricity meter is supplied with 240 V
    And the party is asked to send 6.2.1 to the electricity meter
    Then the party reports the values the device sent
    When the party is asked to send 4.10 to the electricity meter with its test data
    Then the party reports the values the device sent

    Examples:
      | home                          |
      | an electricity meter          |
      | a polyphase electricity meter |

  @id:JY-012 @role:GT @srv:8.2 @srv:6.2.8 @srv:14.1 @srv:4.10 @priority:P1 @clock
  Scenario: A gas transporter visits a meter
    Given a party acting as GT
    And a home with a gas meter
    And the home has been lived in for 63 days
    When the party is asked to send 8.2 to the DCC with
      | DeviceID | gas meter |
    Then the party reports the devices of the home
    When the party is asked to send 6.2.8 to the gas meter with its test data
    Then the party reports the values the device sent
    When the party is asked to send 14.1 to the gas meter
    Then it is accepted, answered and reported
    When 300 minutes pass
    And the party is asked to send 4.10 to the gas meter with its test data
    Then the party reports the values the device sent

  @id:JY-013 @role:RSA @srv:8.2 @srv:6.2.4 @srv:6.13 @srv:7.4 @srv:11.2 @priority:P1
  Scenario: A supplier's agent looks after a meter
    Given a party acting as RSA
    And a home with both meters
    And the home has been lived in for 63 days
    When the party is asked to send 8.2 to the DCC with
      | DeviceID | electricity meter |
    Then the party reports the devices of the home
    When the party is asked to send 6.2.4 to the electricity meter with its test data
    Then the party reports the values the device sent
    When the party is asked to send 6.13 to the electricity meter with its test data
    Then the party reports the values the device sent
    When the party is asked to send 7.4 to the electricity meter with its test data
    Then the party reports the values the device sent
    When the party is asked to send 11.2 to the electricity meter with its test data
    Then the party reports the values the device sent

  @id:JY-014 @role:OU @srv:9.1 @srv:8.2 @srv:4.8.1 @srv:5.1 @srv:5.2 @srv:5.3 @priority:P1
  Scenario: A consumer gives consent, and takes it back
    Given a party acting as OU
    And a home with both meters
    And the home has been lived in for 63 days
    When the party is asked to send 9.1 to the electricity meter
    Then it is accepted, answered and reported
    When the party is asked to send 8.2 to the DCC with
      | DeviceID | electricity meter |
    Then the party reports the devices of the home
    When the party is asked to send 4.8.1 to the electricity meter with its test data
    Then the party reports the values the device sent
    When the party is asked to send 5.1 to the DCC with
      | ScheduleFrequency                              | Daily             |
      | ScheduleStartDate                              | the day in 1 days |
      | DSPScheduledServiceReference                   | 4.17              |
      | DSPScheduledServiceReferenceVariant            | 4.17              |
      | DeviceID                                       | electricity meter |
      | DSPRetrieveDailyConsumptionLog/StartDateOffset | -2                |
    Then the request is accepted
    And the party reports what the DCC answered
    When the party is asked to send 5.2 to the DCC with
      | DSPScheduleID | the schedule made |
    Then the party reports what the DCC answered
    When the party is asked to send 5.3 to the DCC with
      | DSPScheduleID | the schedule made |
    Then it is accepted and reported

  @id:JY-015 @role:ES @srv:8.2 @srv:6.20.2 @srv:4.2 @srv:4.8.3 @srv:5.1 @priority:P1
  Scenario: An export supplier takes on a home that generates
    Given a party acting as ES
    And a home with an electricity meter and generation
    And the home has been lived in for 63 days
    When the party is asked to send 8.2 to the DCC with
      | DeviceID | electricity meter |
    Then the party reports the devices of the home
    When the party is asked to send 6.20.2 to the electricity meter with its test data
    Then it is accepted, answered and reported
    When the party is asked to send 4.2 to the electricity meter with its test data
    Then the party reports the values the device sent
    When the party is asked to send 4.8.3 to the electricity meter with its test data
    Then the party reports the values the device sent
    When the party is asked to send 5.1 to the DCC with
      | ScheduleFrequency                   | Daily             |
      | ScheduleStartDate                   | the day in 1 days |
      | DSPScheduledServiceReference        | 4.2               |
      | DSPScheduledServiceReferenceVariant | 4.2               |
      | DeviceID                            | electricity meter |
      | DSPReadInstantaneousExportRegisters | nothing           |
    Then the request is accepted
    And the party reports what the DCC answered

  @id:SR-307 @role:IS @role:GS @role:ED @role:OU @srv:5.1 @priority:P1 @clock
  Scenario Outline: A schedule of <read> brings one reading a day
    Given a party acting as <role>
    And a home with both meters
    And the home has been lived in for 63 days
    When the party is asked to send 5.1 to the DCC with
      | ScheduleFrequency                   | Daily             |
      | ScheduleStartDate                   | the day in 1 days |
      | DSPScheduledServiceReference        | <reference>       |
      | DSPScheduledServiceReferenceVariant | <read>            |
      | DeviceID                            | <device>          |
      | <element>                           | <value>           |
    Then the request is accepted
    When 3 days pass
    Then the party takes 2 readings of the schedule

    Examples:
      | role | device            | reference | read  | element                                        | value     |
      | IS   | electricity meter | 4.16      | 4.16  | DSPReadActivePowerImport                       | nothing   |
      | GS   | gas proxy         | 4.6       | 4.6.1 | DSPRetrieveImportDailyReadLog/StartTime        | 00:00:00Z |
      | ED   | electricity meter | 4.15      | 4.15  | DSPReadLoadLimitData                           | nothing   |
      | OU   | gas proxy         | 4.17      | 4.17  | DSPRetrieveDailyConsumptionLog/StartDateOffset | -2        |

  @id:SR-308 @role:IS @role:GS @role:ED @role:OU @srv:5.1 @priority:P3 @clock
  Scenario Outline: A schedule of <read> whose device is out of reach
    Given a party acting as <role>
    And a home with both meters
    And the <device> cannot be reached over the SM WAN
    When the party is asked to send 5.1 to the DCC with
      | ScheduleFrequency                   | Daily             |
      | ScheduleStartDate                   | the day in 1 days |
      | DSPScheduledServiceReference        | <reference>       |
      | DSPScheduledServiceReferenceVariant | <read>            |
      | DeviceID                            | <device>          |
      | <element>                           | <value>           |
    Then the request is accepted
    When 2 days pass
    Then the party acknowledges alert N11

    Examples:
      | role | device            | reference | read  | element                                        | value     |
      | IS   | electricity meter | 4.16      | 4.16  | DSPReadActivePowerImport                       | nothing   |
      | GS   | gas proxy         | 4.6       | 4.6.1 | DSPRetrieveImportDailyReadLog/StartTime        | 00:00:00Z |
      | ED   | electricity meter | 4.15      | 4.15  | DSPReadLoadLimitData                           | nothing   |
      | OU   | gas proxy         | 4.17      | 4.17  | DSPRetrieveDailyConsumptionLog/StartDateOffset | -2        |

  @id:PT-004 @role:IS @role:GS @srv:1.6 @priority:P1 @clock
  Scenario Outline: A future-dated command is cancelled
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to send 1.6 to the <meter> with
      | PaymentMode       | Prepayment    |
      | ExecutionDateTime | in 30 minutes |
    Then it is accepted, answered and reported
    When the party is asked to send 1.6 to the <meter> with
      | PaymentMode       | Prepayment           |
      | ExecutionDateTime | 3000-12-31T00:00:00Z |
    Then it is accepted, answered and reported
    When 31 minutes pass
    Then the <meter> still has payment_mode credit

    Examples:
      | role | meter             |
      | IS   | electricity meter |
      | GS   | gas meter         |
