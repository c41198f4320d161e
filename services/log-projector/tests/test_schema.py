"""What stands in the read model may only change together with the number of its schema."""

import hashlib
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from contracts import invitation, project, task
from contracts.codecs import PROJECT_CODEC, TASK_CODEC
from contracts.project import ProjectEvent
from contracts.read_model import SCHEMA, tables
from contracts.task import TaskEvent
from kernel.log.event import Recorded
from log_projector.projections import Values, View, project_moment, project_view, task_moment, task_view

PINNED = {
    1: "870a51d579cf422af2ed3e07e04c2e06969e1a6af7f6186bef2d134bf2ebfc18",
    2: "aac00b5a82aba23ca9104545b8913e998ab5bf49e009e5b3921252786659dd57",
    3: "c052d528d648bcb522ba6030fbf8cc2522858fbbeee1e08f2d1816c566fb0ccf",
    4: "46f6b40a453b36127cb2e23a8cfb4a27d8d7e1f03562348b1b6bd8abb6904555",
    5: "8a45066b5d25bb8762f6743b3df6f0054237e5a3821b7a0485089090eb92688d",
    6: "4289a8253803fba848dbbc0f6e8c0a6d2b997cbf0c629159c1406f623f7d15b1",
    7: "2e3cbe6c0e279924fa7be61a91e5f31091d208be37bba6275c5a12cdafe1a794",
    8: "059e70ba95062a9300be8e264bda1131d3005b85bd93fc821d7e0427da7bdceb",
    9: "b39d921e556f3a96e7fcb8ca8b4e5c11c9d6d4720c183ad675c590abac078f33",
}
"""By schema: a digest of its tables and of the rows of the history below. One that was released never changes."""

PROJECT = "project-00000000-0000-7000-8000-000000000001"
TASK = "task-00000000-0000-7000-8000-000000000002"
NOON = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)

PROJECT_EVENTS: list[ProjectEvent] = [
    project.ProjectCreated(key="OPS", name="Operations", statuses=project.DEFAULT_STATUSES, owner="ann"),
    project.MemberAdded(user_id="bo", role="member"),
    project.MemberRoleChanged(user_id="bo", old="member", new="viewer"),
    project.MemberAdded(user_id="dora", role="owner"),
    project.MemberRemoved(user_id="dora", role="owner"),
    project.ProjectRenamed(old="Operations", new="운영"),
    project.ProjectStatusesChanged(old=project.DEFAULT_STATUSES, new=project.DEFAULT_STATUSES[::-1]),
    project.ProjectStatusesChanged(
        old=project.DEFAULT_STATUSES[::-1],
        new=(project.Status(key="waiting", name="Waiting", category="waiting", color="teal"),),
    ),
    project.ProjectLabelsChanged(old=(), new=(project.Label(name="bug", color="red"), project.Label(name="문서"))),
    project.ProjectDeleted(),
    project.ProjectRestored(),
    invitation.MemberInvited(
        invitation_id="00000000-0000-7000-8000-000000000003",
        role="viewer",
        token_hash="ab" * 32,
        max_uses=2,
        expires_at=NOON + timedelta(days=7),
        addressed=False,
    ),
    invitation.InvitationAccepted(invitation_id="00000000-0000-7000-8000-000000000003", user_id="cho"),
    project.MemberAdded(user_id="cho", role="viewer"),
    invitation.InvitationWithdrawn(invitation_id="00000000-0000-7000-8000-000000000003"),
]
TASK_EVENTS: list[TaskEvent] = [
    task.TaskCreated(
        project_id="00000000-0000-7000-8000-000000000001",
        number=12,
        key="OPS-12",
        title="Straße 배포",
        description="**Why**",
        status="waiting",
        priority="high",
        due=date(2026, 12, 31),
        labels=("bug",),
        assignees=("ann",),
    ),
    task.TaskTitleChanged(old="Straße 배포", new="Straße 배포 준비"),
    task.TaskDescriptionChanged(old="**Why**", new=""),
    task.TaskStatusChanged(old="waiting", new="done"),
    task.TaskPriorityChanged(old="high", new="none"),
    task.TaskEstimateChanged(old=None, new=2.5),
    task.TaskStartChanged(old=None, new=date(2026, 12, 1)),
    task.TaskDueChanged(old=date(2026, 12, 31), new=None),
    task.TaskLabelsChanged(old=("bug",), new=("bug", "문서")),
    task.TaskRankChanged(old="V0000C", new="V00005VC1"),
    task.TaskAssigned(user_id="bo"),
    task.TaskUnassigned(user_id="ann"),
    task.TaskCommented(comment_id="c1", body="@bo look", mentions=("bo",)),
    task.TaskCommentEdited(comment_id="c1", old="@bo look", new="look"),
    task.TaskCommentDeleted(comment_id="c1", old="look"),
    task.TaskMentioned(user_ids=("bo",)),
    task.TaskCommentRestored(comment_id="c1", body="look"),
    task.TaskDeleted(),
    task.TaskRestored(),
]


def project_rows() -> View:
    state = None
    moments: dict[str, list[Values]] = {}
    for version, data in enumerate(PROJECT_EVENTS, 1):
        name = PROJECT_CODEC.names[type(data)]
        time = NOON + timedelta(minutes=version)
        event = Recorded(stream=PROJECT, version=version, type=name, time=time, actor="ann", data=data)
        before, state = state, project.evolve(state, event)
        for table, rows in project_moment(event, before, state).items():
            moments.setdefault(table, []).extend(rows)
    assert state is not None
    return project_view(None, state, moments)


def task_rows() -> View:
    state = None
    moments: dict[str, list[Values]] = {}
    for version, data in enumerate(TASK_EVENTS, 1):
        name = TASK_CODEC.names[type(data)]
        time = NOON + timedelta(hours=version)
        event = Recorded(stream=TASK, version=version, type=name, time=time, actor=None, data=data)
        before, state = state, task.evolve(state, event)
        for table, rows in task_moment(event, before, state).items():
            moments.setdefault(table, []).extend(rows)
    assert state is not None
    return task_view(None, state, moments)


def test_the_tables_and_rows_are_those_of_their_schema() -> None:
    digest = hashlib.sha256()
    for table in tables(1).metadata.sorted_tables:
        digest.update(str(CreateTable(table).compile(dialect=sqlite.dialect())).encode())
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            digest.update(str(CreateIndex(index).compile(dialect=sqlite.dialect())).encode())
    for view in (project_rows(), task_rows()):
        assert not any(view.gone.values())
        rows = [(name, [sorted(row.items()) for row in some]) for name, some in sorted(view.put.items())]
        digest.update(repr(rows).encode())
    assert digest.hexdigest() == PINNED[SCHEMA], "raise contracts.read_model.SCHEMA, pin the new digest beside the old"


def test_every_kind_of_event_takes_part() -> None:
    assert {type(event) for event in PROJECT_EVENTS} == {*project.EVENT_NAMES}
    assert {type(event) for event in TASK_EVENTS} == {*task.EVENT_NAMES}
