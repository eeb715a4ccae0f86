"""Pages as the client reads them: forms it can fill in, links, rows, identities."""

from __future__ import annotations

from harness.drivers.reference.html import PageContent

PAGE = """<!doctype html><html><head><title> Sign in
 - SSI</title><style>td { color: red }</style></head><body>
<form action="/sign-in" method="post"><input type="hidden" name="csrf" value="s3cret&amp;">
<label>Name <input name="person"></label><input type="password" name="pass_phrase">
<select name="role"><option value="">Choose</option><option value="IS">Import Supplier</option>
<option selected>GS</option></select>
<input type="radio" name="fuel" value="gas"><input type="radio" name="fuel" value="electricity">
<input type="checkbox" name="remember" value="yes" checked><button name="go">Sign in</button></form>
<a href="/inventory">Inventory of <b>devices</b></a><script>var a = "AA-AA-AA-AA-AA-AA-AA-AA";</script>
<table><thead><tr><th>Device ID</th><th>Type</th><th>Status</th></tr></thead>
<tr><td><a href="/inventory/x">de-51-ce-00-00-00-00-e1</a></td><td>ESME</td><td>Commissioned</td></tr></table>
<table><tr><th>Model</th><td>010A</td></tr><tr><th>Firmware</th><td>9001</td></tr></table>
</body></html>"""


def test_title_links_rows_and_identities_are_read() -> None:
    page = PageContent(PAGE)
    assert page.title == "Sign in - SSI"
    assert ("/inventory", "Inventory of devices") in page.links
    assert page.identities == ["DE-51-CE-00-00-00-00-E1"]
    assert page.rows == [
        {"Device ID": "de-51-ce-00-00-00-00-e1", "Type": "ESME", "Status": "Commissioned"},
        {"Model": "010A", "Firmware": "9001"},
    ]


def test_a_form_is_filled_in_by_name_and_by_what_a_choice_says() -> None:
    form = PageContent(PAGE).forms[0]
    assert form.has_password
    filled = form.filled({"person": "tester", "pass_phrase": "p", "role": "IS", "fuel": "gas", "other": "x"})
    assert filled == {
        "csrf": "s3cret&",
        "person": "tester",
        "pass_phrase": "p",
        "role": "IS",
        "remember": "yes",
        "fuel": "gas",
    }


def test_a_choice_that_is_not_offered_stays_as_it_was() -> None:
    assert PageContent(PAGE).forms[0].filled({"role": "ZZ"})["role"] == "GS"


def test_a_choice_is_found_by_its_text_too() -> None:
    assert PageContent(PAGE).forms[0].filled({"role": "Import Supplier"})["role"] == "IS"


def test_anything_at_all_is_read_without_trouble() -> None:
    for text in ("", "<", "<table><td>x</td>", "<form><select name=a><option>b", "</form></select></table>", "\x00<a"):
        PageContent(text)


def test_fields_that_hold_text_keep_it_and_inner_tables_keep_to_themselves() -> None:
    page = PageContent(
        "<form><textarea name=note>line 1\nline 2</textarea><select name=empty></select></form>"
        "<table><tr><td>outer<table><tr><td>a</td><td>b</td></tr></table></td></tr></table>"
    )
    assert page.forms[0].fields == {"note": "line 1\nline 2", "empty": ""}
    assert page.tables == [[["outerab"]], [["a", "b"]]]
