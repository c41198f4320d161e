"""What only the MySQL adapter has: connections that come and go, its session, its time-outs, locks between services."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import pymysql
import pytest
from sqlalchemy import BigInteger, Column, Index, MetaData, String, Table, bindparam, insert, select, text, update

from kernel.adapters.mysql.database import MysqlDatabase
from kernel.ports.database import Database, DatabaseRefused, DatabaseUnavailable, Statement, Write

metadata = MetaData()
counters = Table(
    "counters", metadata, Column("id", String(8), primary_key=True), Column("count", BigInteger, nullable=False)
)
ADD: Final = Statement(insert(counters).values(id=bindparam("id_"), count=bindparam("n")))
RAISE: Final = Statement(
    update(counters).where(counters.c.id == bindparam("id_")).values(count=counters.c["count"] + 1)
)
COUNTS: Final = Statement(select(counters.c["count"]).order_by(counters.c.id))
SESSION: Final = Statement(select(text("CONNECTION_ID()")))


@pytest.fixture
def url(mysql_url: str) -> str:
    return mysql_url


@asynccontextmanager
async def opened(url: str, **options: Any) -> AsyncIterator[MysqlDatabase]:
    database = await MysqlDatabase.open(f"{url}?{'&'.join(f'{name}={value}' for name, value in options.items())}")
    try:
        yield database
    finally:
        await database.close()


def direct(url: str) -> "pymysql.Connection[Any]":
    """A connection past the adapter."""
    parts = urlsplit(url)
    return pymysql.connect(
        host=parts.hostname or "",
        port=parts.port or 0,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        database=parts.path[1:],
        autocommit=True,
    )


@pytest.fixture
def administrator(url: str) -> "Iterator[pymysql.cursors.Cursor]":
    with direct(url) as connection, connection.cursor() as cursor:
        yield cursor


async def counted(database: Database) -> list[int]:
    return [row[0] for row in await database.fetch(COUNTS)]


async def session(database: Database) -> int:
    number: int = (await database.fetch(SESSION))[0][0]
    return number


# --- the session ---


async def test_a_session_is_strict_read_committed_in_utc_and_waits_for_locks_no_longer_than_asked(url: str) -> None:
    async with opened(url, lock_timeout=7, long_timeout=90) as database:
        found: dict[str, str] = dict(
            await database.fetch(
                Statement(
                    text(
                        "SHOW VARIABLES WHERE variable_name IN ('sql_mode', 'time_zone', 'character_set_client',"
                        " 'innodb_lock_wait_timeout', 'tx_isolation', 'transaction_isolation', 'autocommit',"
                        " 'max_execution_time', 'max_statement_time')"
                    )
                )
            )
        )
        assert "STRICT_ALL_TABLES" in found["sql_mode"]
        assert "NO_BACKSLASH_ESCAPES" not in found["sql_mode"]
        assert found["time_zone"] == "+00:00"
        assert found["character_set_client"] == "utf8mb4"
        assert found["innodb_lock_wait_timeout"] == "7"
        assert "READ-COMMITTED" in (found.get("tx_isolation"), found.get("transaction_isolation"))
        assert found["autocommit"] == "ON"
        longest = float(found.get("max_execution_time", 0)) / 1000 or float(found["max_statement_time"])
        assert longest == 90


async def test_tables_are_innodb_and_compare_bytes_without_padding(url: str, administrator: Any) -> None:
    async with opened(url) as database:
        await database.create(metadata)
        administrator.execute("SELECT engine, row_format, table_collation FROM information_schema.tables"
                              " WHERE table_name = 'counters' AND table_schema = DATABASE()")  # fmt: skip
        engine, row_format, collation = administrator.fetchone()
        assert (engine, row_format) == ("InnoDB", "Dynamic")
        assert collation in ("utf8mb4_0900_bin", "utf8mb4_nopad_bin")


async def test_what_is_longer_than_its_column_is_refused(url: str) -> None:
    async with opened(url) as database:
        await database.create(metadata)
        await database.write(Write(ADD, {"id_": "한" * 8, "n": 1}))
        with pytest.raises(DatabaseRefused):
            await database.write(Write(ADD, {"id_": "x" * 9, "n": 1}))


async def test_rows_of_one_statement_are_inserted_together(url: str) -> None:
    async with opened(url, pool=1) as database:
        await database.create(metadata)
        await database.write(Write(ADD, [{"id_": f"{n}", "n": n} for n in range(300)]))
        inserted = Statement(text("SHOW SESSION STATUS LIKE 'Com_insert'"))
        assert await database.fetch(inserted) == (("Com_insert", "1"),)


async def test_more_than_the_server_takes_in_a_packet_is_refused(url: str, administrator: Any) -> None:
    administrator.execute("SELECT @@max_allowed_packet")
    ((largest,),) = administrator.fetchall()
    async with opened(url) as database:
        with pytest.raises(DatabaseRefused, match="bytes"):
            await database.write(Write(ADD, {"id_": "x" * largest, "n": 1}))
        assert await session(database)


# --- tables that several services make ---


async def test_services_that_start_together_make_their_tables_once(url: str) -> None:
    async with opened(url) as one, opened(url) as other:
        await asyncio.gather(*(database.create(metadata) for database in [one, other] * 4))
        await one.write(Write(ADD, {"id_": "a", "n": 1}))
        assert await counted(other) == [1]


async def test_what_a_crash_left_out_is_made_by_the_next(url: str, administrator: Any) -> None:
    later = MetaData()
    table = counters.to_metadata(later)
    Index("counters_count", table.c["count"])
    async with opened(url) as database:
        await database.create(metadata)
        for _ in range(2):
            await database.create(later)
        administrator.execute("SHOW INDEX FROM counters WHERE key_name = 'counters_count'")
        assert len(administrator.fetchall()) == 1


# --- the pool ---


async def test_no_more_connections_are_made_than_asked_for(url: str) -> None:
    async with opened(url, pool=3) as database:
        asleep = Statement(select(text("CONNECTION_ID(), SLEEP(0.02)")))
        found = await asyncio.gather(*(database.fetch(asleep) for _ in range(12)))
        assert len({rows[0][0] for rows in found}) <= 3


async def test_who_finds_no_connection_in_time_is_told(url: str) -> None:
    async with opened(url, pool=1, timeout=0.2) as database:
        occupied = asyncio.create_task(database.fetch(Statement(select(text("SLEEP(1)"))), long=True))
        await asyncio.sleep(0.05)
        with pytest.raises(DatabaseUnavailable, match="no answer"):
            await database.fetch(SESSION)
        await occupied


async def test_a_connection_serves_again_until_it_is_too_old(url: str) -> None:
    async with opened(url, pool=1) as database:
        assert await session(database) == await session(database)
    async with opened(url, pool=1, recycle=0.000001) as database:
        assert await session(database) != await session(database)


async def test_who_breaks_off_in_the_middle_leaves_no_answer_behind(url: str) -> None:
    async with opened(url, pool=1) as database:
        asking = asyncio.create_task(database.fetch(Statement(select(text("SLEEP(5), 'late'")))))
        await asyncio.sleep(0.1)
        asking.cancel()
        await asyncio.wait([asking])
        assert asking.cancelled()
        assert await database.fetch(Statement(select(text("'mine'")))) == (("mine",),)


async def test_a_connection_that_the_server_ended_is_replaced(url: str, administrator: Any) -> None:
    async with opened(url, pool=1) as database:
        await database.create(metadata)
        administrator.execute(f"KILL {await session(database)}")
        assert await database.fetch(COUNTS) == ()
        administrator.execute(f"KILL {await session(database)}")
        await database.write(Write(ADD, {"id_": "a", "n": 1}))
        assert await counted(database) == [1]


async def test_a_closed_database_is_unavailable(url: str) -> None:
    async with opened(url) as database:
        await database.ping()
    with pytest.raises(DatabaseUnavailable):
        await database.ping()


# --- locks ---


async def test_a_lock_that_is_not_given_in_time_is_asked_for_again(url: str, administrator: Any) -> None:
    async with opened(url, lock_timeout=1) as database:
        await database.create(metadata)
        await database.write(Write(ADD, {"id_": "a", "n": 1}), Write(ADD, {"id_": "b", "n": 1}))
        administrator.execute("START TRANSACTION")
        administrator.execute("UPDATE counters SET count = 10 WHERE id = 'b'")
        writing = asyncio.create_task(database.write(*(Write(RAISE, {"id_": name}, expect=1) for name in "ab")))
        await asyncio.sleep(1.3)
        assert not writing.done()
        administrator.execute("COMMIT")
        await writing
        assert await counted(database) == [2, 11]


async def test_a_lock_that_is_never_given_makes_the_database_unavailable(url: str, administrator: Any) -> None:
    async with opened(url, long_timeout=1) as database:
        await database.create(metadata)
        await database.write(Write(ADD, {"id_": "a", "n": 1}))
        administrator.execute("START TRANSACTION")
        administrator.execute("UPDATE counters SET count = 10 WHERE id = 'a'")
        with pytest.raises(DatabaseUnavailable):
            await database.write(Write(RAISE, {"id_": "a"}))
        administrator.execute("ROLLBACK")
        await database.write(Write(RAISE, {"id_": "a"}))
        assert await counted(database) == [2]


async def test_whoever_loses_a_dead_lock_does_it_all_again(url: str, administrator: Any) -> None:
    async with opened(url) as database:
        await database.create(metadata)
        await database.write(*(Write(ADD, {"id_": name, "n": 1}) for name in "abcdefgh"))
        administrator.execute("START TRANSACTION")
        administrator.execute("UPDATE counters SET count = 10 WHERE id > 'a'")  # the loser is who changed less
        writing = asyncio.create_task(database.write(*(Write(RAISE, {"id_": name}, expect=1) for name in "ab")))
        await until_a_lock_is_waited_for(administrator)
        administrator.execute("UPDATE counters SET count = 20 WHERE id = 'a'")
        administrator.execute("COMMIT")
        await writing
        assert await counted(database) == [21, 11, 10, 10, 10, 10, 10, 10]


async def until_a_lock_is_waited_for(administrator: Any) -> None:
    waiting = "SELECT 1 FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"
    async with asyncio.timeout(10):
        while not administrator.execute(waiting):  # noqa: ASYNC110 - a server sets no event
            await asyncio.sleep(0.15)  # it looks again after 0.1 s in which nobody has asked


# --- URLs ---


@pytest.mark.parametrize(
    "wrong",
    [
        "mysql://host",
        "mysql:///database",
        "mysql+pymysql://host/database",
        "mysql://host/database?pools=3",
        "mysql://host/database?pool=many",
        "mysql://host/database?pool=0",
        "mysql://host/database?timeout=-1",
        "mysql://host/database?recycle=nan",
    ],
)
async def test_a_url_that_makes_no_sense_is_told_so(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"database|URL"):
        await MysqlDatabase.open(wrong)


async def test_wrong_credentials_and_databases_are_unavailable_for_they_can_be_mended(url: str) -> None:
    parts = urlsplit(url)
    somebody = parts._replace(netloc=f"nobody:wrong@{parts.hostname}:{parts.port}").geturl()
    for wrong in (somebody, f"{url}_other", parts._replace(netloc="127.0.0.1:9").geturl()):
        async with opened(wrong) as database:
            started = time.monotonic()
            with pytest.raises(DatabaseUnavailable):
                await database.ping()
            assert time.monotonic() - started < 3
