"""What an import does to a board, and how it is taken back. Long because each goes on from the same boards."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from auth_service.accounts import Account
from contracts.project import Project
from contracts.task import Task
from kernel.log.decider import Command
from task_service.domain import project as project_domain
from task_service.domain import task as task_domain
from taskledger.imports.applying import Report, Stopped
from taskledger.imports.choices import Choices
from taskledger.imports.model import BadFile
from taskledger.imports.plan import Plan
from taskledger.imports.session import NotThere, Session, new_import_id, session
from taskledger.offline import Offline, opened
from taskledger.settings import Home

SMALL = Path(__file__).with_name("small")
FILES = Path(__file__).with_name("files")


UTC_DAYS = Choices()


@dataclass
class Board:
    """A board of one's own, with others registered beside."""

    here: Offline
    session: Session

    async def person(self, name: str) -> Account:
        body = {"email": f"{name.split()[0].lower()}@example.org", "name": name, "password": "sourdough starter"}
        answer = await self.here.http.post("/api/auth/register", json=body)
        user_id = answer.json()["user"]["id"]
        people = await self.here.auth.state.deps.auth.accounts.directory()
        self.session.people = people
        return next(account for account in people if account.id == user_id)

    @asynccontextmanager
    async def as_(self, account: Account) -> AsyncIterator[Session]:
        async with session(self.here, account, self.session.people) as theirs:
            yield theirs

    def command(self) -> Command:
        return Command(
            id=new_import_id(), fingerprint="", actor=self.session.user.id, time=datetime.now(UTC), correlation_id="x"
        )

    async def project(self, name: str = "Bakery") -> Project:
        new = project_domain.CreateProject(by=self.session.user.id, name=name)
        return (await self.session.projects.create(new, self.command())).state

    async def member(self, project: Project, account: Account) -> None:
        await self.session.projects.put_member(
            project.id, self.session.user.id, account.id, "member", self.command(), None
        )

    async def edit(self, task: Task, **fields: Any) -> None:
        await self.session.tasks.change(
            task.id, task_domain.EditTask(by=self.session.user.id, **fields), self.command()
        )

    async def plan(
        self, raw: str | bytes, into: Project | None = None, choices: Choices = UTC_DAYS, import_id: str = ""
    ) -> Plan:
        content = raw.encode() if isinstance(raw, str) else raw
        draft, choices = await self.session.draft(content, "file", choices)
        fresh = await self.session.into(into.id) if into else None
        return await self.session.plan(draft, choices, fresh, import_id or new_import_id())

    async def take(
        self, raw: str | bytes, into: Project | None = None, choices: Choices = UTC_DAYS
    ) -> tuple[Report, str]:
        import_id = new_import_id()
        plan = await self.plan(raw, into, choices, import_id)
        return await self.session.run(plan, choices, import_id), import_id

    async def tasks(self, project: Project) -> Mapping[str, Task]:
        from taskledger.exporting import boards

        found = {there.id: tasks for there, tasks in await boards(self.session.store)}
        return {task.title: task for task in found.get(project.id, [])}

    async def latest(self, project: Project) -> Project:
        found = await self.session.projects.latest(project.id)
        assert found is not None
        return found


@pytest.fixture
async def board(tmp_path: Path) -> AsyncIterator[Board]:
    async with opened(Home(tmp_path / "data"), create=True) as here:
        body = {"email": "ann@example.org", "name": "Ann Baker", "password": "sourdough starter"}
        await here.http.post("/api/auth/register", json=body)
        people = await here.auth.state.deps.auth.accounts.directory()
        async with session(here, people[0], people) as mine:
            yield Board(here, mine)


def names(project: Project) -> list[tuple[str, str]]:
    return [(status.name, status.category) for status in project.statuses]


# --- columns of the board ---


async def test_a_status_is_matched_by_name_and_meaning_else_a_column_is_added_and_both_are_said_first(
    board: Board,
) -> None:
    project = await board.project()
    text = "title,status\na,Doing\nb,Finished\nc,waiting\nd,QA review\n"
    plan = await board.plan(text, project)
    assert [(entry.name, entry.key, entry.made) for entry in plan.board.plans.values()] == [
        ("waiting", "waiting", False),
        ("Doing", "in_progress", False),
        ("QA review", "qa_review", True),
        ("Finished", "done", False),
    ]
    await board.take(text, project)
    assert names(await board.latest(project)) == [
        ("Waiting", "waiting"),
        ("In progress", "active"),
        ("QA review", "active"),
        ("Done", "done"),
    ]
    assert (await board.tasks(project))["b"].status == "done"


