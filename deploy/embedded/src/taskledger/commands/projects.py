"""`taskledger project`."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from taskledger.commands.shared import DATA, Data, fail
from taskledger.settings import Home

if TYPE_CHECKING:
    from contracts.project import Project
    from kernel.ports.event_store import EventStore


def make_owner(
    project: Annotated[str, typer.Argument(help="The project's key or id.")],
    email: Annotated[str, typer.Argument(help="Of a registered person, a member or not.")],
    data: Data = DATA,
) -> None:
    """Make a person an owner of a project that nobody can manage any more, or of any other."""
    from taskledger.offline import opened

    async def run() -> None:
        async with opened(Home(data)) as here:
            account = await here.auth.state.deps.auth.accounts.by_email(email)
            if account is None:
                raise fail(f"Nobody with the address {email} is registered.")
            store = await here.platform.event_store(here.environment["EVENT_STORE_URL"])
            found = await _named(store, project)
            if len(found) != 1:
                raise fail(_unclear(project, found))
            await _put_owner(store, found[0], account.id)
            print(f"{account.name} is an owner of {found[0].key} ({found[0].name}).")

    asyncio.run(run())


async def _named(store: "EventStore", wanted: str) -> "Sequence[Project]":
    """The projects with an id, or those with a key."""
    from contracts import project as contract
    from contracts.codecs import PROJECT_CODEC
    from kernel.log.streams import Streams

    streams = Streams(store, PROJECT_CODEC, contract.evolve)
    names = [head.stream async for head in store.heads() if head.stream.startswith("project-")]
    every = [state for name in names if (state := (await streams.latest(name)).state) is not None]
    return [project for project in every if wanted == project.id or wanted.upper() == project.key]


def _unclear(wanted: str, found: "Sequence[Project]") -> str:
    if not found:
        return f"No project has the key {wanted}."
    ids = "\n".join(f"  {project.id}  {project.name}" for project in found)
    return f"Several projects have the key {wanted}; say which by its id:\n{ids}"


async def _put_owner(store: "EventStore", project: "Project", user_id: str) -> None:
    from datetime import UTC, datetime

    from contracts import project as contract
    from contracts.codecs import PROJECT_CODEC
    from kernel.log.decider import Command, Decider
    from kernel.log.ids import new_id
    from kernel.log.streams import Streams
    from task_service.domain.project import appoint

    decider = Decider(Streams(store, PROJECT_CODEC, contract.evolve))
    command = Command(
        id=new_id(), fingerprint="", actor=None, time=datetime.now(UTC), correlation_id="command-line", traceparent=None
    )
    await decider.execute(contract.stream_of(project.id), lambda state: appoint(state, user_id), command)
