@scope:service-requests
Feature: Setting devices, service by service
  The device takes what was sent, and what is read back shows it. What is sent stands in scenarios/data/test-data.csv.

  Scenario Outline: <service> (<srv>), <device>, answered
    Given a party acting as <role>
    And a home with <home>
    And the home has been lived in for 63 days
    And the <device> is <state>
    When the party is asked to send <srv> to the <device> with its test data
    Then the request is accepted
    And the response reaches the party
    And the party reports what the response says

    Examples:
      | id     | role | srv | service                                | home                 | device            | state        | priority |
      | SR-124 | GS   | 3.5 | Disable Privacy PIN                    | a gas meter          | gas meter         | commissioned | P1       |
      | SR-124 | IS   | 3.5 | Disable Privacy PIN                    | an electricity meter | electricity meter | commissioned | P1       |
      | SR-603 | OU   | 9.1 | Request Customer Identification Number | an electricity meter | electricity meter | commissioned | P1       |

  Scenario Outline: <service> (<srv>), <device>, read back, answered
    Given a party acting as <role>
    And a home with <home>
    And the home has been lived in for 63 days
    And the <device> is <state>
    When the party is asked to send <srv> to the <device> with its test data
    Then the request is accepted
    And the response reaches the party
    And the party reports what the response says
    When the party is asked to send <read back> to the <device> with its test data
    Then the party reports the values the device sent

    Examples:
      | id     | role | srv    | service                                                   | home                 | device            | state        | read back | priority |
      | SR-412 | IS   | 6.4.2  | Update Device Configuration (Load Limiting Counter Reset) | an electricity meter | electricity meter | commissioned | 4.15      | P2       |
      | SR-413 | ED   | 6.27   | Update Device Configuration (RMS Voltage Counter Reset)   | an electricity meter | electricity meter | commissioned | 6.2.1     | P1       |
      | SR-414 | ED   | 6.18.2 | Reset Maximum Demand Registers                            | an electricity meter | electricity meter | commissioned | 4.12.1    | P1       |
      | SR-419 | ED   | 6.22   | Configure Alert Behaviour                                 | an electricity meter | electricity meter | commissioned | 6.2.10    | P1       |
      | SR-419 | GS   | 6.22   | Configure Alert Behaviour                                 | a gas meter          | gas meter         | commissioned | 6.2.10    | P1       |
      | SR-419 | IS   | 6.22   | Configure Alert Behaviour                                 | an electricity meter | electricity meter | commissioned | 6.2.10    | P1       |

  Scenario Outline: <service> (<srv>), <device>
    Given a party acting as <role>
    And a home with <home>
    And the home has been lived in for 63 days
    And the <device> is <state>
    When the party is asked to send <srv> to the <device> with its test data
    Then the request is accepted
    And the response reaches the party
    And the party reports what the response says
    And the <device> then shows <effect>

    Examples:
      | id     | role | srv | service              | home                 | device            | state        | effect                                                             | priority |
      | SR-122 | GS   | 3.4 | Update Supplier Name | a gas meter          | gas meter         | commissioned | SupplierName = Supplier A; SupplierTelephoneNumber = 020 7946 0321 | P1       |
      | SR-122 | IS   | 3.4 | Update Supplier Name | an electricity meter | electricity meter | commissioned | SupplierName = Supplier A; SupplierTelephoneNumber = 020 7946 0321 | P1       |

  Scenario Outline: <service> (<srv>), <device>, read back
    Given a party acting as <role>
    And a home with <home>
    And the home has been lived in for 63 days
    And the <device> is <state>
    When the party is asked to send <srv> to the <device> with its test data
    Then the request is accepted
    And the response reaches the party
    And the party reports what the response says
    And the <device> then shows <effect>
    When the party is asked to send <read back> to the <device> with its test data
    Then the party reports the values the device sent

    Examples:
      | id     | role | srv    | service                                                     | home                                             | device            | state                               | effect                                                                                                                                                  | read back | priority |
      | SR-123 | GS   | 3.3    | Clear Event Log                                             | a gas meter                                      | gas meter         | commissioned                        | event_log = without event                                                                                                                               | 6.13      | P1       |
      | SR-123 | IS   | 3.3    | Clear Event Log                                             | an electricity meter                             | electricity meter | commissioned                        | event_log = without event                                                                                                                               | 6.13      | P1       |
      | SR-412 | IS   | 6.12   | Update Device Configuration (Instantaneous Power Threshold) | an electricity meter                             | electricity meter | commissioned                        | LowMediumPowerThreshold = 1400; MediumHighPowerThreshold = 5200                                                                                         | 6.2.5     | P2       |
      | SR-413 | ED   | 6.5    | Update Device Configuration (Voltage)                       | an electricity meter                             | electricity meter | commissioned                        | RMSExtremeOverVoltageThreshold = 2650; RMSExtremeUnderVoltageThreshold = 1950; RMSVoltageSagThreshold = 2080; AverageRMSVoltageMeasurementPeriod = 1800 | 6.2.1     | P1       |
      | SR-414 | ED   | 6.18.1 | Set Maximum Demand Configurable Time Period                 | an electricity meter                             | electricity meter | commissioned                        | demand_period = 27000                                                                                                                                   | 4.12.1    | P1       |
      | SR-505 | IS   | 7.9    | Add Auxiliary Load To Boost Button                          | an electricity meter and auxiliary load switches | electricity meter | commissioned                        | BoostFunctionControl1Value = yes                                                                                                                        | 7.11      | P2       |
      | SR-505 | IS   | 7.10   | Remove Auxiliary Load From Boost Button                     | an electricity meter and auxiliary load switches | electricity meter | switching loads by its boost button | BoostFunctionControl1Value = no                                                                                                                         | 7.11      | P2       |