async def test_who_imports_says_what_a_status_means_or_which_one_it_is(board: Board) -> None:
    project = await board.project()
    choices = Choices(statuses={"Vienna": "done", "Rome": "in_progress"})
    plan = await board.plan((SMALL / "trello-last-list-is-done.json").read_bytes(), project, choices)
    assert {entry.name: (entry.category, entry.made) for entry in plan.board.plans.values()} == {
        "Vienna": ("done", True),
        "Rome": ("active", False),
    }
    with pytest.raises(BadFile, match="neither a status"):
        await board.plan("title,status\na,X\n", project, Choices(statuses={"X": "nowhere"}))


@pytest.mark.parametrize(
    "name", ["one-status-board-cannot-finish.csv", "ko-statuses.csv", "semicolons.csv", "todo.txt"]
)
async def test_a_board_always_has_the_three_meanings_and_a_new_task_waits(board: Board, name: str) -> None:
    path = SMALL / name if (SMALL / name).exists() else FILES / name
    draft, _ = await board.session.draft(path.read_bytes(), name, Choices())
    import_id = new_import_id()
    plan = await board.session.plan(draft, Choices(), None, import_id)
    project = (await board.session.run(plan, Choices(), import_id)).project
    assert {status.category for status in project.statuses} == {"waiting", "active", "done"}
    new = task_domain.CreateTask(by=board.session.user.id, title="new")
    made = await board.session.tasks.create(project.id, new, board.command())
    status = project.status(made.state.status)
    assert status is not None
    assert status.category == "waiting"


@pytest.mark.parametrize(
    ("name", "title", "kept"),
    [
        ("empty-status-becomes-done.csv", "No status yet", ""),
        ("trello-archived-list.json", "Card of an archived list", "- List: Ideas of 2020"),
    ],
)
async def test_what_has_no_status_waits_and_the_name_of_an_archived_list_is_kept(
    board: Board, name: str, title: str, kept: str
) -> None:
    report, _ = await board.take((SMALL / name).read_bytes())
    task = (await board.tasks(report.project))[title]
    status = report.project.status(task.status)
    assert status is not None
    assert (status.category, task.description) == ("waiting", kept)
    assert "Ideas of 2020" not in [status.name for status in report.project.statuses]


async def test_more_columns_than_a_project_has_room_for_are_merged_by_their_meaning_and_named(board: Board) -> None:
    rows = "".join(f"t{number},List {number}\n" for number in range(50))
    report, _ = await board.take(f"title,status\n{rows}")
    assert len(report.project.statuses) == 27 + 2  # and one each for what is under way and done
    assert [note.code for note in report.notes if note.code == "statuses_merged"] == ["statuses_merged"]
    tasks = await board.tasks(report.project)
    assert sum("- List: List" in task.description for task in tasks.values()) == 50 - 27
    assert report.left_out == []


async def test_two_lists_of_one_name_are_two_columns(board: Board) -> None:
    report, _ = await board.take((SMALL / "trello-key-clash.json").read_bytes())
    assert [status.name for status in report.project.statuses][:3] == ["Week 3", "Week", "Week (2)"]
    assert len({status.key for status in report.project.statuses}) == len(report.project.statuses)


async def test_a_mark_of_completion_counts_where_the_column_does_not_say_it(board: Board) -> None:
    report, _ = await board.take((SMALL / "trello-lost.json").read_bytes())
    (task,) = (await board.tasks(report.project)).values()
    assert (task.status, task.start) == ("done", date(2026, 11, 1))
    assert task.description.endswith(
        "- Template: yes\n- Complete: yes\n- Estimate: 5\n"
        "- Attachment: [offer.pdf](https://example.org/offer.pdf)\n- List: To do"
    )


# --- what is there already ---


