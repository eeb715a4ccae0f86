"""A served gateway for load: its PKI, settings, premises, and requests signed for it."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, cycle, islice
from pathlib import Path
from random import Random

from stubs.smki import Pki, init_pki, load_pki
from stubs.smki.tls import client_identity, server_identity, trust_only
from tests.bench.load import post
from tests.bench.mix import PREMISES, Home, Mix, Template, load_templates
from tests.bench.serving import Served, served

_COUNTER = 1_768_471_200_000

_SETTINGS = """\
[dcc]
seed = "bench"
counter_rule = "{counter_rule}"
{more}
"""
_TLS = """\
[dcc.tls]
certificate = "{folder}/server.pem"
key = "{folder}/server.key"
ca = "{folder}/issuing.pem"
"""


@dataclass(frozen=True, slots=True)
class Gateway:
    """One process of ``uept serve`` with the bench's premises."""

    served: Served
    mix: Mix
    pki: Pki
    counters: count[int] = field(default_factory=lambda: count(_COUNTER))

    @property
    def pid(self) -> int:
        """Its process."""
        return self.served.process.pid

    @property
    def url(self) -> str:
        """Any of its DUIS URLs: host and port are the same."""
        return str(self.served.urls["send_command"])

    def requests(self, number: int, mix: Mix | None = None, *, is_form_new: bool = False) -> list[bytes]:
        """Whole HTTP requests, signed, fresh, the templates in shuffled turns.

        ``is_form_new``: no two of them differ in RequestID and signature alone, so that each is parsed and validated.
        """
        templates = list((mix or self.mix).templates)
        Random("bench-requests").shuffle(templates)
        return [self._request(template, is_form_new=is_form_new) for template in islice(cycle(templates), number)]

    def _request(self, template: Template, *, is_form_new: bool) -> bytes:
        url = self.served.urls[
            {"transform": "transform", "send-command": "send_command"}.get(str(template.service), "non_device")
        ]
        counter = next(self.counters)
        document = self.mix.signed(template, counter)
        return post(str(url), document + _white_space(counter) if is_form_new else document)

    def client_tls(self) -> ssl.SSLContext:
        """A User's TLS, with a client certificate, trusting this gateway."""
        context = client_identity(self.pki.authority, "bench").context(ssl.Purpose.SERVER_AUTH)
        context.check_hostname = False
        return trust_only(context, self.pki.authority.key_pair.certificate.pem)


def _white_space(number: int) -> bytes:
    """The last 24 bits of a number as white space, which may stand after a document."""
    return f"{number % 2**24:024b}".translate({ord("0"): " ", ord("1"): "\n"}).encode()


def make_pki(folder: Path) -> Pki:
    """Test keys, and the TLS identity of a server."""
    init_pki(folder, seed=b"bench")
    pki = load_pki(folder)
    identity = server_identity(pki.authority)
    (folder / "server.pem").write_text(identity.chain)
    (folder / "server.key").write_bytes(identity.key)
    (folder / "issuing.pem").write_text(pki.authority.key_pair.certificate.pem)
    return pki


@contextmanager
def gateway(
    folder: Path, pki: Pki, name: str, *flags: str, counter_rule: str = "unique", with_tls: bool = False
) -> Iterator[Gateway]:
    """Serve with the keys in ``folder``/pki, files of this gateway named ``name``."""
    settings = folder / f"{name}.toml"
    more = _TLS.format(folder=folder / "pki") if with_tls else ""
    settings.write_text(_SETTINGS.format(counter_rule=counter_rule, more=more))
    with served("--pki", str(folder / "pki"), "--settings", str(settings), *flags) as running:
        made = [running.control("/premises", spec) for spec in PREMISES]
        home = Home.of(made, str(running.urls["acb"]))
        mix = Mix.of(load_templates()[0], home, pki).only(lambda template: not template.needs_record)
        yield Gateway(running, mix, pki)
