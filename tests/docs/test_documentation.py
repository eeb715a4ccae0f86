"""The documentation tells the truth: generated pages are current, every command and link exists."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.cli import cli

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_page_on_what_is_simulated_is_what_the_code_says(tmp_path: Path) -> None:
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT / '.ci')!r}); import simulated; "
        f"open({str(tmp_path / 'page')!r}, 'w', encoding='utf-8').write(simulated.page())"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
    expected = (tmp_path / "page").read_text(encoding="utf-8")
    assert (ROOT / "docs" / "simulated.md").read_text(encoding="utf-8") == expected, "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def documented_commands() -> list[str]:
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    return sorted({match.strip() for match in re.findall(r"(?:^|`)uept ((?:[a-z]+-)?[a-z]+)\b", text, re.MULTILINE)})


@pytest.mark.parametrize("name", documented_commands())
def test_every_command_named_in_the_documentation_exists(name: str) -> None:
    result = CliRunner().invoke(cli, [name, "--help"])
    assert result.exit_code == 0, name
    assert "Usage:" in result.output
