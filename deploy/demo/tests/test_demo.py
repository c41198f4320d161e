"""The demonstration: a team that was made up, as if it had worked with the board for weeks."""

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import httpx
import pytest

from contracts.project import Project
from contracts.task import Task, TaskEvent, evolve
from kernel.log.event import Recorded
from task_service.domain import task as tasks
from taskledger_demo.command import PASSWORD
from taskledger_demo.life import Demo, ProjectLife, TaskLife, demo
from testkit.board import TASKLEDGER, Person, Running, running

pytestmark = pytest.mark.process

AFTERNOON = datetime(2026, 11, 23, 16, 30, tzinfo=timezone(timedelta(hours=9)))


def run(data: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [TASKLEDGER, *arguments, "--data", str(data)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **environment}
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demonstration, and what was printed beside it. Tests work on copies."""
    data = tmp_path_factory.mktemp("demo") / "data"
    done = run(data, "demo")
    assert done.returncode == 0, done.stderr
    data.with_suffix(".txt").write_text(done.stdout)
    return data


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "data"))


@pytest.fixture
def stack(data: Path) -> Iterator[Running]:
    with running(data) as process:
        yield process


def log_in(stack: Running, email: str) -> Person:
    http = httpx.Client(base_url=stack.url, timeout=20)
    answer = http.post("/api/auth/login", json={"email": email, "password": PASSWORD}).raise_for_status().json()
    http.headers["Authorization"] = f"Bearer {answer['access_token']}"
    return Person(answer["user"]["id"], answer["user"]["name"], email, http)


# --- the story ---


def states(life: ProjectLife) -> list[Task]:
    """The tasks as they stand at the end, every step taken as the service would."""
    project = Project(
        id=life.id,
        key=life.creation.key or "",
        name=life.creation.name,
        statuses=life.creation.statuses or (),
        members={life.creation.by: "owner", **{member.user_id: member.role for member in life.members}},
        created_by=life.creation.by,
        created_at=life.at,
        updated_at=life.at,
        version=1,
    )
    return [_state(project, task) for task in life.tasks]


def _state(project: Project, life: TaskLife) -> Task:
    state = _after(None, tasks.create(life.creation, project, 1), life, life.at, life.creation.by)
    for step in life.steps:
        state = _after(state, tasks.decide(step.command, state, project), life, step.at, step.command.by)
    assert state is not None
    return state


def _after(state: Task | None, events: Sequence[TaskEvent], life: TaskLife, at: datetime, actor: str) -> Task | None:
    for event in events:
        version = 1 + (state.version if state else 0)
        state = evolve(
            state,
            Recorded(stream=f"task-{life.id}", version=version, type="", time=at, actor=actor, data=event),
        )
    return state


def of_all(made_up: Demo) -> list[tuple[ProjectLife, list[Task]]]:
    return [(life, states(life)) for life in made_up.projects]


def test_the_same_day_makes_the_same_story() -> None:
    assert demo(AFTERNOON) == demo(AFTERNOON)


@pytest.mark.parametrize("day", range(7), ids=["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])
def test_on_whatever_day_the_boards_look_lived_in(day: int) -> None:
    now = AFTERNOON + timedelta(day)
    every = of_all(demo(now))
    assert sum(len(found) for _, found in every) > 200
    late = 0
    for life, found in every:
        category = {status.key: status.category for status in life.creation.statuses or ()}
        counts = Counter(category[task.status] for task in found if not task.deleted)
        assert counts["done"] >= 8
        assert counts["active"] >= 1
        late += sum(
            task.due is not None and task.due < now.date() and category[task.status] != "done"
            for task in found
            if not task.deleted
        )
    assert 2 <= late <= 20
    assert {key for life, _ in every for key in [life.creation.key]} == {"SHOP", "APP", "HELP", "MOVE"}


def test_nothing_happens_in_the_future_or_out_of_order() -> None:
    for life in demo(AFTERNOON).projects:
        for task in life.tasks:
            times = [life.at, task.at, *(step.at for step in task.steps)]
            assert times == sorted(times)
            assert times[-1] <= AFTERNOON


def test_people_write_in_both_languages_mention_each_other_and_tick_their_lists() -> None:
    every = [task for _, found in of_all(demo(AFTERNOON)) for task in found]
    comments = [comment for task in every for comment in task.comments.values()]
    assert {any("가" <= letter <= "힣" for letter in comment.body) for comment in comments} == {True, False}
    assert all("{" not in comment.body for comment in comments)
    assert sum(bool(comment.mentions) for comment in comments) > 20
    assert any("- [x]" in task.description and "- [ ]" in task.description for task in every)
    assert any(task.deleted for task in every)
    assert len({label for task in every for label in task.labels}) > 20


# --- the command ---


def test_it_says_how_to_log_in(made: Path) -> None:
    said = made.with_suffix(".txt").read_text()
    assert f"taskledger up --data {made}" in said
    assert PASSWORD in said
    assert "mina@example.org" in said
    assert "김하나" in said


def test_a_folder_that_has_data_is_refused_and_left_as_it_is(data: Path) -> None:
    before = run(data, "export", "--events").stdout
    refused = run(data, "demo")
    assert refused.returncode == 2
    assert "There are data in the folder already. With --add the demonstration comes beside them." in refused.stderr
    again = run(data, "demo", "--add")
    assert (again.returncode, "the demonstration is in the folder already" in again.stderr) == (2, True)
    assert run(data, "export", "--events").stdout == before


def test_it_comes_beside_what_is_there_when_told(tmp_path: Path) -> None:
    data = tmp_path / "data"
    run(data, "user", "add", "ann@example.org", "--name", "Ann", "--password", "sourdough starter")
    added = run(data, "demo", "--add", "--password", "of our own choice")
    assert added.returncode == 0, added.stderr
    assert "of our own choice" in added.stdout


def test_a_weak_password_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    for weak, reason in (("password", "is among the most common passwords."), ("tom baker", "must not be your name")):
        refused = run(tmp_path / "data", "demo", "--password", weak)
        assert (refused.returncode, f"The password {reason}" in refused.stderr) == (2, True)
    assert run(tmp_path / "data", "export", "--events").stdout == ""


def test_the_board_runs_on_it_and_old_events_are_not_mailed(stack: Running) -> None:
    mina = log_in(stack, "mina@example.org")
    projects = {project["key"]: project for project in mina.all("/api/projects")}
    assert len(projects) == 4
    tasks_of = {key: mina.all(f"/api/projects/{project['id']}/tasks") for key, project in projects.items()}
    assert all(task["due"] is None or task["due"] > "2020" for found in tasks_of.values() for task in found)

    insights = mina.get(f"/api/projects/{projects['SHOP']['id']}/insights")
    assert insights["finished"]["count"] > 20
    assert insights["finished"]["cycle"]["p50"] > 12 * 3600
    assert len(insights["ageing"]["tasks"]) >= 2
    assert sum(week["count"] > 0 for week in insights["finished"]["weeks"]) > 6

    inbox = mina.get("/api/notifications?limit=200")
    assert 0 < inbox["unread"] < len(inbox["items"])
    assert all(item["read"] for item in inbox["items"][100:])

    long_ago = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    told = [
        delivery
        for task in tasks_of["SHOP"]
        if task["updated_at"] < long_ago
        for delivery in mina.all(f"/api/notifications/deliveries?task={task['id']}")
        if delivery["channel"] == "mail"
    ]
    assert len(told) > 100
    assert {delivery["state"] for delivery in told} == {"suppressed"}
    assert "too_old" in {delivery["reason"] for delivery in told}
    assert stack.command("verify").returncode == 0
    mina.http.close()
