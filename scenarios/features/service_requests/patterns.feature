@scope:service-requests
Feature: Message patterns
  Late, double, swapped, unsigned or undeliverable: what a client must survive.

  @id:SR-201 @role:IS @srv:4.1.1 @priority:P1
  Scenario: An acknowledgement is not an answer
    Given a party acting as IS
    And a home with an electricity meter
    And the electricity meter takes 2 seconds to answer
    When the party is asked to send 4.1.1 to the electricity meter
    Then the request is accepted
    And the party reports success only after the response

  @id:PT-008 @role:IS @role:GS @srv:4.1.1 @priority:P3
  Scenario Outline: A late response is still taken into account
    Given a party acting as <role>
    And a home with both meters
    And the <device> takes 2 seconds to answer
    When the party is asked to send 4.1.1 to the <device> within 1 seconds
    Then the request is accepted
    And the response reaches the party
    When the party is asked what became of it
    Then the party reports the values the device sent

    Examples:
      | role | device            |
      | IS   | electricity meter |
      | GS   | gas proxy         |

  @id:PT-009 @role:IS @role:GS @role:ED @srv:4.1.1 @priority:P2
  Scenario Outline: A response that arrives twice counts once
    Given a party acting as <role>
    And a home with both meters
    And the next response arrives twice
    When the party is asked to send 4.1.1 to the <device> and to listen 1 seconds longer
    Then the request is accepted
    And the party acknowledges the response
    And the party processes the response once

    Examples:
      | role | device            |
      | IS   | electricity meter |
      | GS   | gas proxy         |
      | ED   | electricity meter |

  @id:PT-009 @role:IS @role:ED @srv:4.1.1 @priority:P2
  Scenario Outline: Responses that arrive in reversed order are told apart
    Given a party acting as <role>
    And a home with two electricity meters
    And the next two responses arrive in reversed order
    When the party is asked to send 4.1.1 to the electricity meter
    Then the request is accepted
    When meanwhile the party is asked to send 4.1.1 to the second electricity meter
    Then the request is accepted
    And each response is matched to its own request

    Examples:
      | role |
      | IS   |
      | ED   |

  @id:PT-010 @role:IS @role:GS @role:OU @srv:11.2 @priority:P3
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
      | role | device            |
      | IS   | electricity meter |
      | GS   | gas meter         |
      | OU   | electricity meter |

  @id:PT-011 @role:IS @role:GS @role:ED @role:OU @srv:11.2 @priority:P3
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
      | role | device            |
      | IS   | electricity meter |
      | GS   | gas meter         |
      | ED   | electricity meter |
      | OU   | electricity meter |

  @id:PT-012 @role:IS @role:GS @role:ED @role:OU @srv:11.2 @priority:P2
  Scenario Outline: Counters rise with every request
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to send 11.2 to the <device>
    And the party is asked to send 11.2 to the <device>
    Then the counters of its 2 requests increase

    Examples:
      | role | device            |
      | IS   | electricity meter |
      | GS   | gas meter         |
      | ED   | electricity meter |
      | OU   | electricity meter |

  @id:PT-014 @role:IS @role:GS @srv:3.1 @priority:P2
  Scenario Outline: A request that the schema does not allow
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to send 3.1 to the <meter> with
      | SupplierMessage | This message goes on and on, far beyond the one hundred and sixteen characters which a display of a meter or in a home has room to show. |
    Then the party notices before or after sending that it is not valid

    Examples:
      | role | meter             |
      | IS   | electricity meter |
      | GS   | gas meter         |

  @id:PT-015 @role:IS @role:GS @role:ED @role:OU @srv:11.2 @priority:P2
  Scenario Outline: A response with a bad signature is rejected
    Given a party acting as <role>
    And a home with both meters
    And responses arrive with a bad signature
    When the party is asked to send 11.2 to the <device> within 1.5 seconds
    Then the request is accepted
    And the party rejects the badly signed response

    Examples:
      | role | device            |
      | IS   | electricity meter |
      | GS   | gas meter         |
      | ED   | electricity meter |
      | OU   | electricity meter |

  @id:PT-015 @role:IS @role:GS @srv:11.2 @priority:P2
  Scenario Outline: A response signed by a wrong party is rejected
    Given a party acting as <role>
    And a home with both meters
    And responses arrive signed by a party that is not the DCC
    When the party is asked to send 11.2 to the <device> within 1.5 seconds
    Then the request is accepted
    And the party rejects the response of the wrong signer

    Examples:
      | role | device            |
      | IS   | electricity meter |
      | GS   | gas meter         |

  @id:PT-001 @role:IS @role:GS @srv:3.1 @priority:P1 @clock
  Scenario Outline: A future-dated command waits at the DCC until its time
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to send 3.1 to the <meter> and to come back later with
      | SupplierMessage   | Your meter has been read. |
      | ExecutionDateTime | in 30 minutes             |
    Then the request is accepted
    When 31 minutes pass
    And the party is asked what became of it
    Then the response reaches the party
    And the <meter>'s display_message becomes Your meter has been read.
    And the party reports what the response says

    Examples:
      | role | meter             |
      | IS   | electricity meter |
      | GS   | gas meter         |

  @id:PT-002 @role:IS @role:GS @srv:1.6 @priority:P1 @clock
  Scenario Outline: A future-dated command waits in the meter until its time
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to send 1.6 to the <meter> and to wait for its outcome with
      | PaymentMode       | Prepayment    |
      | ExecutionDateTime | in 30 minutes |
    Then the command was signed
    And the request is accepted
    And the response reaches the party
    When 31 minutes pass
    Then the <meter>'s payment_mode becomes prepayment
    And the party acknowledges alert 8F66
    And the party reports alert 8F66

    Examples:
      | role | meter             |
      | IS   | electricity meter |
      | GS   | gas meter         |

  @id:PT-020 @role:IS @role:GS @role:OU @srv:11.2 @priority:P2
  Scenario Outline: A system that was restarted still takes the response to what it had asked
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to stop receiving
    And the party is asked to send 11.2 to the <device> without waiting
    Then the request is accepted
    And the response cannot be delivered
    When the party's system is stopped and started again
    And the party is asked what became of it
    Then the response is delivered after all
    And nothing is lost by the restart before the response
    And the party reports FirmwareVersion as the device sent it

    Examples:
      | role | device            |
      | IS   | electricity meter |
      | GS   | gas meter         |
      | OU   | electricity meter |

  @id:PT-021 @role:IS @role:GS @role:OU @srv:11.2 @priority:P2
  Scenario Outline: A system that was restarted still reports what it had acknowledged
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to send 11.2 to the <device> without waiting
    Then the request is accepted
    And the response reaches the party
    When the party's system is stopped and started again
    And the party is asked what became of it
    Then nothing is lost by the restart after the response
    And the party reports FirmwareVersion as the device sent it

    Examples:
      | role | device            |
      | IS   | electricity meter |
      | GS   | gas meter         |
      | OU   | electricity meter |
