"""`taskledger import` and `taskledger undo`."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from taskledger.commands.shared import DATA, Data, fail
from taskledger.settings import Home

if TYPE_CHECKING:
    from auth_service.accounts import Account
    from contracts.project import Project
    from taskledger.imports.applying import Report
    from taskledger.imports.choices import Choices
    from taskledger.imports.model import Question
    from taskledger.imports.plan import Plan
    from taskledger.imports.session import Session

Owner = Annotated[str | None, typer.Option(help="E-mail of who imports; needed when several are registered.")]

_SHOWN = 20


def import_file(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="A board or a table: JSON, CSV, xlsx, txt.")
    ],
    owner: Owner = None,
    into: Annotated[
        str | None, typer.Option("--into", "--project", help="Key of a project to import into.", metavar="KEY")
    ] = None,
    new: Annotated[bool, typer.Option("--new", help="Into a new project, even if it was imported before.")] = False,
    columns: Annotated[
        list[str] | None,
        typer.Option("--map", help="What a column holds, such as Stand=status; nothing after = leaves it out."),
    ] = None,
    statuses: Annotated[
        list[str] | None,
        typer.Option("--status", help="What a status means (waiting, active, done), or a key: Review=active."),
    ] = None,
    people: Annotated[
        list[str] | None, typer.Option("--person", help="Who somebody in the file is here: Kim=kim@example.org.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse the file if a row has to be left out.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and write nothing.")] = False,
    time_zone: Annotated[str | None, typer.Option(help="In which days are counted, such as Europe/Paris.")] = None,
    date_order: Annotated[str | None, typer.Option(help="What comes first in 03/04/2026: day or month.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Of the text, such as cp949, where it is not found.")] = None,
    board: Annotated[str | None, typer.Option(help="Which of several boards in the file; else all of them.")] = None,
    data: Data = DATA,
) -> None:
    """Import a board or a table of tasks. A newer export of the same adds what is new and changes what has changed."""
    from kernel.log.decider import Rejection
    from taskledger.imports.choices import choices_of
    from taskledger.imports.model import BadFile
    from taskledger.imports.session import NotThere
    from taskledger.imports.worker import limit
    from taskledger.restoring import CannotRestore, holds_events

    if holds_events(file):
        try:
            print(asyncio.run(_restore(file, data)))
        except CannotRestore as error:
            raise fail(f"{file}: {error}") from error
        return
    limit()
    target = _Target(into, new, dry_run)

    async def run() -> None:
        async with _opened(data, owner) as session:
            by_email = {account.email.casefold(): account.id for account in session.people}
            choices = choices_of(
                {
                    "columns": _pairs(columns, "--map"),
                    "statuses": _pairs(statuses, "--status"),
                    "people": {name: _account(by_email, email) for name, email in _pairs(people, "--person").items()},
                    "time_zone": time_zone or _local_zone(),
                    "date_order": date_order,
                    "encoding": encoding,
                    "board": board,
                    "strict": strict,
                }
            )
            await _import(session, file, choices, target)

    try:
        asyncio.run(run())
    except BadFile as error:
        raise fail(f"{file}: {error}") from error
    except Rejection as error:
        raise fail(error.detail) from error
    except NotThere as error:
        raise fail(str(error)) from error


async def _restore(file: Path, data: Path) -> str:
    """Every event of an export, with its id, into an empty folder."""
    from auth_service.accounts import Accounts
    from taskledger.offline import opened
    from taskledger.restoring import restore

    async with opened(Home(data), create=True) as here:
        store = await here.platform.event_store(here.environment["EVENT_STORE_URL"])
        events, streams = await restore(store, file)
        accounts = Accounts(await here.platform.key_value_store(here.environment["KEY_VALUE_URL"]))
        async for head in store.heads():
            if head.stream.startswith("user-"):
                await accounts.know_without_account(head.stream.removeprefix("user-"))
    return f"{events} events of {streams} streams are in the log again. People and passwords are not in such a file."


def undo_import(
    import_id: Annotated[str, typer.Argument(help="As `taskledger import` printed it.", metavar="ID")],
    owner: Owner = None,
    data: Data = DATA,
) -> None:
    """Take an import back: what it made is deleted, what it changed is as before. Everything can be restored."""
    from kernel.log.decider import Rejection
    from taskledger.imports.session import NotThere

    async def run() -> None:
        async with _opened(data, owner) as session:
            undone = await session.undo(import_id)
        print(f"{undone.deleted} tasks deleted, {undone.changed} changed back, {undone.kept} changes kept")

    try:
        asyncio.run(run())
    except (Rejection, NotThere) as error:
        raise fail(str(error)) from error


class _Target:
    def __init__(self, into: str | None, new: bool, dry_run: bool) -> None:
        self.into = into
        self.new = new
        self.dry_run = dry_run


@asynccontextmanager
async def _opened(data: Path, owner: str | None) -> AsyncIterator["Session"]:
    from taskledger.imports.session import session
    from taskledger.offline import opened

    async with opened(Home(data)) as here:
        people = await here.auth.state.deps.auth.accounts.directory()
        async with session(here, _owner(people, owner), people) as board:
            yield board


async def _import(session: "Session", file: Path, choices: "Choices", target: _Target) -> None:
    """One board of the file after the other."""
    from taskledger.imports.session import new_import_id

    raw = file.read_bytes()  # noqa: ASYNC240 - nothing else runs here
    draft, choices = await session.draft(raw, file.name, choices)
    boards = next((question.options for question in draft.questions if question.kind == "board"), None)
    if boards:
        for name in boards:
            await _import(session, file, replace(choices, board=name), target)
        return
    if draft.questions:
        raise fail(f"{file}: {_question(draft.questions[0])}")
    into = await _project(session, target.into) if target.into else None
    if into is None and not target.new:
        into = await session.suggested(draft)
    import_id = new_import_id()
    plan = await session.plan(draft, choices, into, import_id)
    if target.dry_run:
        _show(plan)
        return
    with typer.progressbar(
        length=max(1, len(plan.items)), label="Importing", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        report = await session.run(plan, choices, import_id, lambda done, _: bar.update(done - bar.pos))
    _tell(plan, report)
    print(f"  to take it back: taskledger undo {import_id}")


def _question(question: "Question") -> str:
    examples = f" ({', '.join(question.examples)})" if question.examples else ""
    match question.kind:
        case "date_order":
            return f"{question.where}: day or month first{examples}? Say --date-order day, or month."
        case "encoding":
            return f"is its text {question.where}{examples}? Say --encoding {question.where}, or another."
        case _:
            return (
                "no column is a title; its header would be one of: title, name, task, 제목. Or say which is it: "
                f"--map HEADER=title, of {', '.join(question.options)}"
            )


def _show(plan: "Plan") -> None:
    """What would happen."""
    target = f"into {plan.project.key} ({plan.project.name})" if plan.project else f"into a new project, {plan.name}"
    print(f"{target}, days in {plan.time_zone}:")
    for column in plan.draft.columns:
        print(f"  column {column.header}: {column.field or 'left out'}")
    for status in plan.board.plans.values():
        becomes = "a new one" if status.made else status.key
        print(f"  status {status.name} ({status.count}): {status.category}, {becomes}")
    counts = plan.counts
    print(
        f"  {counts['new']} new, {counts['changed']} changed, {counts['same']} the same, "
        f"{counts['left_out']} left out, {counts['comments']} comments"
    )
    for item in [item for item in plan.items if item.kind == "changed"][:_SHOWN]:
        for change in item.changes:
            print(f"  {item.where}: {item.wanted.title}: {change.field}: {change.old!r} -> {change.new!r}")
    _details(plan.left_out, plan.notes)


def _tell(plan: "Plan", report: "Report") -> None:
    print(f"Imported into {report.project.key} ({report.project.name}), days in {plan.time_zone}:")
    print(
        f"  {report.added} tasks added, {report.same + report.changed} known already, "
        f"{report.comments} comments added, {report.changed} changed, {len(report.left_out)} left out"
    )
    for status in plan.board.plans.values():
        if status.made:
            print(f"  status {status.name}: {status.category}{'' if status.sure else ' (a guess)'}")
    _details(report.left_out, report.notes)


def _details(left_out: Sequence[tuple[str, str]], notes: Sequence[Any]) -> None:
    for where, problem in left_out[:_SHOWN]:
        print(f"  left out: {where}: {problem}")
    if len(left_out) > _SHOWN:
        print(f"  left out: {len(left_out) - _SHOWN} more")
    for note in notes:
        where = f"{note.where}: " if note.where else ""
        print(f"  note: {where}{note.code.replace('_', ' ')}{': ' + note.what if note.what else ''}")


def _pairs(values: Sequence[str] | None, option: str) -> dict[str, str]:
    pairs = {}
    for value in values or ():
        name, sign, to = value.rpartition("=")
        if not sign or not name.strip():
            raise fail(f"{option} takes NAME=VALUE, not {value}")
        pairs[name.strip()] = to.strip()
    return pairs


def _account(by_email: dict[str, str], email: str) -> str:
    if email and email.casefold() not in by_email:
        raise fail(f"Nobody with the address {email} is registered.")
    return by_email[email.casefold()] if email else ""


def _local_zone() -> str:
    """This machine's time zone by its IANA name, else UTC."""
    named = os.environ.get("TZ", "").lstrip(":")
    if named and "/" in named and not named.startswith("/"):
        return named
    _, found, name = os.path.realpath("/etc/localtime").partition("/zoneinfo/")
    return name if found else "UTC"


def _owner(people: "Sequence[Account]", email: str | None) -> "Account":
    if not people:
        raise fail("Nobody is registered yet: register in the site, or with `taskledger user add`.")
    if email is None:
        if len(people) > 1:
            raise fail("Several people are registered: say who imports with --owner EMAIL.")
        return people[0]
    for account in people:
        if account.email.casefold() == email.casefold():
            return account
    raise fail(f"Nobody with the address {email} is registered.")


async def _project(session: "Session", key: str) -> "Project":
    from taskledger.exporting import projects

    mine = [project for project in await projects(session.store, key) if project.role_of(session.user.id)]
    if len(mine) != 1:
        raise fail(f"{'No project has' if not mine else 'Several projects have'} the key {key}.")
    return (await session.into(mine[0].id)) or mine[0]
