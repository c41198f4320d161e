"""`taskledger user`."""

import asyncio
from typing import Annotated

import typer

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
            print(f"{email} is registered: {document['user']['id']}")

    asyncio.run(run())
