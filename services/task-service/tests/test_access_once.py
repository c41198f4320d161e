"""A request loads what it is about, and asks who may do it, once."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.project import Project
from kernel.log.decider import Command
from kernel.log.ids import new_id
from task_service.commands.projects import Projects
from task_service.commands.tasks import Tasks
from task_service.domain.task import EditTask
from task_service.places import Neighbours
from testkit.tasks import User, World


class _Counting(Projects):
    """The projects, with a tally of how often one was loaded."""

    loaded = 0

    async def latest(self, project_id: str) -> Project | None:
        self.loaded += 1
        return await super().latest(project_id)


def _counted(world: World) -> tuple[Tasks, _Counting]:
    """The use cases of the running service, over projects that are counted."""
    made: Tasks = world.app.state.deps.tasks
    projects = _Counting.__new__(_Counting)
    projects.__dict__.update(world.app.state.deps.projects.__dict__)
    tasks = Tasks.__new__(Tasks)
    tasks.__dict__.update(made.__dict__ | {"_projects": projects})
    return tasks, projects


def _command(user: User) -> Command:
    return Command(id=new_id(), fingerprint="", actor=user.id, time=datetime.now(UTC), correlation_id="a-test")


@pytest.mark.parametrize(
    ("fields", "moved"),
    [
        ({"title": "Another"}, False),
        ({"description": "See to it, @Bob"}, False),
        ({"status": "doing", "description": "See to it, @Bob"}, True),
    ],
)
async def test_an_edit_loads_the_project_once_whatever_is_in_it(
    world: World, ann: User, fields: dict[str, Any], moved: bool
) -> None:
    bob = await world.user("Bob")
    project = await ann.project()
    await ann.let_in(project, bob)
    task, other = await ann.task(project), await ann.task(project)
    tasks, projects = _counted(world)
    neighbours = Neighbours(after=other["id"]) if moved else None
    status = {"status": project["statuses"][1]["key"]} if moved else {}

    outcome = await tasks.edit(task["id"], EditTask(by=ann.id, **{**fields, **status}), neighbours, _command(ann), None)

    assert outcome.version > 1
    assert projects.loaded == 1


async def test_a_comment_that_names_somebody_loads_the_project_once(world: World, ann: User) -> None:
    project = await ann.project()
    task = await ann.task(project)
    tasks, projects = _counted(world)

    await tasks.add_comment(task["id"], ann.id, "What do you think, @Ann?", (), _command(ann), None)

    assert projects.loaded == 1
