"""Write the published schemas of the campaign's files, the completion report and the review record from their types."""

import json
from pathlib import Path

from harness.campaign.campaign_file import Campaign
from harness.campaign.issue_file import Issue
from harness.campaign.toml_files import json_schema
from harness.reporting.completion import model, review

FOLDER = Path(__file__).parents[1] / "schemas" / "campaign"
FOLDER.mkdir(exist_ok=True)
SCHEMAS = {
    "campaign": json_schema(Campaign, "uept-harness campaign"),
    "issue": json_schema(Issue, "uept-harness issue"),
    "completion-report": model.json_schema(),
    "review-record": review.json_schema(),
}
for name, schema in SCHEMAS.items():
    text = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    (FOLDER / f"{name}.schema.json").write_text(text, encoding="utf-8")
