"""Projects and members over HTTP."""

import asyncio

import pytest

from kernel.log.ids import new_id
from testkit.tasks import User, World, expect

USUAL = [
    {"key": "waiting", "name": "Waiting", "category": "waiting"},
    {"key": "in_progress", "name": "In progress", "category": "active"},
    {"key": "done", "name": "Done", "category": "done"},
]


async def test_a_project_is_made_by_its_owner(ann: User) -> None:
    answer = await ann.post("/projects", {"name": "운영팀"})
    project = expect(answer, 201)

    assert answer.headers["Location"] == f"/api/projects/{project['id']}"
    assert answer.headers["ETag"] == '"1"'
    assert (project["name"], project["key"], project["role"], project["statuses"]) == ("운영팀", "UYT", "owner", USUAL)
    assert project["members"] == [{"user_id": ann.id, "role": "owner"}]
    assert (await ann.get(f"/projects/{project['id']}")).content == answer.content


async def test_key_and_statuses_may_be_given(ann: User) -> None:
    statuses = [{"key": "todo", "name": "할 일", "category": "waiting"}]

    project = await ann.project(key="OPS2", statuses=statuses)

    assert (project["key"], project["statuses"]) == ("OPS2", statuses)
    assert (await ann.task(project))["status"] == "todo"


async def test_a_project_is_renamed_and_its_statuses_change_in_one_append(world: World, ann: User) -> None:
    project = await ann.project()
    new = [*USUAL, {"key": "checked", "name": "Checked", "category": "done"}]

    answer = await ann.patch(f"/projects/{project['id']}", {"name": "Ops", "statuses": new}, if_match=1)

    assert (answer.json()["name"], answer.json()["statuses"], answer.json()["version"]) == ("Ops", new, 3)
    events = await world.store.load(f"project-{project['id']}", 1)
    assert len({event.command_id for event in events}) == 1
    assert (await ann.patch(f"/projects/{project['id']}", {"name": "X"}, if_match=1)).status_code == 412


async def test_statuses_and_labels_have_colours_where_one_was_chosen(ann: User) -> None:
    labels = [{"name": "bug", "color": "red"}, {"name": "문서"}]
    project = await ann.project(labels=labels)
    assert (project["labels"], project["statuses"]) == (labels, USUAL)
    path = f"/projects/{project['id']}"

    coloured = [{**USUAL[0], "color": "teal"}, *USUAL[1:]]
    answer = expect(await ann.patch(path, {"statuses": coloured, "labels": labels[:1]}), 200)
    assert (answer["statuses"], answer["labels"]) == (coloured, labels[:1])
    assert (await ann.get(path)).json() == answer

    answer = expect(await ann.patch(path, {"statuses": [{**USUAL[0], "color": None}, *USUAL[1:]]}), 200)
    assert (answer["statuses"], answer["labels"]) == (USUAL, labels[:1])


async def test_a_label_may_go_though_tasks_have_it_and_tasks_may_have_others(ann: User) -> None:
    project = await ann.project(labels=[{"name": "bug"}])
    task = await ann.task(project, labels=["bug", "of its own"])

    assert expect(await ann.patch(f"/projects/{project['id']}", {"labels": []}), 200)["labels"] == []
    assert (await ann.get(f"/tasks/{task['id']}")).json()["labels"] == ["bug", "of its own"]


async def test_a_task_keeps_a_status_that_went(ann: User) -> None:
    project = await ann.project()
    task = await ann.task(project, status="in_progress")
    await ann.patch(f"/projects/{project['id']}", {"statuses": [USUAL[0], USUAL[2]]})

    assert (await ann.get(f"/tasks/{task['id']}")).json()["status"] == "in_progress"
    assert (await ann.patch(f"/tasks/{task['id']}", {"title": "Still"})).status_code == 200
    assert (await ann.patch(f"/tasks/{task['id']}", {"status": "done"})).json()["status"] == "done"
    back = await ann.patch(f"/tasks/{task['id']}", {"status": "in_progress"})
    assert (back.status_code, back.json()["errors"][0]["field"]) == (422, "status")


async def test_roles_are_given_and_each_reader_sees_their_own(ann: User, bob: User) -> None:
    project = await ann.project()

    answer = await ann.let_in(project, bob, "viewer")

    assert answer["members"] == [{"user_id": ann.id, "role": "owner"}, {"user_id": bob.id, "role": "viewer"}]
    assert answer["role"] == "owner"
    assert (await bob.get(f"/projects/{project['id']}")).json()["role"] == "viewer"


async def test_only_registered_users_become_members(world: World, ann: User, bob: User) -> None:
    project = await ann.project()
    await world.erase(bob)
    before = await world.log_length()

    for user_id in (new_id(), bob.id, "nonsense", project["id"]):
        answer = await ann.put(f"/projects/{project['id']}/members/{user_id}", {"role": "member"})
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
        assert answer.json()["errors"][0]["field"] == "user_id"
    assert await world.log_length() == before


