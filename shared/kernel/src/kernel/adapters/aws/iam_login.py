"""Who connects to a database of RDS by a role: a token in place of a password, good for a quarter of an hour."""

from typing import Final
from urllib.parse import quote

from aiobotocore.session import get_session
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest

from kernel.adapters.aws import aws
from kernel.adapters.aws.secret import Login
from kernel.ports.database import DatabaseUnavailable

_SECONDS: Final = 900


class IamLogin:
    """Makes a token for each connection, by the credentials of the AWS tools; nothing is asked of AWS for it.

    It is a signed address without its scheme:
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.Connecting.html
    """

    def __init__(self, user: str, host: str, port: int) -> None:
        self._user, self._host, self._port = user, host, port

    async def login(self) -> Login:
        """The user and a token that was made now. Raises DatabaseUnavailable where there are no credentials."""
        session = get_session()
        try:
            region = aws.region(session, aws.Options())
            found = await session.get_credentials()
            if found is None:
                raise DatabaseUnavailable("no token can be made: there are no credentials of AWS")
            credentials = await found.get_frozen_credentials()
        except aws.FAULTS as fault:
            raise DatabaseUnavailable(f"no token can be made: {type(fault).__name__}: {fault}") from fault
        address = f"https://{self._host}:{self._port}/?Action=connect&DBUser={quote(self._user)}"
        request = AWSRequest(method="GET", url=address)
        SigV4QueryAuth(credentials, "rds-db", region, expires=_SECONDS).add_auth(request)
        return Login(self._user, str(request.url).removeprefix("https://"))
