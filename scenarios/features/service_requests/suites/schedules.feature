@scope:service-requests
Feature: Schedules
  The DCC reads on a User's behalf on the dates of a schedule, and sends each answer with the schedule's number.

  @srv:5.1 @srv:5.2 @srv:5.3 @priority:P1
  Scenario Outline: A schedule of <read> is made, read back and deleted
    Given a party acting as <role>
    And a home with <home>
    When the party is asked to send 5.1 to the DCC with
      | ScheduleFrequency                   | Daily             |
      | ScheduleStartDate                   | the day in 1 days |
      | DSPScheduledServiceReference        | <reference>       |
      | DSPScheduledServiceReferenceVariant | <read>            |
      | DeviceID                            | <device>          |
      | <element>                           | <value>           |
    Then the request is accepted
    And the party reports what the DCC answered
    When the party is asked to send 5.2 to the DCC with
      | DSPScheduleID | the schedule made |
    Then the request is accepted
    And the party reports what the DCC answered
    And what it reports shows DSPScheduleID = the schedule made; ScheduleFrequency = Daily; DeviceID = <device>
    When the party is asked to send 5.3 to the DCC with
      | DSPScheduleID | the schedule made |
    Then the request is accepted
    And the party reports what the response says
    When the party is asked to send 5.2 to the DCC with
      | DSPScheduleID | the schedule made |
    Then the request is refused with E050201, the code set for schedule-unknown
    And nothing is changed by it
    And the party understands E050201, the code set for schedule-unknown

    Examples:
      | id     | role | home                                | device            | reference | read  | element                                        | value     |
      | SR-301 | IS   | an electricity meter                | electricity meter | 4.16      | 4.16  | DSPReadActivePowerImport                       | nothing   |
      | SR-302 | ES   | an electricity meter and generation | electricity meter | 4.2       | 4.2   | DSPReadInstantaneousExportRegisters            | nothing   |
      | SR-303 | GS   | a gas meter                         | gas proxy         | 4.6       | 4.6.1 | DSPRetrieveImportDailyReadLog/StartTime        | 00:00:00Z |
      | SR-304 | ED   | an electricity meter                | electricity meter | 4.15      | 4.15  | DSPReadLoadLimitData                           | nothing   |
      | SR-305 | GT   | a gas meter                         | gas proxy         | 4.17      | 4.17  | DSPRetrieveDailyConsumptionLog/StartDateOffset | -2        |
      | SR-306 | OU   | a gas meter                         | gas proxy         | 4.17      | 4.17  | DSPRetrieveDailyConsumptionLog/StartDateOffset | -2        |

  @srv:5.2 @srv:5.3 @priority:P3
  Scenario Outline: A schedule that the party does not have can be neither read nor deleted
    Given a party acting as <role>
    When the party is asked to send 5.2 to the DCC with
      | DSPScheduleID | 987654 |
    Then the request is refused with E050201, the code set for schedule-unknown
    And nothing is changed by it
    And the party understands E050201, the code set for schedule-unknown
    When the party is asked to send 5.3 to the DCC with
      | DSPScheduleID | 987654 |
    Then the request is refused with E050301, the code set for schedule-unknown
    And nothing is changed by it
    And the party understands E050301, the code set for schedule-unknown

    Examples:
      | id     | role |
      | SR-310 | IS   |
      | SR-310 | ES   |
      | SR-310 | GS   |
      | SR-310 | ED   |
      | SR-310 | GT   |
      | SR-310 | OU   |

  @id:SR-309 @role:OU @srv:5.1 @priority:P3
  Scenario: A schedule for a reading that the role may not take
    Given a party acting as OU
    And a home with an electricity meter
    When the party is asked to send 5.1 to the DCC with
      | ScheduleFrequency                   | Daily             |
      | ScheduleStartDate                   | the day in 1 days |
      | DSPScheduledServiceReference        | 4.16              |
      | DSPScheduledServiceReferenceVariant | 4.16              |
      | DeviceID                            | electricity meter |
      | DSPReadActivePowerImport            | nothing           |
    Then the request is refused with E2
    And nothing is changed by it
    And the party understands E2
