"""Acts of a person's browser on the Self-Service Interface: one function for each action.

Each function is handed what its parameters ask for by name: ``page`` (Playwright's), ``ssi`` (the address), ``person``,
``pass_phrase``, ``user``, ``role``, ``target`` (a Device ID), ``action`` (all of it), or a parameter of the action. It
returns what the pages showed, or nothing. `uept browser record` shows what to write for a page.
"""

from __future__ import annotations

from typing import Any

OTHER_DRIVER = "reference"
"""Driver that is asked where this file has no function: service requests go another way than through a browser."""

Values = dict[str, Any]
KEYS = {
    "DeviceID": "Device ID",
    "MPxN": "MPAN or MPRN",
    "UPRN": "UPRN",
    "PostCode": "Post code",
    "AddressIdentifier": "Address",
}
"""Keys of the inventory search: of the action, and as the page labels them."""


def sign_in_ssi(page: Any, ssi: str, person: str, pass_phrase: str, role: str) -> Values:
    """Sign in; say so when it is refused."""
    page.goto(f"{ssi}/sign-in")
    page.get_by_label("Name", exact=True).fill(person)
    page.get_by_label("Pass phrase").fill(pass_phrase)
    page.get_by_label("User Role").select_option(role)
    page.get_by_role("button", name="Sign in").click()
    signed_in, refused = page.get_by_role("button", name="Sign out"), page.locator(".problems")
    signed_in.or_(refused).first.wait_for()
    if refused.count():
        return {"status": "refused", "detail": refused.first.inner_text()}
    return {"values": {"menu": page.locator("header nav a").all_inner_texts()}}


def sign_out_ssi(page: Any, ssi: str) -> None:
    """Sign out."""
    page.goto(ssi)
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in").wait_for()


def view_home(page: Any, ssi: str, person: str, pass_phrase: str, role: str, action: Any) -> Values:
    """Open the home page; what the menu offers."""
    if not _open(page, f"{ssi}/", ssi, person, pass_phrase, role, action):
        return {"status": "refused", "detail": "the page asks who we are"}
    return {"values": {"menu": [text.strip() for text in page.locator("header nav a").all_text_contents()]}}


def view_inventory(page: Any, ssi: str, target: str, person: str, pass_phrase: str, role: str, action: Any) -> Values:
    """Search the inventory by the target or by another key; the Device IDs that the page shows."""
    wanted = {name: str(value) for name, value in action.parameters.items() if name in KEYS} or {"DeviceID": target}
    if not _open(page, f"{ssi}/inventory", ssi, person, pass_phrase, role, action):
        return {"status": "refused", "detail": "the page asks who we are"}
    for name, value in wanted.items():
        page.get_by_label(KEYS[name], exact=True).fill(value)
    page.get_by_role("button", name="Search").click()
    page.locator("#results, .problems").first.wait_for()
    if page.locator(".problems").count():
        return {"status": "refused", "values": {"problems": page.locator(".problems li").all_inner_texts()}}
    return {"values": {"seen": page.locator("table .id").all_inner_texts()}}


def _open(page: Any, address: str, ssi: str, person: str, pass_phrase: str, role: str, action: Any) -> bool:
    """Go to a page, signing in where it asks for that and the action does not forbid it; whether it is shown."""
    page.goto(address)
    if not page.get_by_label("Pass phrase").count():
        return True
    if action.options.get("sign_in") is False:
        return False
    if sign_in_ssi(page, ssi, person, pass_phrase, role).get("status") == "refused":
        return False
    page.goto(address)
    return True
