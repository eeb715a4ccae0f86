@scope:service-requests
Feature: Message patterns, role by role
  Late, double, unsigned or undeliverable: what a client must survive in every role.

  @srv:11.2 @priority:P2
  Scenario Outline: A response that arrives twice counts once
    Given a party acting as <role>
    And a home with both meters
    And the next response arrives twice
    When the party is asked to send 11.2 to the <device> and to listen 1 seconds longer
    Then the request is accepted
    And the party acknowledges the response
    And the party processes the response once

    Examples:
      | id     | role | device            |
      | PT-009 | ES   | electricity meter |
      | PT-009 | RSA  | electricity meter |
      | PT-009 | GT   | gas meter         |
      | PT-009 | OU   | electricity meter |

  @srv:11.2 @priority:P3
  Scenario Outline: A response is delivered again after the party's endpoint was down
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to stop receiving
    And the party is asked to send 11.2 to the <device> without waiting
    Then the request is accepted
    And the response cannot be delivered
    When the party is asked to start receiving again
    And the party is asked what became of it
    Then the response is delivered after all
    And the party reports FirmwareVersion as the device sent it

    Examples:
      | id     | role | device            |
      | PT-010 | ES   | electricity meter |
      | PT-010 | RSA  | electricity meter |
      | PT-010 | ED   | electricity meter |
      | PT-010 | GT   | gas meter         |

  @srv:11.2 @priority:P3
  Scenario Outline: A busy DCC is left alone and asked again later
    Given a party acting as <role>
    And a home with both meters
    And the DCC is too busy to answer
    When the party is asked to send 11.2 to the <device>
    Then the party does not flood the DCC
    And the party notices that the DCC is busy
    When the DCC is available again
    And the party is asked to send 11.2 to the <device>
    Then the request is accepted
    And the party reports FirmwareVersion as the device sent it

    Examples:
      | id     | role | device            |
      | PT-011 | ES   | electricity meter |
      | PT-011 | RSA  | electricity meter |
      | PT-011 | GT   | gas meter         |

  @srv:11.2 @priority:P2
  Scenario Outline: Counters rise with every request
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to send 11.2 to the <device>
    And the party is asked to send 11.2 to the <device>
    Then the counters of its 2 requests increase

    Examples:
      | id     | role | device            |
      | PT-012 | ES   | electricity meter |
      | PT-012 | RSA  | electricity meter |
      | PT-012 | GT   | gas meter         |

  @srv:11.2 @priority:P2
  Scenario Outline: The DCC does not accept the signature
    Given a party acting as <role>
    And a home with both meters
    And the DCC does not accept the party's signatures
    When the party is asked to send 11.2 to the <device>
    Then the party does not flood the DCC
    And the party notices that its signature is not accepted

    Examples:
      | id     | role | device            |
      | PT-013 | IS   | electricity meter |
      | PT-013 | ES   | electricity meter |
      | PT-013 | GS   | gas meter         |
      | PT-013 | RSA  | electricity meter |
      | PT-013 | ED   | electricity meter |
      | PT-013 | GT   | gas meter         |
      | PT-013 | OU   | electricity meter |

  @srv:12.2 @priority:P2
  Scenario Outline: A request that the schema does not allow
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to send 12.2 to the DCC with
      | DeviceID           | <device>  |
      | DeviceType         | ESMETER   |
    Then the party notices before or after sending that it is not valid

    Examples:
      | id     | role | device            |
      | PT-014 | ES   | electricity meter |
      | PT-014 | RSA  | electricity meter |
      | PT-014 | ED   | electricity meter |
      | PT-014 | GT   | gas meter         |
      | PT-014 | OU   | electricity meter |

  @srv:11.2 @priority:P2
  Scenario Outline: A response with a bad signature is rejected
    Given a party acting as <role>
    And a home with both meters
    And responses arrive with a bad signature
    When the party is asked to send 11.2 to the <device> within 1.5 seconds
    Then the request is accepted
    And the party rejects the badly signed response

    Examples:
      | id     | role | device            |
      | PT-015 | ES   | electricity meter |
      | PT-015 | RSA  | electricity meter |
      | PT-015 | GT   | gas meter         |

  @srv:1.6 @priority:P3 @clock
  Scenario Outline: A future-dated command that the meter cannot carry out
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to send 1.6 to the <device> and to wait for its outcome with
      | PaymentMode       | Prepayment    |
      | ExecutionDateTime | in 30 minutes |
    Then the command was signed
    And the request is accepted
    And the response reaches the party
    When the <device> becomes broken
    And 31 minutes pass
    Then the party acknowledges alert 8F67
    And the party reports alert 8F67
    And the <device> still has payment_mode credit
    And nothing is changed by the failure

    Examples:
      | id     | role | device            |
      | PT-003 | IS   | electricity meter |
      | PT-003 | GS   | gas meter         |

  @srv:3.1 @priority:P2 @clock
  Scenario Outline: A future-dated command of the DCC to a device that is out of reach
    Given a party acting as <role>
    And a home with both meters
    And the <device> has disappeared from the home area network
    And the next response carries code E30
    When the party is asked to send 3.1 to the <device> and to come back later with
      | SupplierMessage   | Your meter has been read. |
      | ExecutionDateTime | in 30 minutes             |
    Then the request is accepted
    When 31 minutes pass
    And the DCC has given up waiting
    And the party is asked what became of it
    Then the party understands E30

    Examples:
      | id     | role | device            |
      | PT-005 | IS   | electricity meter |
      | PT-005 | GS   | gas meter         |

  @srv:1.6 @priority:P2 @clock
  Scenario Outline: A command that the meter holds, and of whose outcome nothing is heard
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to send 1.6 to the <device> and to come back later with
      | PaymentMode       | Prepayment    |
      | ExecutionDateTime | in 30 minutes |
    Then the command was signed
    And the request is accepted
    And the response reaches the party
    When the <device> becomes out of reach
    And 2 days pass
    Then a response with code E30 reaches the party
    When the party is asked what became of it
    Then the party understands E30

    Examples:
      | id     | role | device            |
      | PT-005 | IS   | electricity meter |
      | PT-005 | GS   | gas meter         |

  @srv:11.1 @priority:P3
  Scenario Outline: A firmware image for devices of which some cannot take it
    Given a party acting as <role>
    And a home with both meters and an in-home display
    When the party is asked to send 11.1 to the DCC with
      | DeviceIDList    | <device>, in-home display |
      | FirmwareVersion | 01020A0B                  |
    Then the request is accepted
    And the party reports what the response says

    Examples:
      | id     | role | device            |
      | SR-608 | IS   | electricity meter |
      | SR-608 | GS   | gas meter         |

  @srv:11.1 @priority:P3
  Scenario Outline: A firmware image for devices of which none can take it
    Given a party acting as <role>
    And a home with both meters and an in-home display
    When the party is asked to send 11.1 to the DCC with
      | DeviceIDList    | in-home display |
      | FirmwareVersion | 01020A0B        |
    Then the request is refused with E110102, the code set for firmware-devices
    And nothing is changed by it
    And the party understands E110102, the code set for firmware-devices

    Examples:
      | id     | role |
      | SR-608 | IS   |
      | SR-608 | GS   |

  @srv:11.3 @priority:P2
  Scenario Outline: A firmware image that failed its check is not activated
    Given a party acting as <role>
    And a home with both meters
    And the <device> is holding a firmware image that failed its check
    When the party is asked to send 11.3 to the <device> with its test data
    Then the request is accepted
    And the response reaches the party
    And the party reports that the device did not do it
    And nothing is changed by the failure

    Examples:
      | id     | role | device            |
      | SR-610 | IS   | electricity meter |
      | SR-610 | GS   | gas meter         |

  @srv:1.1.1 @priority:P2
  Scenario Outline: A Pre-Command that does not match the request is not signed
    Given a party acting as <role>
    And a home with both meters
    And the DCC returns Pre-Commands of 1.1.1 for another command
    When the party is asked to send 1.1.1 to the <device> with its test data
    Then the party signs no Pre-Command it did not ask for
    And nothing reached the <device>

    Examples:
      | id     | role | device            |
      | PT-006 | IS   | electricity meter |
      | PT-006 | GS   | gas meter         |

  @srv:7.2 @priority:P2
  Scenario Outline: A supply command of a party that is not the registered supplier
    Given a party acting as <role>
    And a home of another supplier with both meters
    When the party is asked to send 7.2 to the <device>
    Then the request is refused with E4
    And nothing is changed by it
    And the party does not flood the DCC
    And the party understands E4

    Examples:
      | id     | role | device            |
      | SR-508 | IS   | electricity meter |
      | SR-508 | GS   | gas meter         |
