"""The dashboard and the rules of the profile `observe` ask for what there is."""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pymysql
import pytest
import yaml

from taskledger_local.mysql_server import administer

ROOT: Final = Path(__file__).resolve().parents[2]
HERE: Final = ROOT / "deploy/observe"
DASHBOARD: Final[dict[str, Any]] = json.loads((HERE / "grafana/dashboards/taskledger.json").read_text())
PANELS: Final = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
RULES: Final = [rule for group in yaml.safe_load((HERE / "rules.yml").read_text())["groups"] for rule in group["rules"]]
COMPOSE: Final[dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
PAGE: Final = (ROOT / "docs/operate/metrics.md").read_text()

DOCUMENTED: Final = {
    name: {"service", "job", *(["le"] if kind == "histogram" else []), *re.findall(r"`(\w+)`", labels)}
    for name, kind, labels in re.findall(r"^\| `(\w+)` \| (\w+) \|([^|]*)\|", PAGE, re.MULTILINE)
}
OF_THE_PROCESS: Final = {"process_resident_memory_bytes", "process_cpu_seconds_total", "up"}
_WORDS: Final = {"sum", "max", "rate", "increase", "time", "topk", "vector", "histogram_quantile", "clamp_min", "or"}


def expressions() -> Iterator[str]:
    """Every question to Prometheus."""
    for panel in PANELS:
        yield from (target["expr"] for target in panel["targets"] if "expr" in target)
    yield from (rule["expr"] for rule in RULES)


def queries() -> dict[str, str]:
    """Every question to MySQL, by who asks it."""
    asked = {f"${variable['name']}": variable["query"] for variable in DASHBOARD["templating"]["list"]}
    return asked | {
        panel["title"]: panel["targets"][0]["rawSql"] for panel in PANELS if "rawSql" in panel["targets"][0]
    }


@pytest.mark.parametrize("expression", sorted(set(expressions())))
def test_every_metric_asked_for_is_one_that_services_emit(expression: str) -> None:
    bare = re.sub(r'"[^"]*"|\[[^\]]*\]', "", expression)
    labels = set(re.findall(r"(\w+)\s*[=!]~?", re.sub(r"[<>=]=?\s*[\d.]+$", "", bare)))
    for grouped in re.findall(r"by \(([^)]*)\)", bare):
        labels |= set(re.findall(r"\w+", grouped))
    bare = re.sub(r"\{[^}]*\}|by \([^)]*\)", "", bare)
    names = {name for name in re.findall(r"[a-z_][a-z0-9_]*", re.sub(r"[\d.]+e-?\d+", "", bare)) if name not in _WORDS}
    names = {re.sub(r"_(bucket|count|sum)$", "", name) for name in names}
    assert names
    assert names - OF_THE_PROCESS <= set(DOCUMENTED)
    known = {label for name in names for label in DOCUMENTED.get(name, {"service", "job"})}
    assert labels <= known


def test_everything_measured_of_consumers_queues_and_mails_is_shown() -> None:
    asked = " ".join(expressions())
    shown = {name for name in DOCUMENTED if re.search(rf"\b{name}(_bucket)?\b", asked)}
    assert set(DOCUMENTED) - shown == {"consumer_retries_total", "pipe_retries_total", "pool_waiting"}


def test_prometheus_asks_every_service_and_the_pipe() -> None:
    config = yaml.safe_load((HERE / "prometheus.yml").read_text())
    [scrape] = config["scrape_configs"]
    targets = {target.removesuffix(":8000") for each in scrape["static_configs"] for target in each["targets"]}
    built = {name for name, service in COMPOSE.items() if "build" in service}
    assert targets == built - {"web", "setup", "operator"}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_rule_names_its_runbook(rule: dict[str, Any]) -> None:
    assert (ROOT / rule["annotations"]["runbook"]).is_file()


def test_panels_ask_sources_that_are_provisioned() -> None:
    sources = yaml.safe_load((HERE / "grafana/provisioning/datasources/datasources.yaml").read_text())["datasources"]
    known = {(source["type"], source["uid"]) for source in sources}
    asked = [target["datasource"] for panel in PANELS for target in panel["targets"]]
    assert {(each["type"], each["uid"]) for each in asked} <= known
    for source in sources:
        assert (urlsplit(source["url"]).hostname or source["url"].partition(":")[0]) in COMPOSE


def test_panels_do_not_overlap_and_have_ids_of_their_own() -> None:
    places: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & places, panel["title"]
        assert at["x"] + at["w"] <= 24
        places |= cells
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)


