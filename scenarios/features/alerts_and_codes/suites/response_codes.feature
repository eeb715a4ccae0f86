@scope:alerts-and-codes
Feature: Response codes, role by role
  Whatever the role, a refusal or an error is recognised, nothing is changed by it, and it is not repeated blindly.

  @srv:11.2 @priority:P1
  Scenario Outline: E1, the User holds no role
    Given a party acting as <role>
    And a home with both meters
    And the DCC knows no role of the party
    When the party is asked to send 11.2 to the <device>
    Then the request is refused with E1
    And nothing is changed by it
    And the party does not flood the DCC
    And the party understands E1

    Examples:
      | id     | role | device            |
      | RC-001 | IS   | electricity meter |
      | RC-001 | ES   | electricity meter |
      | RC-001 | GS   | gas meter         |
      | RC-001 | RSA  | electricity meter |
      | RC-001 | ED   | electricity meter |
      | RC-001 | GT   | gas meter         |
      | RC-001 | OU   | electricity meter |

  @srv:1.1.1 @priority:P1
  Scenario Outline: E2, the role may not send this service
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to send 1.1.1 to the <device> with its test data
    Then the request is refused with E2
    And nothing is changed by it
    And the party does not flood the DCC
    And the party understands E2

    Examples:
      | id     | role | device            |
      | RC-002 | RSA  | electricity meter |
      | RC-002 | GT   | gas meter         |

  @srv:6.27 @priority:P1
  Scenario Outline: E2, the role may not send a service of network operators
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to send 6.27 to the <device>
    Then the request is refused with E2
    And nothing is changed by it
    And the party does not flood the DCC
    And the party understands E2

    Examples:
      | id     | role | device            |
      | RC-002 | ES   | electricity meter |

  @srv:11.2 @priority:P1
  Scenario Outline: E3, the party may not send at present
    Given a party acting as <role>
    And a home with both meters
    And the DCC has suspended the party
    When the party is asked to send 11.2 to the <device>
    Then the request is refused with E3
    And nothing is changed by it
    And the party does not flood the DCC
    And the party understands E3

    Examples:
      | id     | role | device            |
      | RC-003 | ES   | electricity meter |
      | RC-003 | RSA  | electricity meter |
      | RC-003 | GT   | gas meter         |

  @srv:6.2.4 @priority:P1
  Scenario Outline: E4, the meter is another party's
    Given a party acting as <role>
    And a home of other parties with both meters
    When the party is asked to send 6.2.4 to the <device>
    Then the request is refused with E4
    And nothing is changed by it
    And the party does not flood the DCC
    And the party understands E4

    Examples:
      | id     | role | device            |
      | RC-004 | ED   | electricity meter |
      | RC-004 | GT   | gas meter         |

  @srv:7.4 @priority:P1
  Scenario Outline: E4, another agent is appointed for the meter
    Given a party acting as <role>
    And a home of other parties with both meters
    When the party is asked to send 7.4 to the <device>
    Then the request is refused with E4
    And nothing is changed by it
    And the party does not flood the DCC
    And the party understands E4

    Examples:
      | id     | role | device            |
      | RC-004 | RSA  | electricity meter |

  @srv:6.2.4 @priority:P1
  Scenario Outline: E5, the status of the device does not allow it
    Given a party acting as <role>
    And a home with both meters
    And the <device> is pending
    When the party is asked to send 6.2.4 to the <device>
    Then the request is refused with E5
    And nothing is changed by it
    And the party does not flood the DCC
    And the party understands E5

    Examples:
      | id     | role | device            |
      | RC-005 | IS   | electricity meter |
      | RC-005 | GS   | gas meter         |

  @srv:6.2.4 @priority:P1
  Scenario Outline: E5, the device is suspended
    Given a party acting as <role>
    And a home with both meters
    And the <device> is suspended
    When the party is asked to send 6.2.4 to the <device>
    Then the request is refused with E5
    And nothing is changed by it
    And the party does not flood the DCC
    And the party understands E5

    Examples:
      | id     | role | device            |
      | RC-005 | ED   | electricity meter |
      | RC-005 | GT   | gas meter         |

  @srv:3.2 @priority:P1
  Scenario Outline: E11, the service does not exist for this device
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to send 3.2 to the <device> with its test data
    Then the request is refused with E11
    And nothing is changed by it
    And the party does not flood the DCC
    And the party understands E11

    Examples:
      | id     | role | device    |
      | RC-006 | GS   | gas meter |

  @srv:11.2 @priority:P1
  Scenario Outline: E19, the device does not exist
    Given a party acting as <role>
    And a home with both meters
    And the <device> is not pre-notified
    When the party is asked to send 11.2 to the <device>
    Then the request is refused with E19
    And nothing is changed by it
    And the party does not flood the DCC
    And the party understands E19

    Examples:
      | id     | role | device            |
      | RC-010 | ES   | electricity meter |
      | RC-010 | RSA  | electricity meter |
      | RC-010 | GT   | gas meter         |

  @srv:11.2 @priority:P1
  Scenario Outline: E20, the DCC cannot reach the device
    Given a party acting as <role>
    And a home with both meters
    And the <device> cannot be reached over the SM WAN
    When the party is asked to send 11.2 to the <device>
    Then the request is accepted
    And a response with code E20 reaches the party
    And the party understands E20
    And the party reports that the device did not answer

    Examples:
      | id     | role | device            |
      | RC-011 | ES   | electricity meter |
      | RC-011 | RSA  | electricity meter |
      | RC-011 | GT   | gas meter         |

  @srv:11.2 @priority:P1
  Scenario Outline: E21, the device never answers
    Given a party acting as <role>
    And a home with both meters
    And the <device> has disappeared from the home area network
    When the party is asked to send 11.2 to the <device>
    Then the request is accepted
    When the DCC has given up waiting
    Then a response with code E21 reaches the party
    And the party understands E21
    And the party reports that the device did not answer

    Examples:
      | id     | role | device            |
      | RC-012 | ES   | electricity meter |
      | RC-012 | RSA  | electricity meter |
      | RC-012 | ED   | electricity meter |
      | RC-012 | GT   | gas meter         |

  @srv:11.2 @priority:P2
  Scenario Outline: A response code without a public meaning is no success
    Given a party acting as <role>
    And a home with both meters
    And the next response carries code E1011, which has no public meaning
    When the party is asked to send 11.2 to the <device>
    Then the request is accepted
    And the party understands E1011, which has no public meaning

    Examples:
      | id     | role | device            |
      | RC-014 | ES   | electricity meter |
      | RC-014 | RSA  | electricity meter |
      | RC-014 | GT   | gas meter         |

  @srv:6.24.1 @priority:P3
  Scenario Outline: A code of a service with an unknown number is no success
    Given a party acting as <role>
    And a home with both meters
    And the next response carries code <code>, which has no public meaning
    When the party is asked to send 6.24.1 to the <device> with its test data
    Then the request is accepted
    And the party understands <code>, which has no public meaning

    Examples:
      | id     | role | device            | code    |
      | RC-013 | IS   | electricity meter | E062301 |
      | RC-013 | GS   | gas meter         | E062306 |

  @srv:11.1 @priority:P3
  Scenario Outline: A warning is no failure: the devices that can take an image get it
    Given a party acting as <role>
    And a home with both meters and an in-home display
    And the in-home display is not pre-notified
    When the party is asked to send 11.1 to the DCC with
      | DeviceIDList    | <device>, in-home display |
      | FirmwareVersion | 01020A0B                  |
    Then the request is accepted
    And the party reports what the response says

    Examples:
      | id     | role | device            |
      | RC-015 | IS   | electricity meter |
      | RC-015 | GS   | gas meter         |

  @srv:1.6 @priority:P2
  Scenario Outline: I0 with a failure of the device inside
    Given a party acting as <role>
    And a home with both meters
    And the <device> is broken
    When the party is asked to send 1.6 to the <device> with its test data
    Then the request is accepted
    And the response reaches the party
    And the party reports that the device did not do it
    And nothing is changed by the failure

    Examples:
      | id     | role | device            |
      | RC-016 | IS   | electricity meter |
      | RC-016 | GS   | gas meter         |
