@scope:install-and-commission
Feature: Installations from beginning to end
  As a party lives them: every step on the one before, each answer awaited before the next.

  @id:IC-037 @role:IS @srv:12.1 @srv:12.2 @srv:8.11 @srv:8.1.1 @srv:8.7.1 @srv:8.7.2 @srv:6.17 @srv:6.15.2 @srv:1.1.1 @srv:3.4 @srv:4.1.1 @srv:8.14.1 @priority:P1
  Scenario: An electricity meter and a display are installed
    Given a party acting as IS
    And a home with an electricity meter and an in-home display
    And the electricity meter is not pre-notified
    And the in-home display is not pre-notified
    When the party is asked to send 12.1 to the DCC with
      | UPRN | the home's uprn |
    Then the request is accepted
    And the party reports what the DCC answered
    When the party is asked to send 12.2 to the DCC with
      | DeviceID | electricity meter |
      | DeviceType | ESME |
      | ESMEVariant | A |
    Then it is accepted and reported
    And the inventory shows the electricity meter as Pending
    When the party is asked to send 12.2 to the DCC with
      | DeviceID | in-home display |
      | DeviceType | PPMID |
    Then it is accepted and reported
    And the inventory shows the in-home display as Pending
    When the party is asked to send 8.11 to the hub with
      | DeviceID | electricity meter |
      | RequestType | Add |
      | InstallCode | install code of electricity meter |
      | ImportMPxN | the home's mpan |
    Then the request is accepted
    And the response reaches the party
    And the party acknowledges alert N24
    And the inventory shows the electricity meter as InstalledNotCommissioned
    When the party is asked to send 8.1.1 to the electricity meter with its test data
    Then the command was signed
    And the response reaches the party
    And the inventory shows the electricity meter as Commissioned
    When the party is asked to send 8.11 to the hub with
      | DeviceID | in-home display |
      | RequestType | Add |
      | InstallCode | install code of in-home display |
    Then the request is accepted
    And the response reaches the party
    And the party acknowledges alert N24
    And the inventory shows the in-home display as InstalledNotCommissioned
    When the party is asked to send 8.7.1 to the electricity meter with
      | OtherDeviceID | in-home display |
    Then it is accepted, answered and reported
    And the electricity meter then shows joined = in-home display
    When the party is asked to send 8.7.2 to the in-home display with
      | OtherDeviceID | electricity meter |
    Then it is accepted, answered and reported
    And the in-home display then shows joined = electricity meter
    When the party is asked to send 6.17 to the electricity meter with
      | CredentialType | Digital Signature |
    Then it is accepted, answered and reported
    When the party is asked to send 6.15.2 to the electricity meter
    Then the response reaches the party
    And the electricity meter takes the certificate issued for its new key
    When the party is asked to send 1.1.1 to the electricity meter with its test data
    Then it is accepted, answered and reported
    When the party is asked to send 3.4 to the electricity meter with its test data
    Then it is accepted, answered and reported
    When the party is asked to send 4.1.1 to the electricity meter
    Then the request is accepted
    And the party reports the values the device sent
    When the party is asked to send 8.14.1 to the DCC with
      | DeviceID | hub |
      | MPxN | the home's mpan |
    Then it is accepted and reported

  @id:IC-038 @role:GS @srv:12.2 @srv:8.11 @srv:8.1.1 @srv:8.7.1 @srv:8.14.1 @srv:6.17 @srv:6.15.2 @srv:6.6 @srv:1.1.1 @srv:4.1.1 @priority:P1
  Scenario: A gas meter is installed
    Given a party acting as GS
    And a home with a gas meter
    And the gas meter is not pre-notified
    When the party is asked to send 12.2 to the DCC with
      | DeviceID | gas meter |
      | DeviceType | GSME |
    Then it is accepted and reported
    And the inventory shows the gas meter as Pending
    When the party is asked to send 8.11 to the hub with
      | DeviceID | gas meter |
      | RequestType | Add |
      | InstallCode | install code of gas meter |
      | ImportMPxN | the home's mprn |
    Then the request is accepted
    And the response reaches the party
    And the party acknowledges alert N24
    And the inventory shows the gas meter as InstalledNotCommissioned
    When the party is asked to send 8.1.1 to the gas meter with its test data
    Then the command was signed
    And the response reaches the party
    And the inventory shows the gas meter as Commissioned
    When the party is asked to send 8.7.1 to the gas meter with
      | OtherDeviceID | gas proxy |
    Then it is accepted, answered and reported
    And the gas meter then shows joined = gas proxy
    When the party is asked to send 6.6 to the gas meter with its test data
    Then it is accepted, answered and reported
    When the party is asked to send 6.17 to the gas meter with
      | CredentialType | Digital Signature |
    Then it is accepted, answered and reported
    When the party is asked to send 6.15.2 to the gas meter
    Then the response reaches the party
    And the gas meter takes the certificate issued for its new key
    When the party is asked to send 1.1.1 to the gas meter with its test data
    Then it is accepted, answered and reported
    When the party is asked to send 4.1.1 to the gas meter
    Then the request is accepted
    And the party reports the values the device sent
    When the party is asked to send 8.14.1 to the DCC with
      | DeviceID | hub |
      | MPxN | the home's mprn |
    Then it is accepted and reported

  @id:IC-039 @role:IS @role:GS @srv:12.2 @srv:8.11 @srv:8.1.1 @srv:8.7.1 @srv:8.7.2 @srv:8.14.1 @srv:4.1.1 @priority:P1
  Scenario Outline: Both meters and a display are installed by one party in both roles
    Given a party acting as <role>
    And a home with both meters and an in-home display
    And the electricity meter is not pre-notified
    And the gas meter is not pre-notified
    And the in-home display is not pre-notified
    When the party goes on as IS
    When the party is asked to send 12.2 to the DCC with
      | DeviceID | electricity meter |
      | DeviceType | ESME |
      | ESMEVariant | A |
    Then it is accepted and reported
    And the inventory shows the electricity meter as Pending
    When the party is asked to send 12.2 to the DCC with
      | DeviceID | in-home display |
      | DeviceType | PPMID |
    Then it is accepted and reported
    And the inventory shows the in-home display as Pending
    When the party is asked to send 8.11 to the hub with
      | DeviceID | electricity meter |
      | RequestType | Add |
      | InstallCode | install code of electricity meter |
      | ImportMPxN | the home's mpan |
    Then the request is accepted
    And the response reaches the party
    And the party acknowledges alert N24
    And the inventory shows the electricity meter as InstalledNotCommissioned
    When the party is asked to send 8.1.1 to the electricity meter with its test data
    Then the command was signed
    And the response reaches the party
    And the inventory shows the electricity meter as Commissioned
    When the party is asked to send 8.11 to the hub with
      | DeviceID | in-home display |
      | RequestType | Add |
      | InstallCode | install code of in-home display |
    Then the request is accepted
    And the response reaches the party
    And the party acknowledges alert N24
    And the inventory shows the in-home display as InstalledNotCommissioned
    When the party is asked to send 8.7.1 to the electricity meter with
      | OtherDeviceID | in-home display |
    Then it is accepted, answered and reported
    And the electricity meter then shows joined = in-home display
    When the party goes on as GS
    When the party is asked to send 12.2 to the DCC with
      | DeviceID | gas meter |
      | DeviceType | GSME |
    Then it is accepted and reported
    And the inventory shows the gas meter as Pending
    When the party is asked to send 8.11 to the hub with
      | DeviceID | gas meter |
      | RequestType | Add |
      | InstallCode | install code of gas meter |
      | ImportMPxN | the home's mprn |
    Then the request is accepted
    And the response reaches the party
    And the party acknowledges alert N24
    And the inventory shows the gas meter as InstalledNotCommissioned
    When the party is asked to send 8.1.1 to the gas meter with its test data
    Then the command was signed
    And the response reaches the party
    And the inventory shows the gas meter as Commissioned
    When the party is asked to send 8.7.1 to the gas meter with
      | OtherDeviceID | gas proxy |
    Then it is accepted, answered and reported
    And the gas meter then shows joined = gas proxy
    When the party is asked to send 8.7.2 to the gas proxy with
      | OtherDeviceID | in-home display |
    Then it is accepted, answered and reported
    And the gas proxy then shows joined = in-home display
    When the party is asked to send 4.1.1 to the gas meter
    Then the party reports the values the device sent
    When the party is asked to send 8.14.1 to the DCC with
      | DeviceID | hub |
      | MPxN | the home's mprn |
    Then it is accepted and reported
    When the party goes on as IS
    When the party is asked to send 4.1.1 to the electricity meter
    Then the party reports the values the device sent
    When the party is asked to send 8.14.1 to the DCC with
      | DeviceID | hub |
      | MPxN | the home's mpan |
    Then it is accepted and reported

    Examples:
      | role |
      | IS   |
      | GS   |

  @id:IC-040 @role:IS @role:GS @srv:8.11 @srv:8.1.1 @srv:8.13 @srv:8.14.2 @priority:P1
  Scenario Outline: A meter is installed where there is no SM WAN
    Given a party acting as <role>
    And a home with both meters and a hub without SM WAN
    And the <meter> is pending
    When the party is asked to send 8.11 to the hub as command variant 2 with
      | DeviceID    | <meter>                 |
      | RequestType | Add                     |
      | InstallCode | install code of <meter> |
      | ImportMPxN  | the home's <point>      |
    Then the request is accepted
    When a hand-held terminal carries the command to the hub and its answer back
    When the party is asked to send 8.13 to the DCC with
      | DeviceGBCSResponse | the answer carried back |
    Then it is accepted and reported
    And the inventory shows the <meter> as InstalledNotCommissioned
    When the party is asked to send 1.1.1 to the <meter> as command variant 6 with its test data
    Then each request went to the service of its command variant
    And the request is accepted
    When a hand-held terminal carries the command to the <meter> and its answer back
    And the party is asked to send 8.13 to the DCC with
      | DeviceGBCSResponse | the answer carried back |
    Then it is accepted and reported
    When the party is asked to send 8.14.2 to the DCC with
      | DeviceID | hub |
      | MPxN | the home's <point> |
      | AerialInstall | no |
    Then it is accepted and reported
    When the hub becomes within reach of the SM WAN
    And the party is asked to send 8.1.1 to the <meter> with its test data
    Then the command was signed
    And the response reaches the party
    And the inventory shows the <meter> as Commissioned
    When the party is asked to send 8.9 to the hub
    Then the party reports the values the device sent

    Examples:
      | role | meter             | point |
      | IS   | electricity meter | mpan  |
      | GS   | gas meter         | mprn  |
