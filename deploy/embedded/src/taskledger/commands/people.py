"""`taskledger user`."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from kernel.http.problems import Problem
from taskledger.commands.shared import DATA, Data, fail
from taskledger.settings import Home


def add_user(
    email: str,
    name: Annotated[str, typer.Option(prompt=True, help="As others see it.")],
    password: Annotated[
        str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, envvar="TASKLEDGER_PASSWORD")
    ],
    locale: Annotated[str, typer.Option(help="ko or en")] = "en",
    data: Data = DATA,
) -> None:
    """Register a person."""
    from taskledger.offline import opened

    async def run() -> None:
        async with opened(Home(data), create=True) as here:
            body = {"email": email, "name": name, "password": password, "locale": locale}
            answer = await here.http.post("/api/auth/register", json=body)
            document = answer.json()
            if answer.status_code != 201:
                errors = [f"{error['field']} {error['message']}" for error in document.get("errors", [])]
                raise fail("; ".join(errors) or document["detail"])
            # Whoever runs the board vouches for the address.
            await here.auth.state.deps.auth.accounts.change(document["user"]["id"], email_verified=True)
            print(f"{email} is registered: {document['user']['id']}")

    asyncio.run(run())


def reset_user(email: str, data: Data = DATA) -> None:
    """Print a link with which a person sets a new password: once, for 30 minutes."""
    from taskledger.offline import opened

    async def run() -> None:
        async with opened(Home(data)) as here:
            deps = here.auth.state.deps
            account = await deps.auth.accounts.by_email(email)
            if account is None or account.erased:
                raise fail(f"Nobody has the address {email}.")
            print(await deps.recovery.link(account))

    asyncio.run(run())


def _changing(email: str, data: Path, said: str, **fields: bool) -> None:
    """Change somebody as an administrator would; sessions and tokens end in a process that runs, too."""
    from taskledger.offline import opened

    async def run() -> None:
        async with opened(Home(data)) as here:
            deps = here.auth.state.deps
            account = await deps.auth.accounts.by_email(email)
            if account is None or account.erased:
                raise fail(f"Nobody has the address {email}.")
            wanted = {"active": fields.get("active"), "admin": fields.get("admin")}
            try:
                await deps.administration.change(account.id, "machine", **wanted)
            except Problem as problem:
                raise fail(problem.detail) from problem
            print(f"{email} {said}")

    asyncio.run(run())


def activate_user(email: str, data: Data = DATA) -> None:
    """Let a deactivated person in again."""
    _changing(email, data, "is active", active=True)


def deactivate_user(email: str, data: Data = DATA) -> None:
    """Shut a person out: sessions and tokens end within two seconds. Tasks, name and history stay."""
    _changing(email, data, "is deactivated", active=False)


def admin_user(
    email: str,
    revoke: Annotated[bool, typer.Option("--revoke", help="Take it back.")] = False,
    data: Data = DATA,
) -> None:
    """Make a person an administrator."""
    _changing(email, data, "is no administrator any more" if revoke else "is an administrator", admin=not revoke)


def list_users(data: Data = DATA) -> None:
    """List who is registered."""
    from taskledger.offline import opened

    async def run() -> None:
        async with opened(Home(data)) as here:
            for account in await here.auth.state.deps.auth.accounts.directory():
                verified = "verified" if account.email_verified else "unverified"
                states = [verified, *(["admin"] if account.admin else []), *([] if account.active else ["deactivated"])]
                print(f"{account.email}\t{account.name}\t{account.id}\t{','.join(states)}")

    asyncio.run(run())
