"""Every decision on a project: given events, when a command, then events or a rejection."""

from dataclasses import replace

import pytest

from contracts import project as contract
from contracts.project import (
    DEFAULT_STATUSES,
    Label,
    MemberAdded,
    MemberRemoved,
    MemberRoleChanged,
    Project,
    ProjectCreated,
    ProjectDeleted,
    ProjectEvent,
    ProjectLabelsChanged,
    ProjectRenamed,
    ProjectRestored,
    ProjectStatusesChanged,
    Status,
)
from kernel.log.decider import Rejection
from task_service.domain import project
from task_service.domain.project import (
    CreateProject,
    DeleteProject,
    EditProject,
    PutMember,
    RemoveMember,
    RestoreProject,
    key_from,
    next_key,
)
from testkit.tasks import Given

CREATED = ProjectCreated(key="OPS", name="Operations", statuses=DEFAULT_STATUSES, owner="olga")
TEAM = (CREATED, MemberAdded(user_id="mike", role="member"), MemberAdded(user_id="vera", role="viewer"))


def given(*events: ProjectEvent) -> Given[Project, ProjectEvent]:
    return Given(events, project.decide, contract.evolve, "project-1", "olga")


# --- creation ---


def test_the_creator_owns_a_project_with_the_usual_statuses() -> None:
    assert project.create(CreateProject(by="olga", name="Operations", key="OPS")) == [CREATED]


def test_a_project_may_begin_with_statuses_of_its_own() -> None:
    statuses = (Status(key="todo", name="할 일", category="waiting"),)

    assert project.create(CreateProject(by="olga", name="운영", key="OPS", statuses=statuses)) == [
        ProjectCreated(key="OPS", name="운영", statuses=statuses, owner="olga")
    ]


def test_a_project_may_begin_with_labels() -> None:
    labels = (Label(name="bug", color="red"), Label(name="문서"))

    assert project.create(CreateProject(by="olga", name="Operations", key="OPS", labels=labels)) == [
        CREATED,
        ProjectLabelsChanged(old=(), new=labels),
    ]


def test_two_statuses_with_one_key_are_rejected() -> None:
    twice = (DEFAULT_STATUSES[0], DEFAULT_STATUSES[0])

    with pytest.raises(Rejection) as rejected:
        project.create(CreateProject(by="olga", name="Operations", statuses=twice))
    assert (rejected.value.status, rejected.value.field) == (422, "statuses")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Operations", "OPER"),
        ("Web site", "WS"),
        ("The new web site of our team", "TNWSOOT"),
        ("a b c d e f g h i j k l", "ABCDEFGHIJ"),
        ("운영팀", "UYT"),
        ("개발 보드", "GB"),
        ("Équipe été", "EE"),
        ("2026 Roadmap", "ROAD"),
        ("Q4", "Q4"),
        ("X", "PRJ"),
        ("計画", "PRJ"),
        ("🚀", "PRJ"),
        ("1234", "PRJ"),
    ],
)
def test_a_key_is_made_of_the_name(name: str, key: str) -> None:
    assert key_from(name) == key


@pytest.mark.parametrize(
    ("key", "taken", "then"),
    [
        ("OPS", (), "OPS"),
        ("OPS", ("OPS",), "OPS2"),
        ("OPS", ("OPS", "OPS2"), "OPS3"),
        ("ABCDEFGHIJ", ("ABCDEFGHIJ",), "ABCDEFGHI2"),
        ("AB", tuple(["AB"] + [f"AB{n}" for n in range(2, 12)]), "AB12"),
    ],
)
def test_the_next_free_key_has_a_number(key: str, taken: tuple[str, ...], then: str) -> None:
    assert next_key(key, taken) == then


# --- name and statuses ---


def test_name_and_statuses_change_together() -> None:
    new = (*DEFAULT_STATUSES, Status(key="checked", name="Checked", category="done"))

    given(*TEAM).when(EditProject(by="olga", name="Ops", statuses=new)).then(
        ProjectRenamed(old="Operations", new="Ops"), ProjectStatusesChanged(old=DEFAULT_STATUSES, new=new)
    )


def test_an_edit_to_what_is_already_so_changes_nothing() -> None:
    given(*TEAM).when(EditProject(by="olga", name="Operations", statuses=DEFAULT_STATUSES)).then_nothing()
    given(*TEAM).when(EditProject(by="olga")).then_nothing()


def test_a_status_may_go_though_tasks_may_be_in_it() -> None:
    given(*TEAM).when(EditProject(by="olga", statuses=DEFAULT_STATUSES[:1])).then(
        ProjectStatusesChanged(old=DEFAULT_STATUSES, new=DEFAULT_STATUSES[:1])
    )


def test_statuses_may_change_their_order_and_names() -> None:
    new = (DEFAULT_STATUSES[2], Status(key="waiting", name="Backlog", category="waiting"))

    given(*TEAM).when(EditProject(by="olga", statuses=new)).then(ProjectStatusesChanged(old=DEFAULT_STATUSES, new=new))


def test_an_edit_to_two_statuses_with_one_key_is_rejected() -> None:
    twice = (DEFAULT_STATUSES[0], DEFAULT_STATUSES[0])

    given(*TEAM).when(EditProject(by="olga", name="Ops", statuses=twice)).then_rejected(
        422, "validation_failed", "statuses"
    )


def test_a_status_gets_a_colour_and_loses_it() -> None:
    red = (replace(DEFAULT_STATUSES[0], color="red"), *DEFAULT_STATUSES[1:])
    coloured = ProjectStatusesChanged(old=DEFAULT_STATUSES, new=red)

    given(*TEAM).when(EditProject(by="olga", statuses=red)).then(coloured)
    given(*TEAM, coloured).when(EditProject(by="olga", statuses=DEFAULT_STATUSES)).then(
        ProjectStatusesChanged(old=red, new=DEFAULT_STATUSES)
    )


