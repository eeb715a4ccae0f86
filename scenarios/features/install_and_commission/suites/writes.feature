@scope:install-and-commission
Feature: Setting devices, service by service
  The device takes what was sent, and what is read back shows it. What is sent stands in scenarios/data/test-data.csv.

  Scenario Outline: <service> (<srv>), <device>, read back
    Given a party acting as <role>
    And a home with <home>
    And the <device> is <state>
    When the party is asked to send <srv> to the <device> with its test data
    Then the request is accepted
    And the response reaches the party
    And the party reports what the response says
    And the <device> then shows <effect>
    When the party is asked to send <read back> to the <device> with its test data
    Then the party reports the values the device sent

    Examples:
      | id     | role | srv    | service                                | home                                | device            | state                       | effect                                | read back | priority |
      | IC-026 | GS   | 8.7.2  | Join Service (Non-Critical)            | both meters and an in-home display  | gas proxy         | joined with no other device | joined = in-home display              | 8.9       | P1       |
      | IC-026 | GS   | 8.7.2  | Join Service (Non-Critical)            | both meters and an in-home display  | in-home display   | joined with no other device | joined = gas meter                    | 8.9       | P1       |
      | IC-026 | IS   | 8.7.2  | Join Service (Non-Critical)            | both meters and an in-home display  | in-home display   | joined with no other device | joined = gas meter                    | 8.9       | P1       |
      | IC-027 | OU   | 8.7.2  | Join Service (Non-Critical)            | both meters and an in-home display  | electricity meter | joined with no other device | joined = in-home display              | 8.9       | P1       |
      | IC-029 | GS   | 8.8.2  | Unjoin Service (Non-Critical)          | both meters and an in-home display  | in-home display   | commissioned                | joined = without gas meter            | 8.9       | P1       |
      | IC-029 | IS   | 8.8.2  | Unjoin Service (Non-Critical)          | both meters and an in-home display  | in-home display   | commissioned                | joined = without gas meter            | 8.9       | P1       |
      | IC-029 | OU   | 8.8.2  | Unjoin Service (Non-Critical)          | both meters and an in-home display  | in-home display   | commissioned                | joined = without gas meter            | 8.9       | P1       |
      | IC-030 | GS   | 6.21   | Request Handover Of DCC Controlled Device | a gas meter                      | gas proxy         | commissioned                | supplier = the party                  | 6.24.1    | P1       |
      | IC-030 | IS   | 6.21   | Request Handover Of DCC Controlled Device | both meters                      | gas proxy         | commissioned                | supplier = the party                  | 6.24.1    | P1       |
      | IC-035 | GS   | 6.20.1 | Set Device Configuration (Import MPxN) | a gas meter                         | gas meter         | commissioned                | ImportMPRN = the home's mprn          | 6.2.7     | P1       |
      | IC-035 | IS   | 6.20.1 | Set Device Configuration (Import MPxN) | an electricity meter                | electricity meter | commissioned                | ImportMPAN = the home's mpan          | 6.2.7     | P1       |
      | IC-036 | ES   | 6.20.2 | Set Device Configuration (Export MPAN) | an electricity meter and generation | electricity meter | commissioned                | ExportMPAN = the home's export_mpan   | 6.2.7     | P1       |
      | IC-046 | GS   | 6.28   | Set CHF Sub GHz Configuration          | both meters and a dual-band hub                         | hub               | commissioned                | NormalLimitedDutyCycleThreshold = 0.5 | 6.30      | P2       |
      | IC-046 | IS   | 6.28   | Set CHF Sub GHz Configuration          | both meters and a dual-band hub                         | hub               | commissioned                | NormalLimitedDutyCycleThreshold = 0.5 | 6.30      | P2       |
      # 36646 is 8F26, which the hub logs of its radio channel (an inferred outcome of the scan)
      | IC-046 | GS   | 6.29   | Request CHF Sub GHz Channel Scan          | both meters and a dual-band hub  | hub               | commissioned                | logged = 36646                        | 6.31      | P2       |
      | IC-046 | IS   | 6.29   | Request CHF Sub GHz Channel Scan          | both meters and a dual-band hub  | hub               | commissioned                | logged = 36646                        | 6.31      | P2       |
