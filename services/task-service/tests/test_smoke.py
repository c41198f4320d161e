"""The main job, once through."""

from task_service.testing import User


async def test_a_task_is_made_changed_commented_and_its_history_told(ann: User, bob: User) -> None:
    project = await ann.project()
    await ann.let_in(project, bob)
    task = await ann.task(project, assignees=[bob.id])

    await bob.patch(f"/tasks/{task['id']}", {"status": "in_progress", "title": "Do it today"})
    await bob.post(f"/tasks/{task['id']}/comments", {"body": "On it, @ann lee!"})
    await ann.delete(f"/tasks/{task['id']}")
    await ann.post(f"/tasks/{task['id']}/restore")

    events = (await ann.get(f"/tasks/{task['id']}/history")).json()["items"]
    assert [event["type"] for event in events] == [
        "task.created",
        "task.title-changed",
        "task.status-changed",
        "task.commented",
        "task.deleted",
        "task.restored",
    ]
    assert (await bob.get(f"/tasks/{task['id']}/comments")).json()["items"][0]["mentions"] == [ann.id]
