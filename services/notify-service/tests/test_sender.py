"""Mails: sent once, retried, refused, and shown to whom they were sent."""

from typing import Any

from kernel.contracts.task import TaskStatusChanged
from notify_service.testing import Caller, World, eventually

TO_DONE = TaskStatusChanged(old="waiting", new="done")


async def settled(caller: Caller, task: str, count: int) -> list[dict[str, Any]]:
    """The mails of the ledger, once there are so many and none waits."""

    def done(items: list[dict[str, Any]]) -> bool:
        return len(items) == count and all(item["state"] != "pending" for item in items)

    return await eventually(lambda: caller.ledger(task, "mail"), done)


async def test_a_mail_says_old_and_new_to_the_reader(world: World) -> None:
    ann, bob = world.person("Ann"), world.person("Bob")
    project = await world.history.project(ann.id, bob.id)
    task = await world.history.task(project, by=ann.id, assignees=(bob.id,))
    await world.history.on(task, TO_DONE, by=ann.id)
    assert [item["state"] for item in await settled(ann, task, 2)] == ["sent", "sent"]
    mails = (await bob.get("/outbox"))["items"]
    assert [mail["subject"] for mail in mails] == [
        "[OPS-12] Fix it: status changed",
        "[OPS-12] Fix it: new task for you",
    ]
    assert "Status: Waiting → Done" in mails[0]["text"]
    assert f"https://board.example.org/projects/{project}/tasks/{task}" in mails[0]["text"]
    assert (await ann.get("/outbox"))["items"] == []
