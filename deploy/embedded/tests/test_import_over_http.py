"""Importing over HTTP, from a running process: a plan, its changes, its execution, and the way back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from testkit.board import Person, Running, eventually, running

pytestmark = pytest.mark.process

EXPORT = Path(__file__).with_name("trello.json").read_bytes()
BYTES = {"Content-Type": "application/octet-stream"}
TABLE = b"title,status,assignees\nBake,Doing,Ann Baker\nSell,To do,Nobody Known\n"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("imports") / "data") as process:
        yield process


@pytest.fixture
def ann(stack: Running) -> Person:
    return stack.register("Ann Baker")


def upload(person: Person, raw: bytes, name: str = "bakery.csv", **query: str) -> httpx.Response:
    return person.http.post("/api/imports", params={"name": name, **query}, content=raw, headers=BYTES)


def settled(person: Person, run: dict[str, Any]) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        found: dict[str, Any] = person.get(f"/api/imports/{run['id']}")
        return None if found["state"] in ("reading", "running", "undoing") else found

    return eventually(look, within=120) or {}


def planned(person: Person, raw: bytes, name: str = "bakery.csv", **query: str) -> dict[str, Any]:
    return settled(person, upload(person, raw, name, **query).raise_for_status().json())


def started(person: Person, run: dict[str, Any]) -> dict[str, Any]:
    return settled(person, person.post(f"/api/imports/{run['id']}/start"))


def test_a_plan_says_what_would_happen_and_writes_nothing(stack: Running, ann: Person) -> None:
    before = stack.events()
    run = planned(ann, TABLE, time_zone="Asia/Seoul")
    plan = run["plan"]
    assert (run["state"], plan["name"], plan["time_zone"]) == ("planned", "bakery", "Asia/Seoul")
    assert plan["counts"] == {"new": 2, "changed": 0, "same": 0, "left_out": 0, "comments": 0, "deleted": 0}
    assert [(column["header"], column["field"]) for column in plan["columns"]] == [
        ("title", "title"),
        ("status", "status"),
        ("assignees", "assignees"),
    ]
    assert [(status["name"], status["category"]) for status in plan["statuses"]] == [
        ("To do", "waiting"),
        ("Doing", "active"),
    ]
    assert [(person["name"], person["assigned"]) for person in plan["people"]] == [
        ("Ann Baker", True),
        ("Nobody Known", False),
    ]
    assert stack.events() == before
    assert planned(ann, EXPORT, "board.json")["plan"]["counts"]["deleted"] == 2


def test_an_import_runs_is_recognised_and_can_be_taken_back(ann: Person) -> None:
    done = started(ann, planned(ann, TABLE))
    assert (done["state"], done["result"]["added"]) == ("done", 2)
    project = done["result"]["project_id"]
    eventually(lambda: len(ann.all(f"/api/projects/{project}/tasks")) == 2)
    again = planned(ann, TABLE, "renamed.csv")
    assert again["plan"]["suggested"]["id"] == project
    into = settled(ann, ann.put(f"/api/imports/{again['id']}/choices", project_id=project))
    assert into["plan"]["counts"]["same"] == 2
    undone = settled(ann, ann.post(f"/api/imports/{done['id']}/undo"))
    assert (undone["state"], undone["undone"]["deleted"]) == ("undone", 2)
    assert ann.get(f"/api/projects/{project}")["deleted"]
    assert ann.http.post(f"/api/imports/{done['id']}/undo").status_code == 409
    assert done["id"] in [entry["id"] for entry in ann.get("/api/imports")["items"]]


def test_what_was_understood_can_be_changed_before_it_is_carried_out(ann: Person) -> None:
    run = planned(ann, b"Was,Wo\nBake,Vienna\n", "tabelle.csv")
    assert [question["kind"] for question in run["plan"]["questions"]] == ["title"]
    refused = ann.http.post(f"/api/imports/{run['id']}/start")
    assert (refused.status_code, refused.json()["code"]) == (409, "question_open")
    choices = {"columns": {"Was": "title", "Wo": "status"}, "statuses": {"Vienna": "done"}, "name": "Reise"}
    told = settled(ann, ann.put(f"/api/imports/{run['id']}/choices", **choices))
    assert [(status["name"], status["category"]) for status in told["plan"]["statuses"]] == [("Vienna", "done")]
    done = started(ann, told)
    assert (done["result"]["project_name"], done["result"]["added"]) == ("Reise", 1)


@pytest.mark.parametrize(
    ("raw", "where"),
    [(b'title\n"a', "the file"), (b'{"name": "x"}', "$"), (b"PK\x03\x04", "the file"), (b"", "line 1")],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_place(ann: Person, raw: bytes, where: str) -> None:
    run = planned(ann, raw)
    assert (run["state"], run["problem"]["code"], run["problem"]["where"]) == ("refused", "bad_file", where)
    assert ann.http.post(f"/api/imports/{run['id']}/start").status_code == 409


def test_bad_choices_are_refused(ann: Person) -> None:
    assert upload(ann, TABLE, time_zone="Mars").status_code == 422
    run = planned(ann, TABLE)
    path = f"/api/imports/{run['id']}/choices"
    for body in ({"columns": {"title": "colour"}}, {"date_order": "year"}, {"encoding": "klingon"}, {"delimiter": "x"}):
        assert ann.http.put(path, json=body).status_code == 422
    refused = settled(ann, ann.put(path, people={"Nobody Known": "018f3c6e-0000-7000-8000-000000000001"}))
    assert (refused["state"], refused["problem"]["where"]) == ("refused", "people.Nobody Known")


def test_an_import_is_stopped_and_goes_on_when_it_is_imported_again(ann: Person) -> None:
    raw = b"title\n" + b"".join(b"Task %d\n" % number for number in range(6000))
    run = planned(ann, raw, "long.csv")
    ann.post(f"/api/imports/{run['id']}/start")
    assert upload(ann, TABLE).status_code == 409
    eventually(lambda: ann.get(f"/api/imports/{run['id']}")["done"] > 0, within=120)
    ann.delete(f"/api/imports/{run['id']}")
    stopped = settled(ann, run)
    assert stopped["state"] == "stopped"
    again = planned(ann, raw, "long.csv")
    project = again["plan"]["suggested"]["id"]
    plan = settled(ann, ann.put(f"/api/imports/{again['id']}/choices", project_id=project))["plan"]
    assert plan["counts"]["new"] + plan["counts"]["same"] == 6000
    assert 0 < plan["counts"]["same"] < 6000


def test_a_file_that_takes_too_much_ends_its_own_process_alone(stack: Running, ann: Person) -> None:
    nested = b'{"lists": [], "cards": [' + b"[[]]," * 8_000_000 + b"[]]}"
    run = planned(ann, nested, "bomb.json")
    assert (run["state"], run["problem"]["code"]) == ("refused", "bad_file")
    assert ann.get("/api/auth/me")["id"] == ann.id
    assert planned(ann, TABLE)["state"] == "planned"


def test_only_owners_import_into_a_project_and_only_they_see_their_imports(stack: Running, ann: Person) -> None:
    bob = stack.register("Bob")
    project = ann.post("/api/projects", name="Bakery")["id"]
    assert planned(bob, TABLE, project_id=project)["problem"]["code"] == "not_found"
    ann.put(f"/api/projects/{project}/members/{bob.id}", role="member")
    assert planned(bob, TABLE, project_id=project)["problem"]["code"] == "forbidden"
    run = planned(ann, TABLE, project_id=project)
    done = started(ann, run)
    assert done["result"]["project_id"] == project
    for method, path in (("GET", ""), ("PUT", "/choices"), ("POST", "/start"), ("POST", "/undo"), ("DELETE", "")):
        answer = bob.http.request(method, f"/api/imports/{run['id']}{path}", json={} if method == "PUT" else None)
        assert answer.status_code == 404
    assert httpx.post(f"{stack.url}/api/imports?name=a.csv", content=TABLE, headers=BYTES).status_code == 401


def test_nobody_is_told_of_what_was_imported(stack: Running, ann: Person) -> None:
    bob = stack.register("Bobby")
    project = ann.post("/api/projects", name="Quiet")["id"]
    ann.put(f"/api/projects/{project}/members/{bob.id}", role="member")
    run = planned(ann, b"title,assignees\nBake,B\n", project_id=project)
    run = settled(ann, ann.put(f"/api/imports/{run['id']}/choices", project_id=project, people={"B": bob.id}))
    started(ann, run)
    eventually(lambda: len(ann.all(f"/api/projects/{project}/tasks")) == 1)
    task = ann.post(f"/api/projects/{project}/tasks", title="Told", assignees=[bob.id])
    eventually(lambda: len(bob.get("/api/notifications")["items"]) > 0)
    assert {item["task_id"] for item in bob.get("/api/notifications")["items"]} == {task["id"]}


def test_a_project_is_a_file_for_its_members_and_for_nobody_else(stack: Running, ann: Person) -> None:
    bob = stack.register("Bobo")
    done = started(ann, planned(ann, TABLE))
    path = f"/api/exports/{done['result']['project_id']}"
    answer = ann.http.get(path, params={"format": "csv"})
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert answer.content.startswith(b"\xef\xbb\xbfkey,title")
    assert [task["title"] for task in ann.get(path)["projects"][0]["tasks"]] == ["Bake", "Sell"]
    assert bob.http.get(path).status_code == 404
    assert ann.http.get("/api/exports/nothing").status_code == 404
    assert ann.http.get(path, params={"format": "exe"}).status_code == 422
    assert httpx.get(f"{stack.url}{path}").status_code == 401
