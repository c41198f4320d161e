"""What a project's history comes to, for who may read it."""

from typing import Any

from kernel.log import chain
from testkit.tasks import User


async def test_a_proof_has_every_stream_of_the_project_and_their_root(ann: User, bob: User, projector: Any) -> None:
    project = await ann.project()
    other = await ann.project()
    await ann.task(other, "of another project")
    tasks = [await ann.task(project, title) for title in ("One", "둘")]
    await projector.catch_up()
    path = f"/projects/{project['id']}/proof"

    proof = (await ann.get(path)).json()
    streams = {each["stream"]: each for each in proof["streams"]}
    assert set(streams) == {f"project-{project['id']}", *(f"task-{task['id']}" for task in tasks)}
    heads = [(stream, each["version"], bytes.fromhex(each["link"])) for stream, each in streams.items()]
    assert proof["root"] == chain.root(heads).hex()
    assert (await ann.get(path)).json() == proof

    await ann.patch(f"/tasks/{tasks[0]['id']}", {"title": "Uno"})
    later = (await ann.get(path)).json()
    changed = [each["stream"] for each in later["streams"] if each != streams[each["stream"]]]
    assert changed == [f"task-{tasks[0]['id']}"]
    assert later["root"] != proof["root"]

    assert (await bob.get(path)).status_code == 404
