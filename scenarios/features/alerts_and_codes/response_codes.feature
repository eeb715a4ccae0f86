@scope:alerts-and-codes
Feature: Response codes
  A refusal is recognised, shown and not repeated blindly.

  @id:RC-002 @role:ED @role:OU @srv:1.1.1 @priority:P1
  Scenario Outline: E2, the role may not send this service
    Given a party acting as <role>
    And a home with an electricity meter
    When the party is asked to send 1.1.1 to the electricity meter with its test data
    Then the request is refused with E2
    And nothing is changed by it
    And the party does not flood the DCC
    And the party understands E2

    Examples:
      | role |
      | ED   |
      | OU   |

  @id:RC-003 @role:IS @role:GS @role:ED @role:OU @srv:11.2 @priority:P1
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
      | role | device            |
      | IS   | electricity meter |
      | GS   | gas meter         |
      | ED   | electricity meter |
      | OU   | electricity meter |

  @id:RC-004 @role:IS @role:GS @srv:4.1.1 @priority:P1
  Scenario Outline: E4, the meter belongs to another supplier
    Given a party acting as <role>
    And a home of another supplier with both meters
    When the party is asked to send 4.1.1 to the <device>
    Then the request is refused with E4
    And nothing is changed by it
    And the party understands E4

    Examples:
      | role | device            |
      | IS   | electricity meter |
      | GS   | gas proxy         |

  @id:RC-004 @role:IS @role:GS @srv:6.2.4 @priority:P1
  Scenario Outline: E4, the meter next door is another supplier's, and the own one goes on
    Given a party acting as <role>
    And a home with both meters
    And next door a home of another supplier with both meters
    When the party is asked to send 6.2.4 to the neighbour's <device>
    Then the request is refused with E4
    And nothing is changed by it
    And the party understands E4
    When the party is asked to send 6.2.4 to the <device>
    Then it is accepted and answered
    And the party reports the values the device sent

    Examples:
      | role | device            |
      | IS   | electricity meter |
      | GS   | gas meter         |

  @id:RC-006 @role:IS @srv:7.1 @priority:P1
  Scenario: E11, the service does not exist for this device
    Given a party acting as IS
    And a home with both meters
    When the party is asked to send 7.1 to the gas meter
    Then the request is refused with E11
    And nothing is changed by it
    And the party does not flood the DCC
    And the party understands E11

  @id:RC-007 @role:IS @role:GS @srv:1.1.1 @priority:P1
  Scenario Outline: E12, a wrong command variant
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to send 1.1.1 to the <meter> as command variant 1 with its test data
    Then the request is refused with E12
    And nothing is changed by it
    And the party understands E12

    Examples:
      | role | meter             |
      | IS   | electricity meter |
      | GS   | gas meter         |

  @id:RC-008 @role:IS @role:GS @srv:8.2 @priority:P1
  Scenario Outline: E13, the wrong service
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to post 8.2 to the transform service with
      | DeviceID | <meter> |
    Then the request is refused with E13
    And nothing is changed by it
    And the party understands E13

    Examples:
      | role | meter             |
      | IS   | electricity meter |
      | GS   | gas meter         |

  @id:RC-009 @role:IS @role:GS @srv:11.2 @priority:P1
  Scenario Outline: E17, no local delivery to a suspended device
    Given a party acting as <role>
    And a home with both meters
    And the <meter> is suspended
    When the party is asked to send 11.2 to the <meter> as command variant 2
    Then the request is refused with E17
    And nothing is changed by it
    And the party understands E17

    Examples:
      | role | meter             |
      | IS   | electricity meter |
      | GS   | gas meter         |

  @id:RC-010 @role:IS @role:GS @role:ED @role:OU @srv:11.2 @priority:P1
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
      | role | device            |
      | IS   | electricity meter |
      | GS   | gas meter         |
      | ED   | electricity meter |
      | OU   | electricity meter |

  @id:RC-011 @role:IS @role:GS @role:ED @role:OU @srv:11.2 @priority:P1
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
      | role | device            |
      | IS   | electricity meter |
      | GS   | gas meter         |
      | ED   | electricity meter |
      | OU   | electricity meter |

  @id:RC-012 @role:IS @role:GS @role:OU @srv:11.2 @priority:P1
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
      | role | device            |
      | IS   | electricity meter |
      | GS   | gas meter         |
      | OU   | electricity meter |

  @id:RC-014 @role:IS @role:GS @role:ED @role:OU @srv:11.2 @priority:P2
  Scenario Outline: A response code without a public meaning is no success
    Given a party acting as <role>
    And a home with both meters
    And the next response carries code E1011, which has no public meaning
    When the party is asked to send 11.2 to the <device>
    Then the request is accepted
    And the party understands E1011, which has no public meaning

    Examples:
      | role | device            |
      | IS   | electricity meter |
      | GS   | gas meter         |
      | ED   | electricity meter |
      | OU   | electricity meter |
