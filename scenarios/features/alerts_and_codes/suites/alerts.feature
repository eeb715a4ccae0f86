@scope:alerts-and-codes
Feature: Alerts, code by code
  Each alert is acknowledged, understood and told of, with the device it is about.

  @priority:P1
  Scenario Outline: The <device> raises alert <code>
    Given a party acting as <role>
    And a home with both meters
    When the <device> raises alert <code>
    Then the party acknowledges alert <code>
    When the party is asked to wait for alert <code> from the <device>
    Then the party reports alert <code>

    Examples:
      | id     | role | device            | code |
      | AL-003 | IS   | electricity meter | 81A0 |
      | AL-003 | GS   | gas meter         | 81A0 |
      | AL-004 | IS   | electricity meter | 8F3D |
      | AL-004 | GS   | gas meter         | 8F3D |
      | AL-004 | ED   | electricity meter | 8F30 |
      | AL-004 | GT   | gas meter         | 8F30 |
      | AL-007 | IS   | electricity meter | 8F0A |
      | AL-007 | GS   | gas meter         | 8F0A |
      | AL-008 | IS   | hub               | 8F12 |
      | AL-008 | GS   | gas proxy         | 8071 |
      | AL-009 | IS   | electricity meter | 8F49 |
      | AL-009 | GS   | gas meter         | 8F48 |
      | AL-009 | IS   | electricity meter | 8183 |
      | AL-010 | GS   | gas meter         | 8F84 |

  @priority:P1
  Scenario Outline: The DCC tells <what> (<code>)
    Given a party acting as <role>
    And a home with both meters
    When the DCC raises alert <code> about the <device>
    Then the party acknowledges alert <code>
    When the party is asked to wait for alert <code> from the <device>
    Then the party reports alert <code>

    Examples:
      | id     | role | device            | code | what                                           |
      | AL-022 | GT   | gas meter         | N16  | who a commissioned meter is                    |
      | AL-023 | ES   | electricity meter | N1   | that a meter was decommissioned                |
      | AL-023 | RSA  | electricity meter | N1   | that a meter was decommissioned                |
      | AL-023 | GT   | gas meter         | N1   | that a meter was decommissioned                |
      | AL-023 | OU   | electricity meter | N1   | that a meter was decommissioned                |
      | AL-024 | IS   | electricity meter | N8   | that a device was suspended                    |
      | AL-024 | GS   | gas meter         | N8   | that a device was suspended                    |
      | AL-024 | ED   | electricity meter | N8   | that a device was suspended                    |
      | AL-024 | GT   | gas meter         | N8   | that a device was suspended                    |
      | AL-024 | IS   | electricity meter | N9   | that a device was restored                     |
      | AL-024 | GS   | gas meter         | N9   | that a device was restored                     |
      | AL-024 | ED   | electricity meter | N9   | that a device was restored                     |
      | AL-024 | GT   | gas meter         | N9   | that a device was restored                     |
      | AL-025 | IS   | electricity meter | N17  | that it removed a schedule                     |
      | AL-025 | ES   | electricity meter | N17  | that it removed a schedule                     |
      | AL-025 | GS   | gas meter         | N17  | that it removed a schedule                     |
      | AL-025 | ED   | electricity meter | N17  | that it removed a schedule                     |
      | AL-025 | GT   | gas meter         | N17  | that it removed a schedule                     |
      | AL-025 | OU   | electricity meter | N17  | that it removed a schedule                     |
      | AL-026 | ES   | electricity meter | N10  | that a command failed                          |
      | AL-026 | GT   | gas meter         | N10  | that a command failed                          |
      | AL-027 | IS   | electricity meter | N60  | that a firmware image was delivered            |
      | AL-027 | GS   | gas meter         | N60  | that a firmware image was delivered            |
      | AL-027 | IS   | electricity meter | N61  | that a firmware image was not delivered        |
      | AL-027 | GS   | gas meter         | N61  | that a firmware image was not delivered        |
      | AL-029 | IS   | electricity meter | N27  | that the supplier changed                      |
      | AL-029 | GS   | gas meter         | N27  | that the supplier changed                      |
      | AL-030 | IS   | electricity meter | N28  | that a device log was restored                 |
      | AL-030 | GS   | gas meter         | N28  | that a device log was restored                 |
      | AL-031 | IS   | electricity meter | N42  | that credentials were updated                  |
      | AL-031 | GS   | gas meter         | N42  | that credentials were updated                  |
      | AL-031 | ED   | electricity meter | N42  | that credentials were updated                  |
      | AL-031 | GT   | gas meter         | N42  | that credentials were updated                  |
      | AL-033 | IS   | electricity meter | N49  | that firmware versions differ                  |
      | AL-033 | GS   | gas meter         | N49  | that firmware versions differ                  |

  @priority:P1
  Scenario Outline: The DCC tells <what>, naming no device (<code>)
    Given a party acting as <role>
    And a home with both meters
    When the DCC raises alert <code> about the <device>
    Then the party acknowledges alert <code>
    When the party is asked to wait for alert <code>
    Then the party reports alert <code>

    Examples:
      | id     | role | device            | code | what                                           |
      | AL-027 | IS   | electricity meter | N18  | that a firmware image could not be distributed |
      | AL-027 | GS   | gas meter         | N18  | that a firmware image could not be distributed |
      | AL-032 | IS   | electricity meter | N46  | that a request was quarantined                 |
      | AL-032 | ES   | electricity meter | N46  | that a request was quarantined                 |
      | AL-032 | GS   | gas meter         | N46  | that a request was quarantined                 |
      | AL-032 | ED   | electricity meter | N46  | that a request was quarantined                 |
      | AL-032 | GT   | gas meter         | N46  | that a request was quarantined                 |
      | AL-032 | OU   | electricity meter | N46  | that a request was quarantined                 |
      | AL-034 | IS   | electricity meter | N999 | that a message needs a newer DUIS version      |
      | AL-034 | ES   | electricity meter | N999 | that a message needs a newer DUIS version      |
      | AL-034 | GS   | gas meter         | N999 | that a message needs a newer DUIS version      |
      | AL-034 | RSA  | electricity meter | N999 | that a message needs a newer DUIS version      |
      | AL-034 | ED   | electricity meter | N999 | that a message needs a newer DUIS version      |
      | AL-034 | GT   | gas meter         | N999 | that a message needs a newer DUIS version      |
      | AL-034 | OU   | electricity meter | N999 | that a message needs a newer DUIS version      |

  @priority:P3
  Scenario Outline: A storm of alerts is taken without loss
    40 alerts, so that a rehearsal stays short; the catalogue's row says 10,000, which `storm_alerts` in the run file sets.

    Given a party acting as <role>
    And a home with both meters
    When the <device> raises a storm of alert <code>
    Then the party acknowledges every alert <code> of the storm
    When the party is asked to wait for alert <code> from the <device>
    Then the party reports alert <code>
    When the party is asked to wait for alert <code> from the <device>
    Then the party reports alert <code>

    Examples:
      | id     | role | device            | code |
      | AL-035 | IS   | electricity meter | 8F3F |
      | AL-035 | GS   | gas meter         | 8F3F |
      | AL-035 | ED   | electricity meter | 8F35 |
