@scope:service-requests
Feature: Commands carried by hand
  Where the SM WAN does not reach, a hand-held terminal carries commands to a device and its answers back.

  @id:PT-007 @role:IS @role:GS @srv:7.4 @srv:8.13 @priority:P3
  Scenario Outline: A command is carried to the meter and its answer returned
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to send 7.4 to the <meter> as command variant 2
    Then the request is accepted
    And each request went to the service of its command variant
    When a hand-held terminal carries the command to the <meter> and its answer back
    And the party is asked to send 8.13 to the DCC with
      | DeviceGBCSResponse | the answer carried back |
    Then the request is accepted
    And the party reports what the response says

    Examples:
      | role | meter             |
      | IS   | electricity meter |
      | GS   | gas meter         |
