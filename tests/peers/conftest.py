"""The third-party client tools, once a session."""

from __future__ import annotations

from pathlib import Path

import pytest

from stubs.smki import Pki, load_pki
from tests.peers.public_tools import PACKAGES, PublicTools, Unavailable, install


@pytest.fixture(scope="session")
def public_tools(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> PublicTools:
    """The DCC's open-source client packages; the test is skipped, and says why, where they cannot be had."""
    cache = getattr(pytestconfig, "cache", None)
    home = Path(cache.mkdir("public-client")) if cache is not None else tmp_path_factory.mktemp("npm")
    try:
        return install(home)
    except Unavailable as reason:
        pytest.skip(f"{', '.join(PACKAGES)}: {reason}")


@pytest.fixture(scope="session")
def public_pki(public_tools: PublicTools) -> Pki:
    """The public test identities, from the packages' own key store."""
    return load_pki(public_tools.keystore)
