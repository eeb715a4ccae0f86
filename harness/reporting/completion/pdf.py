"""The print edition as PDF, by WeasyPrint (extra ``pdf``): text to select, bookmarks, tags for screen readers."""

from __future__ import annotations

import logging
from importlib.util import find_spec

from stubs.wire.errors import Blocked

_MEND = (
    "pip install 'uept-harness[pdf]' and apt-get install libpango-1.0-0 libpangoft2-1.0-0; or print "
    "completion-report.html from a browser"
)


def write_pdf(page: bytes) -> bytes:
    """A PDF of a page rendered for print.

    Raises: Blocked: WeasyPrint or a library it draws with is missing, and how to get it.
    """
    if find_spec("weasyprint") is None:
        raise Blocked("WeasyPrint is not installed, so there is no PDF", mend=_MEND)
    try:
        from weasyprint import HTML  # noqa: PLC0415 - loads its system libraries when it is imported
    except OSError as error:
        raise Blocked(f"WeasyPrint lacks a system library: {error}", mend=_MEND) from error
    for name in ("weasyprint", "fontTools"):
        logging.getLogger(name).setLevel(logging.ERROR)
    written: bytes = HTML(string=page.decode(), url_fetcher=_nothing).write_pdf(pdf_tags=True)
    return written


def _nothing(url: str, *_: object, **__: object) -> dict[str, object]:
    """The page is whole: nothing is fetched."""
    raise ValueError(f"{url} is not fetched")
