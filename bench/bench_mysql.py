"""The read side on MySQL: replay, consumers side by side, lists; each beside what the bare driver does in the same run.

The log is the SQLite one, for DynamoDB's emulator would be all that is measured. Server and clients share the machine's
processors, so consumers side by side gain less here than they do beside a server of its own.
`python bench/bench_mysql.py [events]`; with `TASKLEDGER_MYSQL_URL` on that server, else on a private one.
"""

import asyncio
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import unquote, urlsplit

import aiomysql  # type: ignore[import-untyped]
import uvloop
from bench_read_side import CHANGES, USER, change_all, fill, new_project
from seed import seed_project
from sqlalchemy import bindparam, select

from contracts.read_model import consumer_name, tables
from kernel.consuming.consumer import Consumer
from kernel.ports.database import Row, Statement, Write
from kernel.ports.event_store import EventStore
from kernel.ports.subscription import Message
from kernel.process.platform import Platform
from log_projector.generations import Generations
from log_projector.projections import Values
from log_projector.writes import GenerationWriter, Handler, Projection
from task_service.queries import Queries
from taskledger_local.mysql_server import Server, a_database, mysql_server

STREAMS_PER_WRITE: Final = 100
HINTS: Final = 500
SECONDS: Final = 3.0
ROUNDS: Final = 3

Transaction: TypeAlias = Sequence[tuple[str, Sequence[Row]]]
"""SQL text, and the values of each row."""

Call: TypeAlias = Callable[[], Awaitable[object]]


@asynccontextmanager
async def bare(url: str) -> AsyncIterator[Any]:
    """A connection of the URL's driver, without anything of ours."""
    parts = urlsplit(url)
    connection = await aiomysql.connect(
        host=parts.hostname or "",
        port=parts.port or 3306,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        db=parts.path[1:],
        charset="utf8mb4",
    )
    try:
        yield connection
    finally:
        connection.close()


async def transactions_of(store: EventStore, number: int) -> Sequence[Transaction]:
    """What a replay writes, computed before: the same rows in the same transactions, checkpoints apart."""
    projection, writer = Projection(store), GenerationWriter(number)
    streams = [head.stream async for head in store.heads()]
    transactions: list[Transaction] = []
    for start in range(0, len(streams), STREAMS_PER_WRITE):
        rows: dict[str, list[Values]] = {}
        for stream in streams[start : start + STREAMS_PER_WRITE]:
            for table, some in projection.whole(stream, await store.load(stream)).put.items():
                rows.setdefault(table, []).extend(some)
        transactions.append([bound(write) for write in writer.put(rows)])
    return transactions


def bound(write: Write) -> tuple[str, Sequence[Row]]:
    """A write as the driver's executemany takes it."""
    compiled = write.statement.compiled("mysql")
    rows = [write.params] if isinstance(write.params, Mapping) else write.params
    return compiled.sql, [compiled.bind(params) for params in rows]


async def write_bare(url: str, transactions: Sequence[Transaction]) -> float:
    """Seconds that the driver's executemany takes for the rows."""
    async with bare(url) as connection, connection.cursor() as cursor:
        started = time.perf_counter()
        for transaction in transactions:
            for sql, rows in transaction:
                await cursor.executemany(sql, rows)
            await connection.commit()
        return time.perf_counter() - started


async def bench_replay(server: Server, store: EventStore, events: int) -> None:
    """A generation filled from the log, against its rows written by executemany alone; in turns."""
    replayed: list[float] = []
    written: list[float] = []
    for _ in range(ROUNDS):
        with a_database(server) as url:
            async with Platform() as platform:
                database = await platform.database(url)
                _, rate = await fill(store, database)
                replayed.append(rate)
                number = await Generations(database).begin()
                written.append(events / await write_bare(url, await transactions_of(store, number)))
    ours, theirs = statistics.median(replayed), statistics.median(written)
    ratios = ", ".join(f"{one / other:.2f}" for one, other in zip(replayed, written, strict=True))
    print(
        f"replayed {ours:>7,.0f} events/s   the same rows by executemany {theirs:>7,.0f}"
        f"   {ours / theirs:.2f} of it ({ratios})"
    )


# --- consumers side by side: each a process of its own, with every nth stream's hints ---


