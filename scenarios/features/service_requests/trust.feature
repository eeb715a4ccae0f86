@scope:service-requests
Feature: Trust
  Messages bent in one property, all else being right: a client takes nothing from them.

  @id:PT-015 @role:IS @srv:11.2 @priority:P2
  Scenario Outline: A response that is <bent> is not used
    Given a party acting as IS
    And a home with two electricity meters
    And responses arrive <bent>
    When the party is asked to send 11.2 to the electricity meter within 1.5 seconds
    Then the request is accepted
    And the party takes nothing from what cannot be trusted

    Examples:
      | bent                                  |
      | without a signature                   |
      | signed with the party's own key       |
      | with altered content                  |
      | with a wrong digest                   |
      | with a wrong MAC                      |
      | with the message of another meter     |
      | with a message for another party      |
      | with the answer to an earlier command |

  @id:PT-015 @role:IS @srv:7.4 @srv:7.2 @priority:P2
  Scenario: A response with a wrong signature of the device is not used
    Given a party acting as IS
    And a home with two electricity meters
    And responses arrive with a wrong signature of the device
    When the party is asked to send 7.2 to the electricity meter within 1.5 seconds
    Then the request is accepted
    And the party takes nothing from what cannot be trusted

  @id:PT-015 @role:IS @srv:7.2 @priority:P2
  Scenario: A Pre-Command for another meter is not signed
    Given a party acting as IS
    And a home with two electricity meters
    And the DCC returns Pre-Commands for another meter
    When the party is asked to send 7.2 to the electricity meter within 1.5 seconds
    Then the party signs no Pre-Command it did not ask for
