"""Work beside the requests: it runs, ends visibly, and is drained."""

import asyncio

import pytest
from structlog.testing import capture_logs

from kernel.process.background import Background
from testkit.log import eventually


async def for_ever() -> None:
    await asyncio.Event().wait()


async def test_work_runs_until_the_end_and_is_cancelled_then() -> None:
    ended: list[str] = []

    async def work() -> None:
        try:
            await for_ever()
        finally:
            ended.append("work")

    with capture_logs() as logs:
        async with Background() as background:
            background.start("work", work)
            await asyncio.sleep(0)
            await background.check()
            assert ended == []
    assert ended == ["work"]
    assert logs == []


async def test_work_with_a_defect_is_told_of_and_begun_again() -> None:
    runs: list[int] = []

    async def work() -> None:
        runs.append(1)
        if len(runs) < 3:
            raise ValueError("a defect")
        await for_ever()

    with capture_logs() as logs:
        async with Background(again_seconds=0) as background:
            background.start("good", for_ever)
            background.start("bad", work)
            await eventually(lambda: len(runs) == 3)
            with pytest.raises(RuntimeError, match=r"^bad failed$"):
                await background.check()
    assert [(line["event"], line["work"]) for line in logs] == [("background.defect", "bad")] * 2


async def test_work_is_drained_before_it_is_cancelled() -> None:
    done: list[str] = []
    stop = asyncio.Event()

    async def work() -> None:
        await stop.wait()
        done.append("finished")

    async def drain() -> None:
        stop.set()
        await eventually(lambda: bool(done))

    with capture_logs() as logs:
        async with Background() as background:
            background.start("work", work, drain=drain)
    assert done == ["finished"]
    assert logs == []
