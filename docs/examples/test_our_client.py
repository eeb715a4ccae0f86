"""A Party's own test against a simulated DCC: `pytest test_our_client.py -p harness.pytest_plugin`."""
import time
import urllib.request


def test_our_client_reads_the_import_registers(dcc, premises, party, inbox):
    supplier = party("IS")
    home = premises(supplier=supplier.eui)
    request = supplier.request("4.1.1", home["meter"], counter=time.time_ns() // 1000)
    address = supplier.address_of(request, {"send_command": str(dcc.urls.send_command)})
    post = urllib.request.Request(address, request, {"Content-Type": "application/xml"})
    acknowledgement = supplier.read(urllib.request.urlopen(post).read(), is_answer=True)
    assert acknowledgement.code == "I99"
    response = supplier.read(inbox.wait(home["meter"]), smki=str(dcc.urls.smki))
    assert response.request_id == supplier.request_id(request)
    assert response.values
