@scope:service-requests
Feature: Reading devices, service by service
  Every value that the device sends is the one the party reports. The homes have been lived in: logs hold entries,
  the tariff has two rates, billing periods have passed.

  Scenario Outline: <service> (<srv>), <device>
    Given a party acting as <role>
    And a home with <home>
    And the home has been lived in for 63 days
    And the <device> is <state>
    When the party is asked to send <srv> to the <device> with its test data
    Then the request is accepted
    And the response reaches the party
    And the party reports the values the device sent

    Examples:
      | id     | role | srv    | service                                                     | home                                             | device            | state                   | priority |
      | SR-201 | IS   | 4.1.2  | Read Instantaneous Import TOU Matrices                      | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-201 | IS   | 4.1.3  | Read Instantaneous Import TOU With Blocks Matrices          | an electricity meter                             | electricity meter | on a block tariff       | P1       |
      | SR-202 | IS   | 4.13   | Read Prepayment Configuration                               | an electricity meter                             | electricity meter | in prepayment mode      | P1       |
      | SR-202 | IS   | 4.14   | Read Prepayment Daily Read Log                              | an electricity meter                             | electricity meter | in prepayment mode      | P1       |
      | SR-202 | IS   | 4.18   | Read Meter Balance                                          | an electricity meter                             | electricity meter | in prepayment mode      | P1       |
      | SR-203 | IS   | 4.4.2  | Retrieve Change Of Mode / Tariff Triggered Billing Data Log | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-203 | IS   | 4.4.3  | Retrieve Billing Calendar Triggered Billing Data Log        | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-203 | IS   | 4.4.4  | Retrieve Billing Data Log (Payment Based Debt Payments)     | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-203 | IS   | 4.4.5  | Retrieve Billing Data Log (Prepayment Credits)              | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-203 | IS   | 4.6.1  | Retrieve Import Daily Read Log                              | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-204 | IS   | 4.8.1  | Read Active Import Profile Data                             | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-204 | IS   | 4.8.2  | Read Reactive Import Profile Data                           | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-204 | IS   | 4.10   | Read Network Data                                           | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-204 | IS   | 4.17   | Retrieve Daily Consumption Log                              | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-205 | IS   | 4.11.1 | Read Tariff (Primary Element)                               | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-205 | IS   | 4.11.2 | Read Tariff (Secondary Element)                             | a twin-element electricity meter                 | electricity meter | commissioned            | P1       |
      | SR-206 | IS   | 4.12.1 | Read Maximum Demand Import Registers                        | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-206 | IS   | 4.15   | Read Load Limit Data                                        | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-206 | IS   | 4.16   | Read Active Power Import                                    | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-207 | GS   | 4.1.2  | Read Instantaneous Import TOU Matrices                      | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-207 | GS   | 4.1.2  | Read Instantaneous Import TOU Matrices                      | a gas meter                                      | gas proxy         | commissioned            | P1       |
      | SR-207 | GS   | 4.1.4  | Read Instantaneous Import Block Counters                    | a gas meter                                      | gas meter         | on a block tariff       | P1       |
      | SR-207 | GS   | 4.1.4  | Read Instantaneous Import Block Counters                    | a gas meter                                      | gas proxy         | on a block tariff       | P1       |
      | SR-208 | GS   | 4.13   | Read Prepayment Configuration                               | a gas meter                                      | gas meter         | in prepayment mode      | P1       |
      | SR-208 | GS   | 4.13   | Read Prepayment Configuration                               | a gas meter                                      | gas proxy         | in prepayment mode      | P1       |
      | SR-208 | GS   | 4.14   | Read Prepayment Daily Read Log                              | a gas meter                                      | gas meter         | in prepayment mode      | P1       |
      | SR-208 | GS   | 4.14   | Read Prepayment Daily Read Log                              | a gas meter                                      | gas proxy         | in prepayment mode      | P1       |
      | SR-208 | GS   | 4.18   | Read Meter Balance                                          | a gas meter                                      | gas meter         | in prepayment mode      | P1       |
      | SR-208 | GS   | 4.18   | Read Meter Balance                                          | a gas meter                                      | gas proxy         | in prepayment mode      | P1       |
      | SR-209 | GS   | 4.4.2  | Retrieve Change Of Mode / Tariff Triggered Billing Data Log | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-209 | GS   | 4.4.2  | Retrieve Change Of Mode / Tariff Triggered Billing Data Log | a gas meter                                      | gas proxy         | commissioned            | P1       |
      | SR-209 | GS   | 4.4.3  | Retrieve Billing Calendar Triggered Billing Data Log        | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-209 | GS   | 4.4.3  | Retrieve Billing Calendar Triggered Billing Data Log        | a gas meter                                      | gas proxy         | commissioned            | P1       |
      | SR-209 | GS   | 4.4.4  | Retrieve Billing Data Log (Payment Based Debt Payments)     | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-209 | GS   | 4.4.4  | Retrieve Billing Data Log (Payment Based Debt Payments)     | a gas meter                                      | gas proxy         | commissioned            | P1       |
      | SR-209 | GS   | 4.4.5  | Retrieve Billing Data Log (Prepayment Credits)              | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-209 | GS   | 4.4.5  | Retrieve Billing Data Log (Prepayment Credits)              | a gas meter                                      | gas proxy         | commissioned            | P1       |
      | SR-209 | GS   | 4.6.1  | Retrieve Import Daily Read Log                              | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-209 | GS   | 4.6.1  | Retrieve Import Daily Read Log                              | a gas meter                                      | gas proxy         | commissioned            | P1       |
      | SR-210 | GS   | 4.8.1  | Read Active Import Profile Data                             | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-210 | GS   | 4.8.1  | Read Active Import Profile Data                             | a gas meter                                      | gas proxy         | commissioned            | P1       |
      | SR-210 | GS   | 4.10   | Read Network Data                                           | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-210 | GS   | 4.11.1 | Read Tariff (Primary Element)                               | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-210 | GS   | 4.11.1 | Read Tariff (Primary Element)                               | a gas meter                                      | gas proxy         | commissioned            | P1       |
      | SR-210 | GS   | 4.17   | Retrieve Daily Consumption Log                              | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-210 | GS   | 4.17   | Retrieve Daily Consumption Log                              | a gas meter                                      | gas proxy         | commissioned            | P1       |
      | SR-211 | ES   | 4.2    | Read Instantaneous Export Registers                         | an electricity meter and generation              | electricity meter | commissioned            | P1       |
      | SR-211 | ES   | 4.6.2  | Retrieve Export Daily Read Log                              | an electricity meter and generation              | electricity meter | commissioned            | P1       |
      | SR-211 | ES   | 4.8.3  | Read Export Profile Data                                    | an electricity meter and generation              | electricity meter | commissioned            | P1       |
      | SR-211 | ES   | 4.12.2 | Read Maximum Demand Export Registers                        | an electricity meter and generation              | electricity meter | commissioned            | P1       |
      | SR-212 | ED   | 4.1.2  | Read Instantaneous Import TOU Matrices                      | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-212 | ED   | 4.1.3  | Read Instantaneous Import TOU With Blocks Matrices          | an electricity meter                             | electricity meter | on a block tariff       | P1       |
      | SR-212 | ED   | 4.2    | Read Instantaneous Export Registers                         | an electricity meter and generation              | electricity meter | commissioned            | P1       |
      | SR-213 | ED   | 4.8.1  | Read Active Import Profile Data                             | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-213 | ED   | 4.8.2  | Read Reactive Import Profile Data                           | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-213 | ED   | 4.8.3  | Read Export Profile Data                                    | an electricity meter and generation              | electricity meter | commissioned            | P1       |
      | SR-213 | ED   | 4.10   | Read Network Data                                           | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-213 | ED   | 4.17   | Retrieve Daily Consumption Log                              | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-214 | ED   | 4.12.1 | Read Maximum Demand Import Registers                        | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-214 | ED   | 4.12.2 | Read Maximum Demand Export Registers                        | an electricity meter and generation              | electricity meter | commissioned            | P1       |
      | SR-214 | ED   | 4.15   | Read Load Limit Data                                        | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-214 | ED   | 4.16   | Read Active Power Import                                    | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-215 | GT   | 4.1.1  | Read Instantaneous Import Registers                         | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-215 | GT   | 4.1.1  | Read Instantaneous Import Registers                         | a gas meter                                      | gas proxy         | commissioned            | P1       |
      | SR-215 | GT   | 4.1.2  | Read Instantaneous Import TOU Matrices                      | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-215 | GT   | 4.1.2  | Read Instantaneous Import TOU Matrices                      | a gas meter                                      | gas proxy         | commissioned            | P1       |
      | SR-215 | GT   | 4.8.1  | Read Active Import Profile Data                             | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-215 | GT   | 4.8.1  | Read Active Import Profile Data                             | a gas meter                                      | gas proxy         | commissioned            | P1       |
      | SR-215 | GT   | 4.10   | Read Network Data                                           | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-215 | GT   | 4.17   | Retrieve Daily Consumption Log                              | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-215 | GT   | 4.17   | Retrieve Daily Consumption Log                              | a gas meter                                      | gas proxy         | commissioned            | P1       |
      | SR-216 | OU   | 4.8.1  | Read Active Import Profile Data                             | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-216 | OU   | 4.8.1  | Read Active Import Profile Data                             | a gas meter                                      | gas proxy         | commissioned            | P1       |
      | SR-216 | OU   | 4.8.2  | Read Reactive Import Profile Data                           | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-216 | OU   | 4.8.3  | Read Export Profile Data                                    | an electricity meter and generation              | electricity meter | commissioned            | P1       |
      | SR-216 | OU   | 4.17   | Retrieve Daily Consumption Log                              | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-216 | OU   | 4.17   | Retrieve Daily Consumption Log                              | a gas meter                                      | gas proxy         | commissioned            | P1       |
      | SR-217 | OU   | 4.11.1 | Read Tariff (Primary Element)                               | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-217 | OU   | 4.11.1 | Read Tariff (Primary Element)                               | a gas meter                                      | gas proxy         | commissioned            | P1       |
      | SR-217 | OU   | 4.11.2 | Read Tariff (Secondary Element)                             | a twin-element electricity meter                 | electricity meter | commissioned            | P1       |
      | SR-401 | IS   | 6.2.1  | Read Device Configuration (Voltage)                         | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-401 | IS   | 6.2.2  | Read Device Configuration (Randomisation)                   | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-401 | IS   | 6.2.3  | Read Device Configuration (Billing Calendar)                | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-401 | IS   | 6.2.4  | Read Device Configuration (Identity Exc MPxN)               | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-401 | IS   | 6.2.5  | Read Device Configuration (Instantaneous Power Thresholds)  | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-401 | IS   | 6.2.7  | Read Device Configuration (MPxN)                            | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-401 | IS   | 6.2.9  | Read Device Configuration (Payment Mode)                    | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-401 | IS   | 6.2.10 | Read Device Configuration (Event and Alert Behaviours)      | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-402 | GS   | 6.2.3  | Read Device Configuration (Billing Calendar)                | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-402 | GS   | 6.2.4  | Read Device Configuration (Identity Exc MPxN)               | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-402 | GS   | 6.2.4  | Read Device Configuration (Identity Exc MPxN)               | a gas meter                                      | gas proxy         | commissioned            | P1       |
      | SR-402 | GS   | 6.2.7  | Read Device Configuration (MPxN)                            | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-402 | GS   | 6.2.8  | Read Device Configuration (Gas)                             | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-402 | GS   | 6.2.9  | Read Device Configuration (Payment Mode)                    | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-402 | GS   | 6.2.10 | Read Device Configuration (Event and Alert Behaviours)      | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-403 | ES   | 6.2.4  | Read Device Configuration (Identity Exc MPxN)               | an electricity meter and generation              | electricity meter | commissioned            | P1       |
      | SR-403 | ES   | 6.2.7  | Read Device Configuration (MPxN)                            | an electricity meter and generation              | electricity meter | commissioned            | P1       |
      | SR-404 | RSA  | 6.2.1  | Read Device Configuration (Voltage)                         | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-404 | RSA  | 6.2.2  | Read Device Configuration (Randomisation)                   | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-404 | RSA  | 6.2.3  | Read Device Configuration (Billing Calendar)                | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-404 | RSA  | 6.2.3  | Read Device Configuration (Billing Calendar)                | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-404 | RSA  | 6.2.4  | Read Device Configuration (Identity Exc MPxN)               | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-404 | RSA  | 6.2.4  | Read Device Configuration (Identity Exc MPxN)               | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-404 | RSA  | 6.2.5  | Read Device Configuration (Instantaneous Power Thresholds)  | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-404 | RSA  | 6.2.7  | Read Device Configuration (MPxN)                            | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-404 | RSA  | 6.2.7  | Read Device Configuration (MPxN)                            | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-404 | RSA  | 6.2.8  | Read Device Configuration (Gas)                             | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-404 | RSA  | 6.2.9  | Read Device Configuration (Payment Mode)                    | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-404 | RSA  | 6.2.9  | Read Device Configuration (Payment Mode)                    | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-405 | ED   | 6.2.1  | Read Device Configuration (Voltage)                         | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-405 | ED   | 6.2.2  | Read Device Configuration (Randomisation)                   | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-405 | ED   | 6.2.4  | Read Device Configuration (Identity Exc MPxN)               | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-405 | ED   | 6.2.7  | Read Device Configuration (MPxN)                            | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-405 | ED   | 6.2.10 | Read Device Configuration (Event and Alert Behaviours)      | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-406 | GT   | 6.2.4  | Read Device Configuration (Identity Exc MPxN)               | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-406 | GT   | 6.2.7  | Read Device Configuration (MPxN)                            | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-406 | GT   | 6.2.8  | Read Device Configuration (Gas)                             | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-407 | OU   | 6.2.4  | Read Device Configuration (Identity Exc MPxN)               | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-407 | OU   | 6.2.4  | Read Device Configuration (Identity Exc MPxN)               | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-407 | OU   | 6.2.7  | Read Device Configuration (MPxN)                            | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-407 | OU   | 6.2.7  | Read Device Configuration (MPxN)                            | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-421 | GT   | 6.13   | Read Event Or Security Log                                  | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-421 | GT   | 6.13   | Read Event Or Security Log                                  | a gas meter                                      | gas proxy         | commissioned            | P1       |
      | SR-421 | GT   | 6.13   | Read Event Or Security Log                                  | both meters                                      | hub               | commissioned            | P1       |
      | SR-421 | RSA  | 6.13   | Read Event Or Security Log                                  | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-421 | RSA  | 6.13   | Read Event Or Security Log                                  | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-421 | RSA  | 6.13   | Read Event Or Security Log                                  | a gas meter                                      | gas proxy         | commissioned            | P1       |
      | SR-421 | RSA  | 6.13   | Read Event Or Security Log                                  | both meters                                      | hub               | commissioned            | P1       |
      | SR-503 | ES   | 7.4    | Read Supply Status                                          | an electricity meter and generation              | electricity meter | commissioned            | P1       |
      | SR-503 | GT   | 7.4    | Read Supply Status                                          | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-503 | RSA  | 7.4    | Read Supply Status                                          | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-503 | RSA  | 7.4    | Read Supply Status                                          | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-505 | IS   | 7.11   | Read Boost Button Details                                   | an electricity meter and auxiliary load switches | electricity meter | commissioned            | P2       |
      | SR-506 | ED   | 7.7    | Read Auxiliary Load Switch Data                             | an electricity meter and auxiliary load switches | electricity meter | switching its load 1 on | P2       |
      | SR-506 | ED   | 7.14   | Read Auxiliary Controller Configuration Data                | an electricity meter and auxiliary load switches | electricity meter | switching its load 1 on | P2       |
      | SR-506 | ED   | 7.15   | Read Auxiliary Controller Operational Data                  | an electricity meter and auxiliary load switches | electricity meter | switching its load 1 on | P2       |
      | SR-506 | IS   | 7.7    | Read Auxiliary Load Switch Data                             | an electricity meter and auxiliary load switches | electricity meter | switching its load 1 on | P2       |
      | SR-506 | IS   | 7.14   | Read Auxiliary Controller Configuration Data                | an electricity meter and auxiliary load switches | electricity meter | switching its load 1 on | P2       |
      | SR-506 | IS   | 7.15   | Read Auxiliary Controller Operational Data                  | an electricity meter and auxiliary load switches | electricity meter | switching its load 1 on | P2       |
      | SR-506 | OU   | 7.7    | Read Auxiliary Load Switch Data                             | an electricity meter and auxiliary load switches | electricity meter | switching its load 1 on | P2       |
      | SR-506 | OU   | 7.14   | Read Auxiliary Controller Configuration Data                | an electricity meter and auxiliary load switches | electricity meter | switching its load 1 on | P2       |
      | SR-506 | OU   | 7.15   | Read Auxiliary Controller Operational Data                  | an electricity meter and auxiliary load switches | electricity meter | switching its load 1 on | P2       |
      | SR-507 | OU   | 7.11   | Read Boost Button Details                                   | an electricity meter and auxiliary load switches | electricity meter | commissioned            | P2       |
      | SR-605 | ES   | 11.2   | Read Firmware Version                                       | an electricity meter and generation              | electricity meter | commissioned            | P1       |
      | SR-605 | ES   | 11.2   | Read Firmware Version                                       | an electricity meter and generation              | hub               | commissioned            | P1       |
      | SR-605 | ES   | 11.2   | Read Firmware Version                                       | both meters and an in-home display               | in-home display   | commissioned            | P1       |
      | SR-605 | GT   | 11.2   | Read Firmware Version                                       | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-605 | GT   | 11.2   | Read Firmware Version                                       | both meters                                      | hub               | commissioned            | P1       |
      | SR-605 | GT   | 11.2   | Read Firmware Version                                       | both meters and an in-home display               | in-home display   | commissioned            | P1       |
      | SR-605 | RSA  | 11.2   | Read Firmware Version                                       | an electricity meter                             | electricity meter | commissioned            | P1       |
      | SR-605 | RSA  | 11.2   | Read Firmware Version                                       | a gas meter                                      | gas meter         | commissioned            | P1       |
      | SR-605 | RSA  | 11.2   | Read Firmware Version                                       | both meters                                      | hub               | commissioned            | P1       |
      | SR-605 | RSA  | 11.2   | Read Firmware Version                                       | both meters and an in-home display               | in-home display   | commissioned            | P1       |
