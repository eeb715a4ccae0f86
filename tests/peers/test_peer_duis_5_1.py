"""Our schema of DUIS 5.1 against the public client's, on documents of ours and on what changing them in one place gives.

Origin: the two schema files of version 5.1 inside the signing tool of ``@smartdcc/duis-sign-wrap`` 0.1.2, read from
where npm installed it; nothing of them is copied here. It is the only public package with an older version than 5.4.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from schemas.load import service_requests
from stubs.wire.duis import SchemaFolder, example_request, schema_problems, write_request
from stubs.wire.xml import parse
from tests.duis_alerts import DCC_ALERTS
from tests.duis_nodes import branch, leaf
from tests.duis_results import RESULTS
from tests.peers.public_tools import PublicTools
from tests.schema_mutants import mutants
from tests.unit.test_duis_versions import COVERAGE, alert, answer, inventory, region, schedule, wan_matrix

pytestmark = [pytest.mark.peer, pytest.mark.timeout(180)]

STEP = 23
"""One mutant in so many is compared; which ones differs from document to document."""


@pytest.fixture(scope="module")
def theirs(public_tools: PublicTools, tmp_path_factory: pytest.TempPathFactory) -> SchemaFolder:
    folder = tmp_path_factory.mktemp("duis-5.1")
    with zipfile.ZipFile(public_tools.jar) as jar:
        for name in jar.namelist():
            if name.endswith(".xsd"):
                (folder / Path(name).name).write_bytes(jar.read(name))
    return SchemaFolder(folder)


def documents() -> Iterator[tuple[str, bytes]]:
    for srv in service_requests():
        yield srv, write_request(example_request(srv, full=True))
    for answered, result in RESULTS:
        yield result.name, answer("I0", result, answered)
    for number, (code, content) in enumerate(DCC_ALERTS):
        yield f"{number} {content.name}", alert(code, content)
    yield "nested matrix", answer("I0", wan_matrix(region("Central", *COVERAGE)), "12.1")
    yield "flat matrix", answer("I0", wan_matrix(leaf("CSPRegion", "Central"), *COVERAGE), "12.1")
    yield "4G inventory", answer("I0", inventory(leaf("CSPRegion", "4G South")))
    yield "virtual", answer("I0", inventory(leaf("Connectivity", "Virtual")))
    told = schedule("4.2", "4.2", "DSPReadInstantaneousExportRegisters")
    yield (
        "schedule",
        answer(
            "I0",
            branch(
                "DSPSchedulesRead",
                branch("DSPSchedules", leaf("DSPScheduleID", "1"), branch("DSPScheduleDetails", *told)),
            ),
        ),
    )
    for code in ("E65", "E062306", "E050112", "E110106", "E120103", "E081406"):
        yield code, answer(code)


def test_our_5_1_gives_the_verdicts_of_the_public_clients_5_1(theirs: SchemaFolder) -> None:
    compared, differing = 0, []
    for name, data in documents():
        root = parse(data)
        cases: list[tuple[str, etree._Element]] = [("itself", root), *mutants(root, STEP, len(name))]
        for what, document in cases:
            compared += 1
            ours, other = schema_problems(document, 1, "5.1"), theirs.problems(document, 1)
            if bool(ours) != bool(other):
                differing.append(f"{name}, {what}: ours {ours}, theirs {other}")
    assert differing == []
    assert compared > 2000
