"""A real Prometheus asks a running board: no panel is empty, and every rule can be evaluated. `make panels` runs it.

Debian's package `prometheus` has what it needs, promtool included.
"""

import json
import math
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import yaml

from taskledger_local.processes import free_port
from testkit.board import eventually

HERE: Final = Path(__file__).resolve().parents[3] / "deploy/observe"
DASHBOARD: Final[dict[str, Any]] = json.loads((HERE / "grafana/dashboards/taskledger.json").read_text())
EXPRESSIONS: Final = [
    (panel["title"], target["expr"])
    for panel in DASHBOARD["panels"]
    for target in panel.get("targets", ())
    if "expr" in target
]
CONTAINERS: Final = {
    "auth": "auth-service",
    "task": "task-service",
    "notify": "notify-service",
    "projector": "log-projector",
}


def program(name: str) -> str:
    found = shutil.which(name)
    assert found, f"{name} is needed: apt install prometheus"
    return found


@pytest.mark.parametrize("command", [("check", "config", "prometheus.yml"), ("test", "rules", "rules.test.yml")])
def test_promtool_finds_nothing_wrong(command: tuple[str, ...]) -> None:
    done = subprocess.run(
        [program("promtool"), *command], cwd=HERE, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SUCCESS" in done.stdout


@pytest.fixture(scope="module")
def prometheus(used: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("prometheus")
    config = yaml.safe_load((HERE / "prometheus.yml").read_text())
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    urls = {CONTAINERS[name]: child.url for name, child in used.stack.services.by_name.items()}
    targets = {**urls, "pipe": used.stack.pipe.url}
    [scrape] = config["scrape_configs"]
    del scrape["relabel_configs"]  # a service is known by its address there, by its port here
    scrape["static_configs"] = [
        {"targets": [url.removeprefix("http://")], "labels": {"service": name}} for name, url in targets.items()
    ]
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    shutil.copy(HERE / "rules.yml", folder)
    address = f"127.0.0.1:{free_port()}"
    command = [program("prometheus"), f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([*command, f"--web.listen-address={address}"], stdout=log, stderr=log)
    with httpx.Client(base_url=f"http://{address}") as client:
        try:
            eventually(lambda: process.poll() is None and answers(client), within=30)
            eventually(lambda: scraped(client, 2), within=60)
            used.ann.post(f"/api/projects/{used.project_id}/tasks", title="While somebody counts")
            eventually(lambda: scraped(client, 12), within=60)
            yield client
        finally:
            process.terminate()
            process.wait(30)


def scraped(client: httpx.Client, times: int) -> bool:
    """Whether every service was asked so often."""
    return ask(client, f'count(count_over_time(up{{job="taskledger"}}[1m]) >= {times})') == [5.0]


def answers(client: httpx.Client) -> bool:
    try:
        return client.get("/-/ready").is_success
    except httpx.HTTPError:
        return False


def ask(client: httpx.Client, expression: str) -> list[float]:
    answer = client.get("/api/v1/query", params={"query": expression}).json()
    assert answer["status"] == "success", answer
    return [float(sample["value"][1]) for sample in answer["data"]["result"]]


@pytest.mark.parametrize(("panel", "expression"), EXPRESSIONS)
def test_no_panel_is_empty(prometheus: httpx.Client, panel: str, expression: str) -> None:
    now = time.time()
    question = {"query": expression.replace("$__rate_interval", "30s"), "start": now - 5, "end": now, "step": 1}
    answer = prometheus.get("/api/v1/query_range", params=question).json()
    assert answer["status"] == "success", answer
    values = [float(value) for series in answer["data"]["result"] for _, value in series["values"]]
    assert [value for value in values if math.isfinite(value)], panel


def test_the_panels_say_what_was_done(used: Any, prometheus: httpx.Client) -> None:
    assert ask(prometheus, 'sum(up{job="taskledger"})') == [5.0]
    assert ask(prometheus, 'sum(notify_deliveries_total{channel="mail",state="sent"})')[0] >= 2
    assert ask(prometheus, 'log_append_duration_seconds_count{kind="task",service="task-service"}')[0] >= 2
    assert ask(prometheus, "sum(consumer_blocked_streams)") == [0.0]


def test_every_rule_is_evaluated_and_a_board_that_is_well_raises_no_alarm(prometheus: httpx.Client) -> None:
    groups = prometheus.get("/api/v1/rules").json()["data"]["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert {rule["health"] for rule in rules} == {"ok"}
    assert [rule["name"] for rule in rules if rule["state"] == "firing"] == []
