"""A name and a password out of Secrets Manager, which may change while the service runs."""

import asyncio
from dataclasses import dataclass
from typing import Final

import orjson
from aiobotocore.session import get_session

from kernel.adapters.aws import aws
from kernel.ports.database import DatabaseUnavailable

_ATTEMPTS: Final = 3


@dataclass(frozen=True, slots=True)
class Login:
    """Who connects, and by which password."""

    user: str
    password: str


class LoginSecret:
    """A secret whose JSON has `username` and `password`, as RDS makes and rotates it. It is read when it is needed."""

    def __init__(self, secret: str) -> None:
        """`secret`: its ARN or its name, in the region of the AWS tools."""
        self._secret = secret
        self._known: Login | None = None
        self._turn = asyncio.Lock()

    async def login(self, refused: Login | None = None) -> Login:
        """What the secret says; it is asked again where what it said was refused. Raises DatabaseUnavailable."""
        async with self._turn:
            if self._known is None or self._known == refused:
                self._known = await self._read()
            return self._known

    async def _read(self) -> Login:
        session = get_session()
        try:
            connecting = await aws.connecting(session, aws.Options(), attempts=_ATTEMPTS)
            async with session.create_client("secretsmanager", **connecting) as client:
                answer = await client.get_secret_value(SecretId=self._secret)
            said = orjson.loads(answer["SecretString"])
            return Login(said["username"], said["password"])
        except aws.FAULTS as fault:
            raise DatabaseUnavailable(f"the secret cannot be read: {type(fault).__name__}: {fault}") from fault
        except (KeyError, TypeError, ValueError) as fault:
            # Not the text: it may be in a message of the parser.
            raise DatabaseUnavailable("the secret is no JSON with username and password") from fault