def test_labels_change_from_old_to_new() -> None:
    old, new = (Label(name="bug"),), (Label(name="bug", color="red"), Label(name="docs"))
    laid_down = ProjectLabelsChanged(old=(), new=old)

    given(*TEAM).when(EditProject(by="olga", labels=old)).then(laid_down)
    given(*TEAM, laid_down).when(EditProject(by="olga", labels=old)).then_nothing()
    given(*TEAM, laid_down).when(EditProject(by="olga", labels=new)).then(ProjectLabelsChanged(old=old, new=new))
    given(*TEAM, laid_down).when(EditProject(by="olga", labels=())).then(ProjectLabelsChanged(old=old, new=()))


def test_two_labels_with_one_name_are_rejected() -> None:
    twice = (Label(name="bug", color="red"), Label(name="bug"))

    given(*TEAM).when(EditProject(by="olga", labels=twice)).then_rejected(422, "validation_failed", "labels")


# --- members ---


def test_an_owner_lets_a_registered_user_in() -> None:
    given(CREATED).when(PutMember(by="olga", user_id="mike", role="member", registered=True)).then(
        MemberAdded(user_id="mike", role="member")
    )


def test_whoever_is_not_registered_is_not_let_in() -> None:
    given(CREATED).when(PutMember(by="olga", user_id="ghost", role="member", registered=False)).then_rejected(
        422, "validation_failed", "user_id"
    )


def test_a_role_changes_even_of_a_member_whose_account_is_gone() -> None:
    given(*TEAM).when(PutMember(by="olga", user_id="mike", role="viewer", registered=False)).then(
        MemberRoleChanged(user_id="mike", old="member", new="viewer")
    )


def test_the_role_that_someone_has_already_changes_nothing() -> None:
    given(*TEAM).when(PutMember(by="olga", user_id="mike", role="member", registered=True)).then_nothing()


def test_an_owner_removes_a_member() -> None:
    given(*TEAM).when(RemoveMember(by="olga", user_id="mike")).then(MemberRemoved(user_id="mike", role="member"))


def test_removing_someone_who_is_no_member_changes_nothing() -> None:
    given(*TEAM).when(RemoveMember(by="olga", user_id="stranger")).then_nothing()


@pytest.mark.parametrize(("who", "role"), [("mike", "member"), ("vera", "viewer")])
def test_anyone_but_the_last_owner_may_leave(who: str, role: contract.Role) -> None:
    given(*TEAM).when(RemoveMember(by=who, user_id=who)).then(MemberRemoved(user_id=who, role=role))


def test_the_last_owner_may_neither_leave_nor_step_down() -> None:
    given(*TEAM).when(RemoveMember(by="olga", user_id="olga")).then_rejected(409, "conflict")
    given(*TEAM).when(PutMember(by="olga", user_id="olga", role="member", registered=True)).then_rejected(
        409, "conflict"
    )


def test_one_of_two_owners_may_leave_and_be_demoted_by_the_other() -> None:
    two = (*TEAM, MemberRoleChanged(user_id="mike", old="member", new="owner"))

    given(*two).when(RemoveMember(by="olga", user_id="olga")).then(MemberRemoved(user_id="olga", role="owner"))
    given(*two).when(PutMember(by="mike", user_id="olga", role="viewer", registered=True)).then(
        MemberRoleChanged(user_id="olga", old="owner", new="viewer")
    )


# --- deletion ---


def test_a_project_is_deleted_and_restored() -> None:
    given(*TEAM).when(DeleteProject(by="olga")).then(ProjectDeleted())
    given(*TEAM, ProjectDeleted()).when(RestoreProject(by="olga")).then(ProjectRestored())


def test_deleting_twice_and_restoring_twice_change_nothing() -> None:
    given(*TEAM, ProjectDeleted()).when(DeleteProject(by="olga")).then_nothing()
    given(*TEAM).when(RestoreProject(by="olga")).then_nothing()


@pytest.mark.parametrize(
    "command",
    [
        EditProject(by="olga", name="Ops"),
        PutMember(by="olga", user_id="new", role="member", registered=True),
        RemoveMember(by="olga", user_id="mike"),
    ],
)
def test_a_deleted_project_is_restored_before_it_is_changed(command: project.ProjectChange) -> None:
    given(*TEAM, ProjectDeleted()).when(command).then_rejected(409, "conflict")


# --- who may ---


@pytest.mark.parametrize(
    "command",
    [
        EditProject(by="", name="Ops"),
        PutMember(by="", user_id="new", role="member", registered=True),
        PutMember(by="", user_id="mike", role="owner", registered=True),
        RemoveMember(by="", user_id="olga"),
        DeleteProject(by=""),
        RestoreProject(by=""),
    ],
)
def test_only_owners_manage_and_strangers_find_nothing(command: project.ProjectChange) -> None:
    for who in ("mike", "vera"):
        given(*TEAM).when(replace(command, by=who)).then_rejected(403, "forbidden")
    given(*TEAM).when(replace(command, by="stranger")).then_rejected(404, "not_found")
    given(*TEAM, MemberRemoved(user_id="mike", role="member")).when(replace(command, by="mike")).then_rejected(
        404, "not_found"
    )


def test_a_project_that_does_not_exist_is_not_found() -> None:
    given().when(EditProject(by="olga", name="Ops")).then_rejected(404, "not_found")