async def test_a_project_never_loses_its_last_owner_even_at_once(ann: User, bob: User) -> None:
    project = await ann.project()
    await ann.let_in(project, bob, "owner")
    path = f"/projects/{project['id']}/members"

    answers = await asyncio.gather(ann.delete(f"{path}/{ann.id}"), bob.delete(f"{path}/{bob.id}"))

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    remaining = ann if answers[0].status_code == 409 else bob
    assert (await remaining.put(f"{path}/{remaining.id}", {"role": "member"})).json()["code"] == "conflict"


async def test_removing_someone_who_is_no_member_appends_nothing(world: World, ann: User, bob: User) -> None:
    project = await ann.project()
    before = await world.log_length()

    assert (await ann.delete(f"/projects/{project['id']}/members/{bob.id}")).status_code == 200
    assert await world.log_length() == before


async def test_a_deleted_project_shows_itself_only_and_comes_back_whole(ann: User) -> None:
    project = await ann.project()
    path = f"/projects/{project['id']}"
    await ann.task(project)

    deleted = await ann.delete(path)
    assert (deleted.json()["deleted"], (await ann.delete(path)).json()["version"]) == (True, 2)
    assert (await ann.get(path)).json()["deleted"] is True
    assert (await ann.post(f"{path}/tasks", {"title": "T"})).status_code == 404
    assert (await ann.patch(path, {"name": "New"})).json()["code"] == "conflict"
    assert (await ann.put(f"{path}/members/{ann.id}", {"role": "owner"})).json()["code"] == "conflict"
    assert (await ann.post(f"{path}/restore")).json()["deleted"] is False
    assert (await ann.task(project))["key"].endswith("-2")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "a" * 201}, "name"),
        ({"name": None}, "name"),
        ({"name": "A", "key": "ops"}, "key"),
        ({"name": "A", "key": "O"}, "key"),
        ({"name": "A", "key": "1OPS"}, "key"),
        ({"name": "A", "key": "O" * 11}, "key"),
        ({"name": "A", "key": "OPS\n"}, "key"),
        ({"name": "A", "statuses": []}, "statuses"),
        ({"name": "A", "statuses": [USUAL[0]] * 31}, "statuses"),
        ({"name": "A", "statuses": [USUAL[0], USUAL[0]]}, "statuses"),
        ({"name": "A", "statuses": [{**USUAL[0], "key": "In Progress"}]}, "statuses.0.key"),
        ({"name": "A", "statuses": [{**USUAL[0], "category": "later"}]}, "statuses.0.category"),
        ({"name": "A", "statuses": [{**USUAL[0], "color": "crimson"}]}, "statuses.0.color"),
        ({"name": "A", "statuses": [{**USUAL[0], "colour": "red"}]}, "statuses.0.colour"),
        ({"name": "A", "labels": [{"name": "bug", "color": "#f00"}]}, "labels.0.color"),
        ({"name": "A", "labels": [{"name": "bug"}, {"name": "bug", "color": "red"}]}, "labels"),
        ({"name": "A", "labels": [{"name": "a" * 51}]}, "labels.0.name"),
        ({"name": "A", "labels": [{"name": f"label {number}"} for number in range(201)]}, "labels"),
        ({"name": "A", "owner": "me"}, "owner"),
    ],
)
async def test_a_bad_project_is_not_made(world: World, ann: User, body: dict[str, object], field: str) -> None:
    before = await world.log_length()

    answer = await ann.post("/projects", body)

    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert await world.log_length() == before


async def test_the_key_of_a_project_never_changes(ann: User) -> None:
    project = await ann.project()

    answer = await ann.patch(f"/projects/{project['id']}", {"key": "NEW"})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "key")


async def test_projects_of_one_person_have_different_keys(ann: User, bob: User) -> None:
    names = ["Website", "Website", "운영팀", "운영팀", "🚀", "計画"]
    made = [(await ann.project(name))["key"] for name in names]
    assert made == ["WEBS", "WEBS2", "UYT", "UYT2", "PRJ", "PRJ2"]
    assert (await bob.project("Website"))["key"] == "WEBS"
    assert (await ann.project("Website", key="WEBS"))["key"] == "WEBS"


async def test_keys_are_different_of_projects_that_are_made_at_the_same_time(ann: User) -> None:
    made = await asyncio.gather(*(ann.project("Operations") for _ in range(5)))
    assert sorted(project["key"] for project in made) == ["OPER", "OPER2", "OPER3", "OPER4", "OPER5"]


async def test_a_project_that_is_asked_for_again_takes_no_key(ann: User) -> None:
    for _ in range(3):
        answer = await ann.post("/projects", {"name": "Website"}, key="once")
        assert answer.json()["key"] == "WEBS"
    assert (await ann.project("Website"))["key"] == "WEBS2"


async def test_a_status_that_went_is_still_called_what_it_was(ann: User) -> None:
    project = await ann.project()
    path = f"/projects/{project['id']}"
    assert project["former_statuses"] == []
    qa = {"key": "new_status", "name": "QA review", "category": "active"}
    expect(await ann.patch(path, {"statuses": {"put": [qa]}}), 200)
    found = expect(await ann.delete(f"{path}/statuses/new_status"), 200)
    assert found["former_statuses"] == [qa]
    again = expect(await ann.patch(path, {"statuses": {"put": [qa]}}), 200)
    assert again["former_statuses"] == []
