@scope:service-requests
Feature: Volumes
  The DCC counts a User's requests: it warns above one threshold, and holds what exceeds another.

  @srv:8.2 @priority:P1
  Scenario Outline: A party is warned of its volume, and nothing is stopped
    Given a party acting as <role>
    And a home with both meters
    And the DCC warns the party of more than 2 requests of 8.2 in an hour
    When the party is asked to send 8.2 to the DCC with
      | DeviceID | <device> |
    Then it is accepted and reported
    When the party is asked to send 8.2 to the DCC with
      | DeviceID | <device> |
    Then it is accepted and reported
    When the party is asked to send 8.2 to the DCC with
      | DeviceID | <device> |
    Then it is accepted and reported
    And the DCC warns the party, and holds nothing
    When the party is asked to open the anomaly thresholds page of the SSI
    Then the party sees the warning

    Examples:
      | id     | role | device            |
      | AD-001 | IS   | electricity meter |
      | AD-001 | ES   | electricity meter |
      | AD-001 | GS   | gas meter         |
      | AD-001 | ED   | electricity meter |
      | AD-001 | GT   | gas meter         |
      | AD-001 | OU   | electricity meter |

  @srv:7.2 @priority:P2
  Scenario Outline: A request above the threshold is held, and carried out when it is released
    Given a party acting as <role>
    And a home with both meters
    And the party's threshold for 7.2 is 0 in an hour
    When the party is asked to send 7.2 to the <device> and to come back later
    Then the request is accepted
    And the DCC holds the request until it is released
    And the <device> still has supply enabled
    And the party acknowledges alert N46
    When the DCC releases what it holds
    Then the response reaches the party
    And the <device>'s supply becomes disabled
    When the party is asked what became of it
    Then the party reports what the response says

    Examples:
      | id     | role | device            |
      | AD-002 | IS   | electricity meter |
      | AD-002 | GS   | gas meter         |
