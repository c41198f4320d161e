"""A folder that the first release made opens in this one: nobody's data is left behind by a new version.

`data/folder-0.1.tar.xz` is never changed: with version 0.1 people registered, worked, left, and imported a board.
"""

import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from testkit.board import Person, Running, eventually, running

pytestmark = pytest.mark.process

FOLDER: Final = Path(__file__).parent / "data" / "folder-0.1.tar.xz"


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("older")
    with tarfile.open(FOLDER) as packed:
        packed.extractall(folder, filter="data")
    with running(folder / "data") as process:
        yield process


@pytest.fixture(scope="module")
def ann(board: Running) -> Person:
    return board.known("ann@example.org")


@pytest.fixture(scope="module")
def web(ann: Person) -> str:
    listed = eventually(lambda: [p for p in ann.get("/api/projects")["items"] if p["key"] == "WEB"])
    project_id: str = listed[0]["id"]
    return project_id


def test_the_read_model_is_made_anew_and_equals_the_log(board: Running, web: str) -> None:
    verified = board.command("verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert " 0 differences" in verified.stdout


def test_tasks_are_as_they_were(ann: Person, web: str) -> None:
    tasks = {task["key"]: task for task in ann.all(f"/api/projects/{web}/tasks")}
    assert {key: (task["title"], task["status"]) for key, task in tasks.items()} == {
        "WEB-1": ("Ship it", "in_progress"),
        "WEB-2": ("설정 대화상자 닫기", "done"),
    }
    assert (tasks["WEB-1"]["labels"], tasks["WEB-1"]["priority"], tasks["WEB-1"]["due"]) == (
        ["bug", "문서"],
        "urgent",
        None,
    )
    deleted = ann.get(f"/api/projects/{web}/tasks?deleted=true")["items"]
    assert [task["title"] for task in deleted] == ['Write, "quote"; and pipe|']


def test_history_and_comments_can_be_read(ann: Person, web: str) -> None:
    task = next(task for task in ann.all(f"/api/projects/{web}/tasks") if task["key"] == "WEB-1")
    history = ann.all(f"/api/tasks/{task['id']}/history")
    assert [entry["version"] for entry in history] == list(range(1, task["version"] + 1))
    assert history[0]["type"] == "task.created"
    comments = ann.get(f"/api/tasks/{task['id']}/comments")["items"]
    assert [(comment["body"], comment["deleted"]) for comment in comments] == [
        ("Look again, @김보람", False),
        ("", True),
    ]


def test_what_was_imported_is_there(ann: Person) -> None:
    names = {project["name"] for project in ann.get("/api/projects")["items"]}
    assert len(names) >= 2
    assert "Web site" in names


def test_people_log_in_have_their_inbox_and_are_told_of_what_comes(board: Running, ann: Person, web: str) -> None:
    boram = board.known("boram@example.org")
    before = boram.all("/api/notifications")
    assert before
    task = next(task for task in ann.all(f"/api/projects/{web}/tasks") if task["key"] == "WEB-2")
    ann.post(f"/api/tasks/{task['id']}/comments", body="이제 닫힌다")
    eventually(lambda: len(boram.all("/api/notifications")) > len(before) or None)


def test_preferences_that_were_set_still_hold(board: Running) -> None:
    boram = board.known("boram@example.org")
    preferences = boram.get("/api/notifications/preferences")
    assert boram.put("/api/notifications/preferences", **preferences) == preferences
