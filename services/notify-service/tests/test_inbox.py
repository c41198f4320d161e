"""The inbox over HTTP."""

from kernel.contracts.task import TaskStatusChanged
from notify_service.testing import World, eventually

TO_DONE = TaskStatusChanged(old="waiting", new="done")


async def test_an_assignee_finds_the_new_task_in_the_inbox(world: World) -> None:
    ann, bob = world.person("Ann"), world.person("Bob")
    project = await world.history.project(ann.id, bob.id)
    task = await world.history.task(project, by=ann.id, assignees=(bob.id,))
    [item] = await eventually(bob.inbox)
    assert item == {
        "id": item["id"],
        "task_id": task,
        "project_id": project,
        "task_key": "OPS-12",
        "title": "Fix it",
        "type": "created",
        "actor": ann.id,
        "actor_name": "Ann",
        "changes": [],
        "excerpt": None,
        "created_at": item["created_at"],
        "read": False,
    }
    assert await ann.inbox() == []