class Observer:
    """Asks the stack's database as Grafana would, as the user that `observer.sql` makes."""

    def __init__(self, stack: Any) -> None:
        server = urlsplit(stack.mysql.url(""))
        self._databases = {
            "taskledger_read": urlsplit(stack.environment["READ_MODEL_URL"]).path[1:],
            "taskledger_notify": urlsplit(stack.environment["NOTIFY_DB_URL"]).path[1:],
        }
        for statement in self._named((HERE / "observer.sql").read_text()).split(";\n"):
            text = re.sub(r"^--.*$", "", statement, flags=re.MULTILINE).strip()
            if text:
                administer(stack.mysql.url(""), text)
        self._user = f"mysql://observer:OBSERVER_PASSWORD@{server.hostname}:{server.port}/"
        self.remove = lambda: administer(stack.mysql.url(""), "DROP USER 'observer'@'%'")
        # The client keeps no time, so what it shows is what everybody told of in the last hour.
        [(now,)] = administer(stack.mysql.url(""), "SELECT UNIX_TIMESTAMP()")
        self._span = {"$__unixEpochFrom()": str(int(now) - 3600), "$__unixEpochTo()": str(int(now) + 1)}

    def _named(self, text: str) -> str:
        for name, real in self._databases.items():
            text = text.replace(name, real)
        return text

    def ask(self, query: str, **values: object) -> Sequence[tuple[Any, ...]]:
        """The rows of a query with its variables."""
        for name, value in self._span.items():
            query = query.replace(name, value)
        for name, given in values.items():
            query = query.replace(f"${{{name}}}", str(given))
        assert "$_" not in query
        return administer(self._user + self._databases["taskledger_read"], self._named(query))

    @property
    def generation(self) -> int:
        """The generation of the read model that is shown."""
        return int(self.ask(queries()["$generation"])[0][0])


@pytest.fixture(scope="module")
def observer(used: Any) -> Iterator[Observer]:
    made = Observer(used.stack)
    yield made
    made.remove()


@pytest.mark.parametrize("name", queries())
def test_every_question_to_mysql_has_an_answer(observer: Observer, name: str) -> None:
    assert observer.ask(queries()[name], generation=observer.generation, project="%")


def test_tasks_by_status_over_time_end_with_what_the_board_shows(used: Any, observer: Observer) -> None:
    query = queries()["Tasks by status over time"]
    rows = observer.ask(query, generation=observer.generation, project=used.project_id)
    times = sorted({time for time, _, _ in rows})
    assert len(times) == 101
    assert {step - time for time, step in pairwise(times)} <= {36, 37}
    last = {status: tasks for time, status, tasks in rows if time == times[-1] and tasks}
    shown = used.ann.all(f"/api/projects/{used.project_id}/tasks")
    assert last == {status: sum(task["status"] == status for task in shown) for status in {t["status"] for t in shown}}
    assert all(tasks == 0 for time, _, tasks in rows if time == times[0])
    assert observer.ask(query, generation=observer.generation, project="none") == ()


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM g${generation}_tasks",
        "CREATE TABLE more (id INT)",
        "SELECT content FROM taskledger_notify.notices",
        "SELECT user_id FROM taskledger_notify.deliveries",
        "SELECT document FROM taskledger_notify.preferences",
        "SELECT * FROM mysql.user",
    ],
)
def test_who_draws_charts_can_change_nothing_and_reads_no_more_than_it_needs(observer: Observer, query: str) -> None:
    with pytest.raises(pymysql.err.OperationalError, match="denied"):
        observer.ask(query, generation=observer.generation)
