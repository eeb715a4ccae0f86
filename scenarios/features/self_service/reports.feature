@scope:ssi
Feature: Reports of the Self-Service Interface
  Six reports, whole or not at all.

  @id:SSI-022 @role:IS @role:GS @priority:P2
  Scenario Outline: The report of installations names what was installed
    Given a party acting as <role>
    And a home with <home>
    When the party is asked to run a report on the SSI for the <device> with report = RSMI_001; from = the day 20 days ago; to = the day now
    Then the report is complete and agrees with what happened

    Examples:
      | role | home        | device            |
      | IS   | both meters | electricity meter |
      | GS   | both meters | gas meter         |

  @id:SSI-023 @role:IS @role:GS @priority:P2
  Scenario Outline: Reports of devices, models and hubs hold the inventory
    Given a party acting as <role>
    And a home with <home>
    When the party is asked to run a report on the SSI for the <device> with report = <report>
    Then the report is complete and agrees with what happened

    Examples:
      | role | home        | device            | report   |
      | IS   | both meters | electricity meter | RSMI_002 |
      | IS   | both meters | electricity meter | RSMI_003 |
      | IS   | both meters | electricity meter | RSMI_004 |
      | GS   | both meters | gas meter         | RSMI_002 |
      | GS   | both meters | gas meter         | RSMI_003 |
      | GS   | both meters | gas meter         | RSMI_004 |

  @id:SSI-024 @role:IS @role:ES @role:GS @role:RSA @role:ED @role:GT @role:OU @srv:11.2 @priority:P2
  Scenario Outline: Reports of transactions count what was sent
    Given a party acting as <role>
    And a home with <home>
    And the party has sent 11.2 to the <device>
    When the party is asked to run a report on the SSI for the <device> with report = RSAT_002; from = the day 20 days ago; to = the day now
    Then the report is complete and agrees with what happened
    When the party is asked to run a report on the SSI with report = RSAT_001; from = the day 20 days ago; to = the day now
    Then the report is complete and agrees with what happened

    Examples:
      | role | home                                | device            |
      | IS   | both meters                         | electricity meter |
      | ES   | an electricity meter and generation | electricity meter |
      | GS   | both meters                         | gas meter         |
      | RSA  | both meters                         | electricity meter |
      | ED   | both meters                         | electricity meter |
      | GT   | both meters                         | gas meter         |
      | OU   | both meters                         | electricity meter |

  @id:SSI-025 @role:IS @role:ES @role:GS @role:RSA @role:ED @role:GT @role:OU @priority:P3
  Scenario Outline: A report without data says so
    Given a party acting as <role>
    When the party is asked to run a report on the SSI with report = RSAT_002; from = the day 9000 days ago; to = the day 8900 days ago
    Then the report is empty and the party has no row of it

    Examples:
      | role |
      | IS   |
      | ES   |
      | GS   |
      | RSA  |
      | ED   |
      | GT   |
      | OU   |

  @id:SSI-025 @role:IS @role:ES @role:GS @role:RSA @role:ED @role:GT @role:OU @priority:P3
  Scenario Outline: A report that is too large is not given out in part
    Given a party acting as <role>
    And reports of that User would be too large
    When the party is asked to run a report on the SSI with report = RSAT_001; from = the day 20 days ago; to = the day now
    Then the report is too-large and the party has no row of it

    Examples:
      | role |
      | IS   |
      | ES   |
      | GS   |
      | RSA  |
      | ED   |
      | GT   |
      | OU   |

  @id:SSI-025 @role:IS @role:ES @role:GS @role:RSA @role:ED @role:GT @role:OU @priority:P3
  Scenario Outline: A report that is not for the role or the person is not given out
    Given a party acting as <role>
    And on the SSI acts <person>
    When the party is asked to run a report on the SSI with report = RSMI_004
    Then the report is not offered and the party has no row of it

    Examples:
      | role | person                    |
      | IS   | the party's administrator |
      | ES   | any person of the party   |
      | GS   | the party's administrator |
      | RSA  | any person of the party   |
      | ED   | any person of the party   |
      | GT   | any person of the party   |
      | OU   | any person of the party   |
