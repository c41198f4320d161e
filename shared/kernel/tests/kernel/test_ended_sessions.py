"""What a process knows of sessions that ended in another one."""

import asyncio
from collections.abc import Mapping

from kernel.identity.ended_sessions import LONGEST_SECONDS, EndedSessions
from kernel.ports.faults import StoreUnavailable
from testkit.log import eventually


class Elsewhere:
    """Where sessions end; it can be away."""

    def __init__(self) -> None:
        self.ended: dict[str, float] = {}
        self.away = False
        self.asked: list[float] = []

    async def __call__(self, seconds: float) -> Mapping[str, float]:
        self.asked.append(seconds)
        if self.away:
            raise StoreUnavailable("away")
        return dict(self.ended)


async def test_what_ends_elsewhere_is_known_here_soon() -> None:
    elsewhere, known = Elsewhere(), EndedSessions()
    elsewhere.ended["before"] = 60.0
    following = asyncio.create_task(known.follow(elsewhere, every=0.001))
    await eventually(lambda: "before" in known)
    elsewhere.ended["now"] = 60.0
    await eventually(lambda: "now" in known)
    assert "other" not in known
    assert elsewhere.asked[0] == LONGEST_SECONDS
    assert elsewhere.asked[1] < LONGEST_SECONDS
    following.cancel()


async def test_who_is_away_is_asked_again_for_all_the_time_since() -> None:
    elsewhere, known = Elsewhere(), EndedSessions()
    elsewhere.away = True
    following = asyncio.create_task(known.follow(elsewhere, every=0.001))
    await eventually(lambda: len(elsewhere.asked) > 3)
    assert set(elsewhere.asked) == {LONGEST_SECONDS}
    elsewhere.ended["meanwhile"] = 60.0
    elsewhere.away = False
    await eventually(lambda: "meanwhile" in known)
    following.cancel()


def test_a_session_is_forgotten_when_its_last_token_has_expired() -> None:
    known = EndedSessions()
    known.add("gone", 0.0)
    known.add("here", 60.0)
    assert ("gone" in known, "here" in known) == (False, True)
