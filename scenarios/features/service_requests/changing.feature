@scope:service-requests
Feature: Changing meters
  Payment, supply, clock and display: the meter ends in the state that was commanded.

  @id:SR-105 @role:IS @role:GS @srv:1.5 @priority:P1
  Scenario Outline: The balance of a prepayment meter is adjusted
    Given a party acting as <role>
    And a home with both meters
    And the <meter> is in prepayment mode with £22.42 left
    When the party is asked to send 1.5 to the <meter> with
      | AdjustMeterBalance | 500000 |
    Then the command was signed
    And the request is accepted
    And the response reaches the party
    And the party reports what the response says

    Examples:
      | role | meter             |
      | IS   | electricity meter |
      | GS   | gas meter         |

  @id:SR-106 @role:IS @role:GS @srv:1.6 @priority:P1
  Scenario Outline: A meter is switched to prepayment
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to send 1.6 to the <meter> with
      | PaymentMode | Prepayment |
    Then the command was signed
    And the request is accepted
    And the response reaches the party
    And the <meter>'s payment_mode becomes prepayment
    And the party reports what the response says

    Examples:
      | role | meter             |
      | IS   | electricity meter |
      | GS   | gas meter         |

  @id:SR-112 @role:IS @role:GS @srv:2.2 @priority:P1
  Scenario Outline: A prepayment meter is topped up
    Given a party acting as <role>
    And a home with both meters
    And the <meter> holds payment_mode prepayment
    When the party is asked to send 2.2 to the <meter> with
      | amount_pence | 1000 |
    Then the request is accepted
    And the response reaches the party
    And the party reports what the response says

    Examples:
      | role | meter             |
      | IS   | electricity meter |
      | GS   | gas meter         |

  @id:SR-121 @role:IS @role:GS @srv:3.1 @priority:P1
  Scenario Outline: A message is shown to the consumer
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to send 3.1 to the <meter> with
      | SupplierMessage | We'll read your meter & tell you: DON'T switch it off. |
    Then the request is accepted
    And the response reaches the party
    And the <meter>'s display_message becomes We'll read your meter & tell you: DON'T switch it off.

    Examples:
      | role | meter             |
      | IS   | electricity meter |
      | GS   | gas meter         |

  @id:SR-417 @role:IS @role:GS @srv:6.11 @priority:P1
  Scenario Outline: The clock of a meter is set
    Given a party acting as <role>
    And a home with both meters
    When the party is asked to send 6.11 to the <meter>
    Then the command was signed
    And the request is accepted
    And the response reaches the party
    And the party reports TimeStatus as the device sent it

    Examples:
      | role | meter             |
      | IS   | electricity meter |
      | GS   | gas meter         |

  @id:SR-501 @role:IS @srv:7.2 @srv:7.1 @priority:P1
  Scenario: The electricity supply is disabled and enabled again
    Given a party acting as IS
    And a home with an electricity meter
    When the party is asked to send 7.2 to the electricity meter
    Then the command was signed
    And the request is accepted
    And the response reaches the party
    And the electricity meter's supply becomes disabled
    When the party is asked to send 7.1 to the electricity meter
    Then the request is accepted
    And the response reaches the party
    And the electricity meter's supply becomes enabled
    And the party reports what the response says

  @id:SR-502 @role:GS @srv:7.2 @priority:P1
  Scenario: The gas supply is disabled
    Given a party acting as GS
    And a home with a gas meter
    When the party is asked to send 7.2 to the gas meter
    Then the command was signed
    And the request is accepted
    And the response reaches the party
    And the gas meter's supply becomes disabled
