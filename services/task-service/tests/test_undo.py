"""Undo over HTTP: a question where somebody has changed it since, and one answer however often it is asked."""

from testkit.tasks import User, World, expect


async def test_a_colleagues_later_choice_is_asked_about_and_kept(world: World, ann: User, bob: User) -> None:
    project = await ann.project()
    await ann.let_in(project, bob)
    task = await ann.task(project)
    path = f"/tasks/{task['id']}"
    low = (await ann.patch(path, {"priority": "low"})).json()["version"]
    expect(await bob.patch(path, {"priority": "urgent"}), 200)
    before = await world.log_length()

    refused = await ann.post(f"{path}/undo", {"versions": [low]})

    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (409, "changed_since")
    [conflict] = problem["conflicts"]
    assert conflict.pop("at").endswith("Z")
    assert conflict == {"task_id": task["id"], "field": "priority", "yours": "low", "now": "urgent", "by": bob.id}
    assert await world.log_length() == before
    forced = expect(await ann.post(f"{path}/undo", {"versions": [low], "force": ["priority"]}), 200)
    assert forced["priority"] == "none"


async def test_undo_and_redo_are_each_one_change_and_asked_twice_done_once(ann: User) -> None:
    task = await ann.task(await ann.project(), "One", labels=["a"])
    path = f"/tasks/{task['id']}"
    expect(await ann.patch(path, {"title": "Two", "labels": ["b"], "due": "2026-12-24"}), 200)

    first = await ann.post(f"{path}/undo", {"versions": [2, 3, 4]}, key="undo-1")
    again = await ann.post(f"{path}/undo", {"versions": [2, 3, 4]}, key="undo-1")

    undone = expect(first, 200)
    assert (undone["title"], undone["labels"], undone["due"]) == ("One", ["a"], None)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (undone, "true")
    redone = expect(await ann.post(f"{path}/undo", {"versions": [5, 6, 7]}), 200)
    assert (redone["title"], redone["labels"], redone["due"]) == ("Two", ["b"], "2026-12-24")


async def test_a_deleted_comment_comes_back_to_everyone(ann: User, bob: User) -> None:
    project = await ann.project()
    await ann.let_in(project, bob)
    path = f"/tasks/{(await ann.task(project))['id']}"
    comment = expect(await ann.post(f"{path}/comments", {"body": "Keep me"}), 201)
    expect(await ann.delete(f"{path}/comments/{comment['id']}"), 200)

    expect(await ann.post(f"{path}/undo", {"versions": [3]}), 200)

    [back] = (await bob.get(f"{path}/comments")).json()["items"]
    assert (back["id"], back["body"], back["deleted"]) == (comment["id"], "Keep me", False)


async def test_nonsense_is_refused_and_writes_nothing(world: World, ann: User) -> None:
    task = await ann.task(await ann.project())
    before = await world.log_length()
    for body in (
        {},
        {"versions": []},
        {"versions": [0]},
        {"versions": ["x"]},
        {"versions": [9]},
        {"versions": [1], "x": 1},
    ):
        assert (await ann.post(f"/tasks/{task['id']}/undo", body)).status_code == 422, body
    assert await world.log_length() == before


async def test_a_command_says_which_versions_it_made_and_one_that_changed_nothing_says_none(ann: User) -> None:
    task = await ann.task(await ann.project(), "One")
    path = f"/tasks/{task['id']}"

    edited = await ann.patch(path, {"title": "Two", "due": "2026-12-24"}, key="edit-1")
    same = await ann.patch(path, {"title": "Two"}, key="edit-2")
    placed = await ann.patch(path, {"status": "done", "after": None})
    undone = await ann.post(f"{path}/undo", {"versions": [2, 3]}, key="undo-1")
    again = await ann.patch(path, {"title": "Two", "due": "2026-12-24"}, key="edit-1")

    assert edited.headers["Taskledger-Versions"] == "2-3"
    assert (same.headers["ETag"], "Taskledger-Versions" in same.headers) == ('"3"', False)
    last = int(placed.headers["ETag"].strip('"'))
    assert placed.headers["Taskledger-Versions"] == f"4-{last}"
    assert undone.headers["Taskledger-Versions"] == f"{last + 1}-{last + 2}"
    assert (again.headers["Idempotency-Replayed"], again.headers["Taskledger-Versions"]) == ("true", "2-3")
