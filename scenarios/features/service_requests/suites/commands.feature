@scope:service-requests
Feature: Critical commands, service by service
  Transformed, signed by the party, sent, carried out: the device takes what was commanded, and what is read back shows it.

  Scenario Outline: <service> (<srv>), <device>, the former certificate is gone, read back, signed
    Given a party acting as <role>
    And a home with <home>
    And the <device> knows the party by its former key agreement certificate
    When the party is asked to send <srv> to the <device> with its test data
    Then each request went to the service of its command variant
    And the command was signed
    And what was signed is the Pre-Command that was issued
    And it was signed with the party's own key
    And the request is accepted
    And the response reaches the party
    And the party reports what the response says
    And the <device> then shows anchors = the party's key agreement certificate
    And the <device> then shows anchors = without the party's former certificate
    When the party is asked to send <read back> to the <device> with its test data
    Then the party reports the values the device sent

    Examples:
      | id     | role | srv    | service                           | home                 | device            | read back | priority |
      | SR-422 | GS   | 6.15.1 | Update Security Credentials (KRP) | a gas meter          | gas meter         | 6.24.1    | P1       |
      | SR-422 | IS   | 6.15.1 | Update Security Credentials (KRP) | an electricity meter | electricity meter | 6.24.1    | P1       |

  Scenario Outline: <service> (<srv>), <device>, read back, signed
    Given a party acting as <role>
    And a home with <home>
    And the <device> is <state>
    When the party is asked to send <srv> to the <device> with its test data
    Then each request went to the service of its command variant
    And the command was signed
    And what was signed is the Pre-Command that was issued
    And it was signed with the party's own key
    And the request is accepted
    And the response reaches the party
    And the party reports what the response says
    And the <device> then shows <effect>
    When the party is asked to send <read back> to the <device> with its test data
    Then the party reports the values the device sent

    Examples:
      | id     | role | srv    | service                                                                      | home                                             | device            | state                             | effect                                                                                                                                                    | read back | priority |
      | SR-101 | IS   | 1.1.1  | Update Import Tariff (Primary Element)                                       | an electricity meter                             | electricity meter | commissioned                      | block_prices = 24731                                                                                                                                      | 4.11.1    | P1       |
      | SR-102 | GS   | 1.1.1  | Update Import Tariff (Primary Element)                                       | a gas meter                                      | gas meter         | commissioned                      | block_prices = 76143                                                                                                                                      | 4.11.1    | P1       |
      | SR-103 | IS   | 1.1.2  | Update Import Tariff (Secondary Element)                                     | a twin-element electricity meter                 | electricity meter | commissioned                      | secondary_prices = 11237                                                                                                                                  | 4.11.2    | P2       |
      | SR-103 | IS   | 1.2.2  | Update Price (Secondary Element)                                             | a twin-element electricity meter                 | electricity meter | commissioned                      | secondary_prices = 12391                                                                                                                                  | 4.11.2    | P2       |
      | SR-104 | GS   | 1.2.1  | Update Price (Primary Element)                                               | a gas meter                                      | gas meter         | commissioned                      | block_prices = 77760                                                                                                                                      | 4.11.1    | P1       |
      | SR-104 | IS   | 1.2.1  | Update Price (Primary Element)                                               | an electricity meter                             | electricity meter | commissioned                      | block_prices = 26417                                                                                                                                      | 4.11.1    | P1       |
      | SR-107 | IS   | 1.7    | Reset Tariff Block Counter Matrix                                            | an electricity meter                             | electricity meter | on a block tariff                 | block_counters = nothing                                                                                                                                  | 4.1.3     | P2       |
      | SR-111 | GS   | 2.1    | Update Prepay Configuration                                                  | a gas meter                                      | gas meter         | in prepayment mode                | maximum_balance = 23100000; maximum_credit = 8900000; low_credit_threshold = 240000; emergency_credit_limit = 710000; emergency_credit_threshold = 130000 | 4.13      | P1       |
      | SR-111 | IS   | 2.1    | Update Prepay Configuration                                                  | an electricity meter                             | electricity meter | in prepayment mode                | maximum_balance = 24100000; maximum_credit = 9900000; low_credit_threshold = 230000; emergency_credit_limit = 810000; emergency_credit_threshold = 120000 | 4.13      | P1       |
      | SR-113 | GS   | 2.3    | Update Debt                                                                  | a gas meter                                      | gas meter         | in prepayment mode                | time_debt_1 = 4150000; time_debt_2 = 2260000; payment_debt = 1370000                                                                                      | 4.3       | P1       |
      | SR-411 | IS   | 6.4.1  | Update Device Configuration (Load Limiting General Settings)                 | an electricity meter                             | electricity meter | commissioned                      | LoadLimitPowerThreshold = 7400; LoadLimitPeriod = 90; LoadLimitRestorationPeriod = 240                                                                    | 4.15      | P2       |
      | SR-415 | GS   | 6.6    | Update Device Configuration (Gas Conversion)                                 | a gas meter                                      | gas meter         | commissioned                      | CalorificValue = 39.4; ConversionFactor = 1.02264                                                                                                         | 6.2.8     | P1       |
      | SR-415 | GS   | 6.7    | Update Device Configuration (Gas Flow)                                       | a gas meter                                      | gas meter         | commissioned                      | UncontrolledGasFlowRate = 3; FlowStabilisationPeriod = 12; FlowMeasurementPeriod = 21                                                                     | 6.2.8     | P1       |
      | SR-416 | GS   | 6.8    | Update Device Configuration (Billing Calendar)                               | a gas meter                                      | gas meter         | commissioned                      | Periodicity = Weekly                                                                                                                                      | 6.2.3     | P1       |
      | SR-416 | IS   | 6.8    | Update Device Configuration (Billing Calendar)                               | an electricity meter                             | electricity meter | commissioned                      | BillingTime = 01:30:00                                                                                                                                    | 6.2.3     | P1       |
      | SR-418 | IS   | 6.14.1 | Update Device Configuration (Auxiliary Load Control Description)             | an electricity meter and auxiliary load switches | electricity meter | commissioned                      | switches = Hot water                                                                                                                                      | 7.7       | P2       |
      | SR-420 | IS   | 6.25   | Set Electricity Supply Tamper State                                          | an electricity meter                             | electricity meter | commissioned                      | SupplyTamperState = Locked                                                                                                                                | 7.4       | P2       |
      | SR-420 | IS   | 6.26   | Update Device Configuration (daily resetting of Tariff Block Counter Matrix) | an electricity meter                             | electricity meter | commissioned                      | resets_blocks_daily = yes                                                                                                                                 | 6.2.3     | P2       |
      | SR-501 | IS   | 7.3    | Arm Supply                                                                   | an electricity meter                             | electricity meter | without supply                    | supply = armed                                                                                                                                            | 7.4       | P1       |
      | SR-502 | GS   | 7.3    | Arm Supply                                                                   | a gas meter                                      | gas meter         | without supply                    | supply = armed                                                                                                                                            | 7.4       | P1       |
      | SR-504 | IS   | 7.12   | Set Randomised Offset Limit                                                  | an electricity meter and auxiliary load switches | electricity meter | commissioned                      | RandomisedOffsetLimit = 470                                                                                                                               | 6.2.2     | P2       |
      | SR-504 | IS   | 7.13   | Set Auxiliary Controller State                                               | an electricity meter and auxiliary load switches | electricity meter | commissioned                      | coming = 40                                                                                                                                               | 7.15      | P2       |
      | SR-609 | GS   | 11.3   | Activate Firmware                                                            | a gas meter                                      | gas meter         | holding a verified firmware image | firmware_version = 01020A0B                                                                                                                               | 11.2      | P1       |
      | SR-609 | IS   | 11.3   | Activate Firmware                                                            | an electricity meter                             | electricity meter | holding a verified firmware image | firmware_version = 01020A0B                                                                                                                               | 11.2      | P1       |

  Scenario Outline: <service> (<srv>), <device>, carried out and read back, signed
    Given a party acting as <role>
    And a home with <home>
    And the <device> is <state>
    When the party is asked to send <srv> to the <device> with its test data
    Then each request went to the service of its command variant
    And the command was signed
    And what was signed is the Pre-Command that was issued
    And it was signed with the party's own key
    And the request is accepted
    And the response reaches the party
    And the party reports what the response says
    And the <device> then shows <effect>
    When the party is asked to send <read back> to the <device> with its test data
    Then the party reports the values the device sent
    And what it reports shows <reading>

    Examples:
      | id     | role | srv    | service                                                        | home                                             | device            | state                   | effect                 | read back | reading                  | priority |
      | SR-418 | IS   | 6.14.2 | Update Device Configuration (Auxiliary Load Control Scheduler) | an electricity meter and auxiliary load switches | electricity meter | commissioned            | switches = 19800       | 7.7       | SwitchState1 = yes       | P2       |
      | SR-418 | IS   | 6.14.3 | Update Device Configuration (Auxiliary Controller Scheduler)   | an electricity meter and auxiliary load switches | electricity meter | commissioned            | switches = 46          | 7.14      | CommandedStateLevel = 45 | P2       |
      | SR-504 | IS   | 7.5    | Activate Auxiliary Load                                        | an electricity meter and auxiliary load switches | electricity meter | commissioned            | switches = 100         | 7.7       | SwitchState1 = yes       | P2       |
      | SR-504 | IS   | 7.6    | Deactivate Auxiliary Load                                      | an electricity meter and auxiliary load switches | electricity meter | switching its load 1 on | switches = without 100 | 7.7       | SwitchState1 = no        | P2       |
      | SR-504 | IS   | 7.8    | Reset Auxiliary Load                                           | an electricity meter and auxiliary load switches | electricity meter | switching its load 1 on | switches = without 100 | 7.7       | SwitchState1 = no        | P2       |
