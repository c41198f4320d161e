"""Importing over HTTP, from a running process."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from testkit.board import Person, Running, eventually, running

pytestmark = pytest.mark.process

EXPORT = Path(__file__).with_name("trello.json").read_text()
TABLE = "title,status,assignees\nBake,Doing,Ann Baker\nSell,To do,Nobody Known\n"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("imports") / "data") as process:
        yield process


@pytest.fixture
def ann(stack: Running) -> Person:
    return stack.register("Ann Baker")


def ended(person: Person, job: dict[str, Any]) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        found: dict[str, Any] = person.get(f"/api/imports/{job['id']}")
        return None if found["state"] == "running" else found

    return eventually(look) or {}


def test_a_preview_says_what_a_file_holds_and_writes_nothing(stack: Running, ann: Person) -> None:
    before = stack.events()
    found = ann.post("/api/imports/preview", name="bakery.csv", text=TABLE)
    assert (found["name"], found["tasks"], found["statuses"]) == ("bakery", 2, ["Doing", "To do"])
    assert stack.events() == before
    assert ann.post("/api/imports/preview", name="board.json", text=EXPORT)["archived"] == 2


def test_an_import_runs_and_a_second_one_adds_nothing(ann: Person) -> None:
    job = ended(ann, ann.post("/api/imports", name="bakery.csv", text=TABLE))
    assert (job["state"], job["done"], job["result"]["added"]) == ("done", 2, 2)
    again = ended(ann, ann.post("/api/imports", name="bakery.csv", text=TABLE))
    assert (again["result"]["added"], again["result"]["known"]) == (0, 2)
    project = again["result"]["project_id"]
    eventually(lambda: len(ann.all(f"/api/projects/{project}/tasks")) == 2)
    assert any("Nobody Known" in note for note in job["result"]["notes"])


def test_a_line_that_is_wrong_is_named(stack: Running, ann: Person) -> None:
    before = stack.events()
    for path in ("/api/imports/preview", "/api/imports"):
        answer = ann.http.post(path, json={"name": "a.csv", "text": "title,due\nBake,tomorrow\n"})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "line 2"
    assert stack.events() == before


def test_an_import_is_stopped_and_goes_on_when_it_is_imported_again(ann: Person) -> None:
    text = "title\n" + "".join(f"Task {number}\n" for number in range(3000))
    job = ann.post("/api/imports", name="long.csv", text=text)
    assert ann.http.post("/api/imports", json={"name": "a.csv", "text": TABLE}).status_code == 409
    ann.delete(f"/api/imports/{job['id']}")
    stopped = ended(ann, job)
    assert stopped["state"] == "stopped"
    assert stopped["done"] < 3000


def test_only_owners_import_into_a_project_and_only_they_see_their_imports(stack: Running, ann: Person) -> None:
    bob = stack.register("Bob")
    project = ann.post("/api/projects", name="Bakery")
    file = {"name": "a.csv", "text": TABLE, "project_id": project["id"]}
    assert bob.http.post("/api/imports", json=file).status_code == 404
    ann.put(f"/api/projects/{project['id']}/members/{bob.id}", role="member")
    assert bob.http.post("/api/imports", json=file).status_code == 403
    job = ended(ann, ann.post("/api/imports", **file))
    assert job["result"]["project_id"] == project["id"]
    assert bob.http.get(f"/api/imports/{job['id']}").status_code == 404
    assert httpx.post(f"{stack.url}/api/imports", json=file).status_code == 401
