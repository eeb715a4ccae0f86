"""Pages as a person's browser gets and sends them: plain HTTPS, cookies, forms, files. Nothing is executed."""

from __future__ import annotations

import http.cookiejar
import secrets
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass

from harness.drivers.driver import TlsFiles
from harness.drivers.reference.html import Form, PageContent
from harness.drivers.reference.transport import ANSWER_LIMIT, tls_context

_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it came: where from, HTTP status, content; ``text`` of a file is the file."""

    url: str
    status: int
    content: PageContent
    text: str = ""

    @property
    def is_sign_in(self) -> bool:
        """Whether it asks who we are."""
        return any(is_sign_in(form) for form in self.content.forms)

    @property
    def is_shown(self) -> bool:
        """Whether it shows what was asked for."""
        return self.status < 400 and not self.is_sign_in

    def form_to(self, path: str) -> Form | None:
        """The form that is sent to a path of this site."""
        forms = self.content.forms
        return next((form for form in forms if urllib.parse.urlsplit(form.action).path == path), None)

    def link(self, path: str, text: str = "") -> str:
        """Address of the link to a path, or that says ``text``; empty: there is none."""
        for address, words in self.content.links:
            if urllib.parse.urlsplit(address).path == path or (text and words == text):
                return urllib.parse.urljoin(self.url, address)
        return ""


class PageVisitor:
    """One person's browser: keeps cookies, follows redirects. Not for several threads at once."""

    def __init__(self, tls: TlsFiles, agent: str = "uept-reference-client") -> None:
        self._tls = tls
        self._agent = agent
        self._opener: urllib.request.OpenerDirector | None = None

    def open(self, url: str, data: bytes | None = None, content_type: str = "") -> Page:
        """GET ``url``, or POST ``data`` to it. Raises: OSError: nobody answers, or the certificate is not trusted."""
        if urllib.parse.urlsplit(url).scheme not in {"http", "https"}:
            raise OSError(f"{url!r} is no web address")
        headers = {"User-Agent": self._agent} | ({"Content-Type": content_type} if content_type else {})
        request = urllib.request.Request(url, data, headers)  # noqa: S310 - the scheme was checked above
        try:
            answer = self._session().open(request, timeout=_TIMEOUT)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            text = answer.read(ANSWER_LIMIT).decode("utf-8", "replace")
            is_page = answer.headers.get_content_type() == "text/html"
            return Page(answer.url, answer.status, PageContent(text if is_page else ""), text)

    def submit(
        self, page: Page, form: Form, wanted: Mapping[str, str], files: Mapping[str, tuple[str, bytes]] | None = None
    ) -> Page:
        """Fill a form in and send it; ``files``: name and octets by the name of the field."""
        target = urllib.parse.urljoin(page.url, form.action or page.url)
        pairs = [
            (name, part)
            for name, value in form.filled(wanted).items()
            for part in (value.split() if form.kinds.get(name) == "checkbox" else [value])
            if form.kinds.get(name) != "file"
        ]
        if form.method != "post":
            return self.open(f"{target.partition('?')[0]}?{urllib.parse.urlencode(pairs)}")
        if files:
            mark = secrets.token_hex(16)
            return self.open(target, _multipart(mark, pairs, files), f"multipart/form-data; boundary={mark}")
        return self.open(target, urllib.parse.urlencode(pairs).encode())

    def _session(self) -> urllib.request.OpenerDirector:
        if self._opener is None:
            self._opener = urllib.request.build_opener(
                urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
                urllib.request.HTTPSHandler(context=tls_context(self._tls)),
            )
        return self._opener


def _multipart(mark: str, pairs: list[tuple[str, str]], files: Mapping[str, tuple[str, bytes]]) -> bytes:
    """A form with files (RFC 7578)."""
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode() for name, value in pairs]
    for name, (file_name, octets) in files.items():
        head = (
            f'Content-Disposition: form-data; name="{name}"; filename="{file_name}"\r\nContent-Type: text/csv\r\n\r\n'
        )
        parts.append(head.encode() + octets)
    between = f"--{mark}\r\n".encode()
    return b"".join(between + part + b"\r\n" for part in parts) + f"--{mark}--\r\n".encode()


def is_sign_in(form: Form) -> bool:
    """Whether a form asks who we are."""
    return form.has_password or "sign-in" in form.action or "login" in form.action


def is_sign_out(form: Form) -> bool:
    """Whether a form ends the session."""
    return "sign-out" in form.action or "logout" in form.action
