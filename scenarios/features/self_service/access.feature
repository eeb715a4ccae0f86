@scope:ssi
Feature: Access to the Self-Service Interface
  People of the party get in, and no further than their role and job type allow.

  @id:SSI-001 @role:IS @role:ES @role:GS @role:RSA @role:ED @role:GT @role:OU @priority:P1
  Scenario Outline: A person signs in and finds what the role offers
    Given a party acting as <role>
    When the party is asked to sign in to the SSI
    Then the SSI lets the party in
    When the party is asked to open the home page of the SSI
    Then the menu offers everything that the role has

    Examples:
      | role |
      | IS   |
      | ES   |
      | GS   |
      | RSA  |
      | ED   |
      | GT   |
      | OU   |

  @id:SSI-002 @role:IS @role:ES @role:GS @role:RSA @role:ED @role:GT @role:OU @priority:P2
  Scenario Outline: Whoever has no valid credential is not let in
    Given a party acting as <role>
    And on the SSI acts <person>
    When the party is asked to sign in to the SSI
    Then the SSI does not let the party in

    Examples:
      | role | person                                |
      | IS   | a person whose credential has expired |
      | IS   | a person whom the DCC does not know   |
      | ES   | a person whose credential has expired |
      | ES   | a person whom the DCC does not know   |
      | GS   | a person whose credential has expired |
      | GS   | a person whom the DCC does not know   |
      | RSA  | a person whose credential has expired |
      | RSA  | a person whom the DCC does not know   |
      | ED   | a person whose credential has expired |
      | ED   | a person whom the DCC does not know   |
      | GT   | a person whose credential has expired |
      | GT   | a person whom the DCC does not know   |
      | OU   | a person whose credential has expired |
      | OU   | a person whom the DCC does not know   |

  @id:SSI-003 @role:IS @role:ES @role:GS @role:RSA @role:ED @role:GT @role:OU @priority:P3
  Scenario Outline: After signing out nothing is shown until somebody signs in again
    Given a party acting as <role>
    And a home with <home>
    And the party has signed in to the SSI
    When the party is asked to sign out of the SSI
    And the party is asked to open the inventory page of the SSI without signing in again
    Then the SSI shows nothing but the sign-in page

    Examples:
      | role | home                                |
      | IS   | both meters                         |
      | ES   | an electricity meter and generation |
      | GS   | both meters                         |
      | RSA  | both meters                         |
      | ED   | both meters                         |
      | GT   | both meters                         |
      | OU   | both meters                         |

  @id:SSI-003 @role:IS @role:ES @role:GS @role:RSA @role:ED @role:GT @role:OU @priority:P3 @clock
  Scenario Outline: A session that nobody uses ends by itself
    Given a party acting as <role>
    And the party has signed in to the SSI
    When nobody uses the SSI for longer than a session lasts
    And the party is asked to open the service audit trail page of the SSI without signing in again
    Then the SSI shows nothing but the sign-in page
    When the party is asked to sign in to the SSI
    Then the SSI lets the party in

    Examples:
      | role |
      | IS   |
      | ES   |
      | GS   |
      | RSA  |
      | ED   |
      | GT   |
      | OU   |

  @id:SSI-004 @role:IS @role:ES @role:GS @role:RSA @role:ED @role:GT @role:OU @priority:P2
  Scenario Outline: The party's administrator lets a new person in, and out again
    Given a party acting as <role>
    And on the SSI acts the party's administrator
    When the party is asked to create a person on the SSI with name = a new name; job_types = read-only; descriptor = On trial
    Then the SSI has recorded it as asked
    When on the SSI now acts the new person
    And the party is asked to sign in to the SSI
    Then the SSI lets the party in
    When the party is asked to open the home page of the SSI
    Then the menu offers what the job type read-only has
    When the party is asked to raise an incident on the SSI with category = 4; title = Not for readers; description = A reader may not raise this.
    Then the SSI refuses it
    When on the SSI now acts the party's administrator
    And the party is asked to remove a person on the SSI with name = a new name
    Then the SSI has recorded it as asked
    When on the SSI now acts the new person
    And the party is asked to sign in to the SSI
    Then the SSI does not let the party in

    Examples:
      | role |
      | IS   |
      | ES   |
      | GS   |
      | RSA  |
      | ED   |
      | GT   |
      | OU   |

  @id:SSI-005 @role:IS @role:ES @role:GS @role:RSA @role:ED @role:GT @role:OU @priority:P2
  Scenario Outline: A person who may only read can do nothing else
    Given a party acting as <role>
    And on the SSI acts a person who may only read
    When the party is asked to open the home page of the SSI
    Then the menu offers what the job type read-only has
    When the party is asked to <act> on the SSI with <fields>
    Then the SSI refuses it

    Examples:
      | role | act                                | fields                                                                                |
      | IS   | raise an incident                  | category = 4; title = Not for readers; description = A reader may not raise this.     |
      | IS   | place an order of hubs             | month = 2026-09; region = North; variant = Single Band; quantity = 10; site = Depot 1 |
      | IS   | raise a service management request | request_type = other; text = A reader may not raise this.                             |
      | ES   | raise an incident                  | category = 4; title = Not for readers; description = A reader may not raise this.     |
      | ES   | raise a service management request | request_type = other; text = A reader may not raise this.                             |
      | GS   | raise an incident                  | category = 4; title = Not for readers; description = A reader may not raise this.     |
      | GS   | place an order of hubs             | month = 2026-09; region = North; variant = Single Band; quantity = 10; site = Depot 1 |
      | GS   | raise a service management request | request_type = other; text = A reader may not raise this.                             |
      | RSA  | raise an incident                  | category = 4; title = Not for readers; description = A reader may not raise this.     |
      | RSA  | raise a service management request | request_type = other; text = A reader may not raise this.                             |
      | ED   | raise an incident                  | category = 4; title = Not for readers; description = A reader may not raise this.     |
      | ED   | raise a service management request | request_type = other; text = A reader may not raise this.                             |
      | GT   | raise an incident                  | category = 4; title = Not for readers; description = A reader may not raise this.     |
      | GT   | raise a service management request | request_type = other; text = A reader may not raise this.                             |
      | OU   | raise an incident                  | category = 4; title = Not for readers; description = A reader may not raise this.     |
      | OU   | raise a service management request | request_type = other; text = A reader may not raise this.                             |

  @id:SSI-027 @role:IS @role:ES @role:GS @role:RSA @role:ED @role:GT @role:OU @priority:P3
  Scenario Outline: Two browsers show the same
    Given a party acting as <role>
    And a home with <home>
    When the party is asked to open the inventory page of the SSI for the <device>
    Then the party sees the <device> on the page
    When the party is asked to open the inventory page of the SSI for the <device> in the second browser
    Then the party sees the <device> on the page
    And both browsers have shown the same

    Examples:
      | role | home                                | device            |
      | IS   | both meters                         | electricity meter |
      | ES   | an electricity meter and generation | electricity meter |
      | GS   | both meters                         | gas meter         |
      | RSA  | both meters                         | electricity meter |
      | ED   | both meters                         | electricity meter |
      | GT   | both meters                         | gas meter         |
      | OU   | both meters                         | electricity meter |
