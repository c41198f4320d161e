"""`taskledger demo`."""

import asyncio
import sys
from datetime import datetime
from typing import Annotated, Final

import typer

from taskledger.commands.shared import DATA, Data, fail
from taskledger.settings import Home

PASSWORD: Final = "made-up-team"  # noqa: S105 - of people who do not exist, and printed


def demo(
    data: Data = DATA,
    add: Annotated[bool, typer.Option("--add", help="Also into a folder that has data already.")] = False,
    password: Annotated[
        str, typer.Option(envvar="TASKLEDGER_PASSWORD", help="Of everyone in the demonstration.")
    ] = PASSWORD,
) -> None:
    """Fill a folder with a made-up team: people, projects, and weeks of their work."""
    from taskledger.lock import held
    from taskledger.offline import opened
    from taskledger_demo.life import demo as made_up
    from taskledger_demo.seeding import NotEmpty, Seeded, Seeder
    from taskledger_demo.stories import PEOPLE

    async def run() -> Seeded:
        async with opened(Home(data), create=True) as here:
            store = await here.platform.event_store(here.environment["EVENT_STORE_URL"])
            team = made_up(datetime.now().astimezone())
            with typer.progressbar(
                length=1000, label="Making up a team", file=sys.stderr, hidden=not sys.stderr.isatty()
            ) as bar:
                return await Seeder(here, store, team).run(
                    password, add=add, progress=lambda done, of: bar.update(1000 * done // of - bar.pos)
                )

    try:
        with held(data):
            seeded = asyncio.run(run())
    except NotEmpty as error:
        raise fail(f"{data}: {error}") from error
    except ValueError as error:
        raise fail(f"The password {error}.") from error
    print(f"{data} has {seeded.projects} projects with {seeded.tasks} tasks, {seeded.events} events in all.")
    print(f"  Begin:      taskledger up --data {data}")
    print("  Log in as:  " + "\n              ".join(f"{person.email:24}{person.name}" for person in PEOPLE))
    print(f"  Password:   {password}")
