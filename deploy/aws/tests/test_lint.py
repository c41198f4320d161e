"""CloudFormation itself would take the templates, as far as cfn-lint knows."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any


def test_the_templates_are_clean(templates: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    for name, template in templates.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(template))
    found = subprocess.run(
        [
            str(Path(sys.executable).with_name("cfn-lint")),
            "--include-checks",
            "W",
            "--ignore-checks",
            "W3005",  # CDK's own resources say twice what they depend on
            "W3010",  # a deployment is for one region, so its zones have names
            "--",
            *map(str, tmp_path.glob("*.json")),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.stdout == ""
    assert found.returncode == 0
