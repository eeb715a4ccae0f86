"""Write the published schemas of the campaign's files and of the completion report again from their types."""

import json
from pathlib import Path

from harness.campaign.campaign_file import Campaign
from harness.campaign.issue_file import Issue
from harness.campaign.toml_files import json_schema

FOLDER = Path(__file__).parents[1] / "schemas" / "campaign"
FOLDER.mkdir(exist_ok=True)
for kind, title in ((Campaign, "uept-harness campaign"), (Issue, "uept-harness issue")):
    text = json.dumps(json_schema(kind, title), indent=2, ensure_ascii=False) + "\n"
    (FOLDER / f"{kind.__name__.lower()}.schema.json").write_text(text, encoding="utf-8")