async def consume(log: str, url: str, number: int, nth: int, of: int) -> None:
    """Apply a share of the log as hints bring it: the events come along, shuffled among streams by their time."""
    async with Platform() as platform:
        store, database = await platform.event_store(log), await platform.database(url)
        handler = Handler(Projection(store), number)
        consumer = Consumer(consumer_name(number), store=store, database=database, handler=handler)
        streams = sorted([head.stream async for head in store.heads()])[nth::of]
        loaded = [event for stream in streams for event in await store.load(stream)]
        loaded.sort(key=lambda event: (event.time, event.stream, event.version))
        hints = [Message(stream=event.stream, version=event.version, envelope=event) for event in loaded]
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        for start in range(0, len(hints), HINTS):
            await consumer.settle(hints[start : start + HINTS])


async def bench_consumers(server: Server, log: str, events: int) -> None:
    """Events a second by 1, 2 and 4 consumers at once."""
    first = 0.0
    for count in (1, 2, 4):
        with a_database(server) as url:
            async with Platform() as platform:
                generations = Generations(await platform.database(url))
                await generations.prepare()
                number = await generations.begin()
            share = [sys.executable, __file__, "--consume", log, url, str(number)]
            consumers = [
                await asyncio.create_subprocess_exec(
                    *share, str(nth), str(count), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
                )
                for nth in range(count)
            ]
            for consumer in consumers:
                assert consumer.stdout is not None
                await consumer.stdout.readline()
            started = time.perf_counter()
            for consumer in consumers:
                assert consumer.stdin is not None
                consumer.stdin.write(b"go\n")
            ended = [await consumer.wait() for consumer in consumers]
            rate = events / (time.perf_counter() - started)
            assert not any(ended)
            first = first or rate
            print(f"consumed by {count}          {rate:>8,.0f} events/s   {rate / first:.2f} of one alone")


# --- lists ---


async def per_second(callers: int, call: Call) -> float:
    """How many calls a second so many callers make."""
    until = time.perf_counter() + SECONDS
    made = 0

    async def caller() -> None:
        nonlocal made
        while time.perf_counter() < until:
            await call()
            made += 1

    started = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(callers)))
    return made / (time.perf_counter() - started)


async def read_bare(pool: Any, sql: str, key: str) -> Any:
    """One row as the driver's page shows it."""
    async with pool.acquire() as connection, connection.cursor() as cursor:
        await cursor.execute(sql, (key,))
        return await cursor.fetchall()


async def bench_lists(server: Server, store: EventStore, project_id: str) -> None:
    """Lists of 50 and single documents through task-service's adapter, against the driver reading one document."""
    with a_database(server) as url:
        async with Platform() as platform:
            database = await platform.database(f"{url}?pool=16")
            number, _ = await fill(store, database)
            queries, t = Queries(database), tables(number).tasks
            found, cursor = await queries.tasks(project_id)
            assert len(found) == 50
            ((key,),) = await database.fetch(Statement(select(t.c.task_id).limit(1)))
            point = Statement(select(t.c.doc).where(t.c.task_id == bindparam("id_")))
            parts = urlsplit(url)
            pool = await aiomysql.create_pool(
                minsize=16,
                maxsize=16,
                host=parts.hostname,
                port=parts.port,
                user=unquote(parts.username or ""),
                password=unquote(parts.password or ""),
                db=parts.path[1:],
                charset="utf8mb4",
                autocommit=True,
            )
            calls: Mapping[str, Call] = {
                "bare point query": partial(read_bare, pool, point.compiled("mysql").sql, key),
                "point query": partial(database.fetch, point, {"id_": key}),
                "list of 50": partial(queries.tasks, project_id),
                "list of 50, later": partial(queries.tasks, project_id, cursor=cursor),
            }
            for callers in (1, 16):
                limit = 0.0
                for name, call in calls.items():
                    rate = await per_second(callers, call)
                    limit = limit or rate
                    print(f"{callers:>2} callers, {name:<18} {rate:>7,.0f}/s   {rate / limit:.2f}")
            pool.close()
            await pool.wait_closed()


async def main(events: int) -> None:
    """Every benchmark on MySQL."""
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as name, mysql_server() as server:
        log = f"sqlite:///{name}/log.db"
        async with Platform() as platform:
            store = await platform.event_store(log)
            project_id = await new_project(store)
            await seed_project(Path(name) / "log.db", project_id, USER, events // (1 + len(CHANGES)))
            await change_all(store, project_id)
            made = sum([head.version async for head in store.heads()])
            await bench_lists(server, store, project_id)
            await bench_consumers(server, log, made)
            await bench_replay(server, store, made)


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # MySQL warns of VALUES(column) each time
    if sys.argv[1:2] == ["--consume"]:
        uvloop.run(consume(sys.argv[2], sys.argv[3], *map(int, sys.argv[4:7])))
    else:
        uvloop.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