async def test_a_newer_export_changes_what_has_changed_and_doubles_nothing(board: Board) -> None:
    first = "Issue key,Summary,Status,Priority,Due date\nAB-1,One,To Do,High,05/Oct/25 12:00 AM\nAB-2,Two,To Do,Low,\n"
    report, _ = await board.take(first)
    newer = (
        "Issue key,Summary,Status,Priority,Due date\nAB-1,One!,Done,High,\nAB-2,Two,To Do,Low,\nAB-3,Three,To Do,,\n"
    )
    plan = await board.plan(newer, report.project)
    assert plan.counts | {"comments": 0} == {
        "new": 1,
        "changed": 1,
        "same": 1,
        "left_out": 0,
        "comments": 0,
        "deleted": 0,
    }
    changed = next(item for item in plan.items if item.kind == "changed")
    assert [(change.field, change.old, change.new) for change in changed.changes] == [
        ("title", "One", "One!"),
        ("status", "To Do", "Done"),
        ("due", date(2025, 10, 5), None),
    ]
    await board.take(newer, report.project)
    tasks = await board.tasks(report.project)
    assert sorted(tasks) == ["One!", "Three", "Two"]
    again = await board.plan(newer, report.project)
    assert (again.counts["same"], again.counts["new"], again.counts["changed"]) == (3, 0, 0)


async def test_what_a_newer_file_does_not_speak_of_stays(board: Board) -> None:
    report, _ = await board.take("ID,Title,Priority,Labels\n1,a,High,x\n")
    await board.edit((await board.tasks(report.project))["a"], due=date(2030, 1, 1))
    assert (await board.plan("ID,Title,Labels\n1,a,x\n", report.project)).counts["same"] == 1


async def test_an_earlier_export_of_the_same_is_recognised_by_its_rows_whatever_the_file_is_called(
    board: Board,
) -> None:
    report, _ = await board.take("Issue key,Summary\nAB-1,One\nAB-2,Two\n")
    other, _ = await board.take("Issue key,Summary\nXY-1,One\nXY-2,Two\n")
    for raw, project in (
        ("Issue key,Summary\nAB-1,One\nAB-9,Nine\n", report.project),
        ("Issue key,Summary\nXY-2,Two\nXY-3,x\n", other.project),
    ):
        draft, _ = await board.session.draft(raw.encode(), "Jira.csv", Choices())
        found = await board.session.suggested(draft)
        assert found is not None
        assert found.id == project.id
    stranger, _ = await board.session.draft(b"Issue key,Summary\nQQ-1,One\n", "Jira.csv", Choices())
    assert await board.session.suggested(stranger) is None


async def test_a_task_that_was_deleted_here_is_not_brought_back_by_an_import(board: Board) -> None:
    report, _ = await board.take("ID,Title\n1,a\n2,b\n")
    task = (await board.tasks(report.project))["a"]
    await board.session.tasks.change(task.id, task_domain.DeleteTask(by=board.session.user.id), board.command())
    again, _ = await board.take("ID,Title\n1,a\n2,b\n", report.project)
    assert again.left_out == [("line 2", "was deleted here")]
    assert (await board.tasks(report.project))["a"].deleted


# --- people ---


async def test_nobody_is_let_in_or_assigned_by_a_name_or_an_address_of_their_own_choosing(board: Board) -> None:
    await board.person("Bob Stone")
    text = "title,assignee\na,Bob Stone\nb,bob@example.org\nc,bob\nd,Ann Baker\n"
    report, _ = await board.take(text)
    project = await board.latest(report.project)
    assert list(project.members) == [board.session.user.id]
    tasks = await board.tasks(project)
    assert [tasks[title].assignees for title in "abc"] == [(), (), ()]
    assert tasks["d"].assignees == (board.session.user.id,)
    assert tasks["a"].description == "- Assigned to: Bob Stone"


async def test_a_plan_does_not_tell_who_is_registered(board: Board) -> None:
    before = await board.plan("title,assignee\na,Bob Stone\nb,bob@example.org\n")
    await board.person("Bob Stone")
    after = await board.plan("title,assignee\na,Bob Stone\nb,bob@example.org\n")
    assert (before.people, before.here, before.notes) == (after.people, after.here, after.notes)


async def test_people_are_named_by_hand_among_those_with_whom_one_shares_a_project(board: Board) -> None:
    bob, eve = await board.person("Bob Stone"), await board.person("Eve")
    project = await board.project()
    await board.member(project, bob)
    text = "ID,Title,Assignee\n1,a,B. Stone\n"
    suggested = await board.plan("title,assignee\na,Bob Stone\n", project)
    assert [(entry.user_id, entry.suggested) for entry in suggested.people] == [(None, bob.id)]
    await board.take(text, project)
    assert (await board.tasks(project))["a"].assignees == ()
    # Who is named later is assigned by the next import.
    report, _ = await board.take(text, project, Choices(people={"B. Stone": bob.id}))
    assert report.changed == 1
    task = (await board.tasks(project))["a"]
    assert (task.assignees, task.description) == ((bob.id,), "")
    with pytest.raises(BadFile, match="nobody whom you share a project with"):
        await board.plan(text, project, Choices(people={"B. Stone": eve.id}))


