@scope:service-requests @clock
Feature: Winter time, summer time, month ends and leap days
  Devices and the DCC keep UTC; a party lives by British time. Whatever day it is, nothing is lost and nothing is double.

  @srv:4.8.1 @priority:P1
  Scenario Outline: A local day of <count> half hours is read in full
    Given a party acting as <role>
    And it is <day>
    And a home with both meters
    And the home has been lived in for 63 days
    When the party is asked to send 4.8.1 to the <log> with
      | StartDateTime | local midnight 1 days ago            |
      | EndDateTime   | a second before local midnight today |
    Then the party reports the values the device sent
    And the party reports <count> entries of LogEntries

    Examples:
      | id     | role | log               | day                                 | count |
      | SR-204 | IS   | electricity meter | the day after the clocks go forward | 46    |
      | SR-204 | IS   | electricity meter | the day after the clocks go back    | 50    |
      | SR-204 | IS   | electricity meter | a day in June                       | 48    |
      | SR-210 | GS   | gas proxy         | the day after the clocks go forward | 46    |
      | SR-210 | GS   | gas proxy         | the day after the clocks go back    | 50    |
      | SR-213 | ED   | electricity meter | the day after the clocks go back    | 50    |
      | SR-215 | GT   | gas proxy         | the day after the clocks go forward | 46    |
      | SR-216 | OU   | electricity meter | the day after the clocks go forward | 46    |
      | SR-216 | OU   | gas proxy         | the day after the clocks go back    | 50    |

  @srv:4.6.1 @priority:P1
  Scenario Outline: The daily log across a leap day has an entry for every day
    Given a party acting as <role>
    And it is the 1st of March of a leap year
    And a home with both meters
    And the home has been lived in for 63 days
    When the party is asked to send 4.6.1 to the <log> with
      | StartDateTime | 30 days ago |
      | EndDateTime   | now         |
    Then the party reports the values the device sent
    And the party reports 30 entries of LogEntries

    Examples:
      | id     | role | log               |
      | SR-203 | IS   | electricity meter |
      | SR-209 | GS   | gas proxy         |

  @srv:6.8 @srv:4.4.3 @priority:P1
  Scenario Outline: Billing periods end on the days that the billing calendar says, <day>
    Given a party acting as <role>
    And it is <day>
    And a home with both meters
    And the home has been lived in for 63 days
    When the party is asked to send 6.8 to the <meter> with its test data
    Then the command was signed
    And it is accepted, answered and reported
    When 35 days pass
    And the party is asked to send 4.4.3 to the <log> with
      | StartDateTime | 35 days ago |
      | EndDateTime   | now         |
    Then the party reports the values the device sent
    And the party reports <count> entries of LogEntries

    Examples:
      | id     | role | meter             | log               | day                                  | count |
      | SR-416 | IS   | electricity meter | electricity meter | the 30th of January                  | 12    |
      | SR-416 | IS   | electricity meter | electricity meter | the day before the clocks go forward | 12    |
      | SR-416 | GS   | gas meter         | gas proxy         | the day before the clocks go back    | 5     |

  @id:SR-604 @role:GT @srv:14.1 @srv:4.10 @priority:P2
  Scenario: A gas meter records network data from the moment it is told to
    Given a party acting as GT
    And a home with a gas meter
    When the party is asked to send 14.1 to the gas meter with its test data
    Then the request is accepted
    And the response reaches the party
    And the party reports what the response says
    When 300 minutes pass
    And the party is asked to send 4.10 to the gas meter with its test data
    Then the party reports the values the device sent
    And the party reports 41 entries of LogEntries

  @srv:1.6 @priority:P1
  Scenario Outline: A command dated in the other time of year is carried out at its instant, <day>
    Given a party acting as <role>
    And it is <day>
    And a home with both meters
    When the party is asked to send 1.6 to the <meter> with
      | PaymentMode       | Prepayment               |
      | ExecutionDateTime | local midnight in 2 days |
    Then it is accepted, answered and reported
    When 1 days pass
    Then the <meter> still has payment_mode credit
    When 1 days pass
    Then the <meter>'s payment_mode becomes prepayment

    Examples:
      | id     | role | meter             | day                                  |
      | PT-002 | IS   | electricity meter | the day before the clocks go forward |
      | PT-002 | GS   | gas meter         | the day before the clocks go back    |

  @srv:5.1 @priority:P1
  Scenario Outline: A <frequency> schedule goes on <day>
    Given a party acting as <role>
    And it is <day>
    And a home with both meters
    And the home has been lived in for 63 days
    When the party is asked to send 5.1 to the DCC with
      | ScheduleFrequency                   | <frequency>       |
      | ScheduleStartDate                   | the day in 1 days |
      | DSPScheduledServiceReference        | <reference>       |
      | DSPScheduledServiceReferenceVariant | <read>            |
      | DeviceID                            | <device>          |
      | <element>                           | <value>           |
    Then the request is accepted
    When <days> days pass
    Then the party takes <count> readings of the schedule

    Examples:
      | id     | role | frequency | device            | reference | read  | element                                        | value     | day                                  | days | count |
      | SR-307 | IS   | Daily     | electricity meter | 4.16      | 4.16  | DSPReadActivePowerImport                       | nothing   | the day before the clocks go forward | 4    | 4     |
      | SR-307 | GS   | Daily     | gas proxy         | 4.6       | 4.6.1 | DSPRetrieveImportDailyReadLog/StartTime        | 00:00:00Z | the day before the clocks go back    | 4    | 4     |
      | SR-307 | ED   | Monthly   | electricity meter | 4.15      | 4.15  | DSPReadLoadLimitData                           | nothing   | the 30th of January                  | 92   | 4     |
      | SR-307 | IS   | Monthly   | electricity meter | 4.16      | 4.16  | DSPReadActivePowerImport                       | nothing   | the day before the clocks go forward | 366  | 12    |
      | SR-307 | OU   | Quarterly | gas proxy         | 4.17      | 4.17  | DSPRetrieveDailyConsumptionLog/StartDateOffset | -2        | the 30th of January                  | 185  | 3     |
