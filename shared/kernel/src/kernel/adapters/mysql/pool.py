"""Connections that are kept for the next who needs one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from kernel.adapters.mysql.connection import Connection, Options
from kernel.adapters.mysql.errors import DRIVER_FAULTS
from kernel.adapters.turns import Turns
from kernel.ports.database import DatabaseUnavailable


class Pool:
    """At most `options.pool` connections. The one that was used last is given out first, so that few stay busy."""

    def __init__(self, name: str, connect: Callable[[], Awaitable[Connection]], options: Options) -> None:
        self._connect = connect
        self._options = options
        self._turns = Turns(name, options.pool)
        self._idle: list[Connection] = []
        self._closed = False

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection of one's own. Left by an exception, it is not used again unless `undo` succeeded."""
        async with self._turns:
            if self._closed:
                raise DatabaseUnavailable("the database was closed")
            connection = await self._take()
            connection.in_order = False
            try:
                yield connection
                connection.in_order = True
            finally:
                if not connection.in_order:
                    connection.break_off()
                if not connection.broken:
                    connection.used = _now()
                    self._idle.append(connection)

    def drop_idle(self) -> None:
        """Let go of what lies idle: where one connection is dead, the others likely are."""
        idle, self._idle = self._idle, []
        for connection in idle:
            connection.break_off()

    async def close(self) -> None:
        """Wait until every connection was given back, and close them."""
        self._closed = True
        for _ in range(self._options.pool):
            await self._turns.acquire()
        for connection in self._idle:
            await connection.close()
        self._idle = []
        for _ in range(self._options.pool):
            self._turns.release()
        await asyncio.sleep(0)  # the event loop closes sockets in its next turn

    async def _take(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            now = _now()
            if now - connection.made > self._options.recycle:
                await connection.close()
            elif now - connection.used <= self._options.ping_after or await self._lives(connection):
                return connection
        return await self._connect()

    async def _lives(self, connection: Connection) -> bool:
        try:
            async with asyncio.timeout(self._options.connect_timeout):
                await connection.ping()
        except (*DRIVER_FAULTS, TimeoutError):
            connection.break_off()
            return False
        except BaseException:
            connection.break_off()
            raise
        return True


def _now() -> float:
    return asyncio.get_running_loop().time()