async def test_of_the_assignees_an_import_takes_off_only_those_whom_the_file_knows(board: Board) -> None:
    bob, cem = await board.person("Bob Stone"), await board.person("Cem Kaya")
    project = await board.project()
    await board.member(project, bob)
    await board.member(project, cem)
    people = Choices(people={"Bob": bob.id, "Ann Baker": board.session.user.id})
    await board.take("ID,Title,Assignee\n1,a,Bob\n2,b,Ann Baker\n", project, people)
    task = (await board.tasks(project))["a"]
    await board.edit(task, assignees=(bob.id, cem.id))
    await board.take("ID,Title,Assignee\n1,a,Ann Baker\n2,b,Bob\n", project, people)
    assert set((await board.tasks(project))["a"].assignees) == {cem.id, board.session.user.id}


# --- times ---


async def test_the_history_of_a_task_has_the_times_that_the_file_has(board: Board) -> None:
    zone = Choices(zone=ZoneInfo("UTC"))
    report, _ = await board.take((FILES / "jira-en.csv").read_bytes(), None, zone)
    tasks = await board.tasks(report.project)
    assert report.project.created_at == datetime(2025, 9, 1, 8, tzinfo=UTC)
    done = tasks["Remove the old banner"]
    assert (done.created_at, done.updated_at) == (
        datetime(2025, 9, 1, 8, tzinfo=UTC),
        datetime(2025, 9, 3, 8, tzinfo=UTC),
    )
    comments = list(tasks["Checkout fails for gift cards"].comments.values())
    assert [comment.created_at for comment in comments] == [
        datetime(2025, 10, 6, 10, tzinfo=UTC),
        datetime(2025, 10, 7, 16, 2, tzinfo=UTC),
    ]


async def test_times_that_cannot_be_are_left_out(board: Board) -> None:
    text = "title,status,created,completed\na,Done,2999-01-01,2000-01-01\nb,Done,2020-01-02T00:00Z,2020-01-01T00:00Z\n"
    before = datetime.now(UTC)
    report, _ = await board.take(text)
    tasks = await board.tasks(report.project)
    assert tasks["a"].created_at >= before
    assert tasks["b"].created_at == tasks["b"].updated_at == datetime(2020, 1, 2, tzinfo=UTC)


# --- faults, limits, undo ---


async def test_a_row_at_fault_is_left_out_and_strict_refuses_the_file(board: Board) -> None:
    text = "title,due\ngood,2026-01-01\n,2026-01-01\n"
    report, _ = await board.take(text)
    assert (report.added, report.left_out) == (1, [("line 3", "has no title")])
    with pytest.raises(BadFile, match="line 3"):
        await board.plan(text, None, Choices(strict=True))


async def test_texts_beyond_the_limits_are_cut_and_it_is_said(board: Board) -> None:
    text = f"title,description,labels\n{'t' * 600},{'d' * 60_000},{';'.join(f'l{n}' for n in range(30))}\n"
    report, _ = await board.take(text)
    (task,) = (await board.tasks(report.project)).values()
    assert (len(task.title), len(task.description), len(task.labels)) == (500, 50_000, 20)
    assert task.description.startswith("t" * 600)
    assert {note.code for note in report.notes} == {"title_long", "description_cut", "labels_cut"}


async def test_an_open_question_keeps_a_plan_from_being_carried_out(board: Board) -> None:
    with pytest.raises(BadFile, match="date_order"):
        await board.take("title,due\na,03/04/2026\n")
    assert await board.session.records.newest() == []


async def test_what_columns_hold_is_remembered_for_the_next_file_of_the_kind(board: Board) -> None:
    text = "colour,size\nred,To do\n"
    choices = Choices(columns={"colour": "title", "size": "status"})
    report, _ = await board.take(text, None, choices)
    plan = await board.plan("colour,size\nblue,Done\n", report.project)
    assert [(item.kind, item.wanted.title) for item in plan.items] == [("new", "blue")]


async def test_one_undo_takes_an_import_back_and_importing_again_restores_it(board: Board) -> None:
    project = await board.project()
    await board.take("ID,Title,Status,Priority\n1,a,To do,Low\n2,b,To do,Low\n", project)
    report, import_id = await board.take("ID,Title,Status,Priority\n1,A,Done,High\n2,b,Done,Low\n3,c,To do,\n", project)
    assert (report.added, report.changed) == (1, 2)
    tasks = await board.tasks(project)
    await board.edit(tasks["A"], priority="urgent")  # somebody's later change
    undone = await board.session.undo(import_id)
    assert (undone.deleted, undone.changed, undone.kept) == (1, 2, 1)
    tasks = await board.tasks(project)
    assert {task.title: (task.status, task.priority, task.deleted) for task in tasks.values()} == {
        "a": ("waiting", "urgent", False),
        "b": ("waiting", "low", False),
        "c": ("waiting", "none", True),
    }
    with pytest.raises(NotThere, match="already"):
        await board.session.undo(import_id)
    await board.take("ID,Title,Status,Priority\n3,c,To do,\n", project)
    assert not (await board.tasks(project))["c"].deleted


async def test_taking_back_an_import_that_made_a_project_deletes_the_project(board: Board) -> None:
    report, import_id = await board.take("title\na\n")
    await board.session.undo(import_id)
    assert (await board.latest(report.project)).deleted
    draft, _ = await board.session.draft(b"title\na\n", "x", Choices())
    assert await board.session.suggested(draft) is None


async def test_only_who_imported_can_take_it_back(board: Board) -> None:
    _, import_id = await board.take("title\na\n")
    async with board.as_(await board.person("Bob Stone")) as theirs:
        with pytest.raises(NotThere):
            await theirs.undo(import_id)


async def test_a_project_of_others_cannot_be_imported_into(board: Board) -> None:
    bob = await board.person("Bob Stone")
    project = await board.project()
    async with board.as_(bob) as theirs:
        with pytest.raises(NotThere) as stranger:
            await theirs.into(project.id)
        await board.member(project, bob)
        with pytest.raises(NotThere) as member:
            await theirs.into(project.id)
    assert (stranger.value.code, member.value.code) == ("not_found", "forbidden")


async def test_a_stopped_import_goes_on_when_it_is_imported_again(board: Board) -> None:
    text = "title\n" + "".join(f"Task {number}\n" for number in range(1200))
    import_id = new_import_id()
    plan = await board.plan(text, import_id=import_id)
    looked: list[int] = []

    def stopping() -> bool:
        return len(looked) > 0

    with pytest.raises(Stopped):
        await board.session.run(plan, Choices(), import_id, lambda done, _: looked.append(done), stopping)
    project = await board.session.projects.latest(plan.project_id)
    assert project is not None
    some = len(await board.tasks(project))
    assert 0 < some < 1200
    report, _ = await board.take(text, project)
    assert (report.added, report.same) == (1200 - some, some)


async def test_every_file_here_is_imported_and_again_without_a_change(board: Board) -> None:
    for path in sorted([*SMALL.iterdir(), *FILES.iterdir()]):
        choices = replace(Choices(), columns={"Stand der Dinge": "status"} if path.name == "any.csv" else {})
        report, _ = await board.take(path.read_bytes() if "todo" not in path.name else b"title\nx\n", None, choices)
        assert report.left_out == [], path.name
        plan = await board.plan(
            path.read_bytes() if "todo" not in path.name else b"title\nx\n", report.project, choices
        )
        assert (plan.counts["new"], plan.counts["changed"]) == (0, 0), (path.name, [i.changes for i in plan.items])


async def test_our_own_export_makes_an_equal_board(board: Board) -> None:
    raw = (FILES / "taskledger.json").read_bytes()
    report, _ = await board.take(raw)
    document = json.loads(raw)["projects"][0]
    project = report.project
    assert [(s.key, s.name, s.category, s.color) for s in project.statuses] == [
        ("waiting", "Waiting", "waiting", None),
        ("qa", "QA", "active", "teal"),
        ("done", "Done", "done", None),
    ]
    tasks = await board.tasks(project)
    assert {task.key: (task.title, task.status, task.priority, task.deleted) for task in tasks.values()} == {
        "OPS-1": ("First", "qa", "urgent", False),
        "OPS-2": ("Second", "waiting", "none", True),
    }
    assert tasks["First"].labels == ("web", "a;b")
    assert [(c.author_name, c.body) for c in tasks["First"].comments.values()] == [("Ann Baker", "Hello")]
    assert document["name"] == project.name
