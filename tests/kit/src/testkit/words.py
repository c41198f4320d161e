"""Texts as people write them, and as attackers do: many, different, and the same in every run."""

import random
from collections.abc import Iterator
from typing import Final

HOSTILE: Final = (
    "x =?utf-8?b?DQpDb250ZW50LVR5cGU6IHRleHQvaHRtbA0KDQo8aDE+UEhJU0g8L2gxPg==?= y",
    "=?utf-8?q?Bcc=3A_everybody=40example=2Eorg?=",
    "=?utf-8?q?a?= =?utf-8?q?b?=",
    "=?",
    "?=",
    "=?utf-8?b??=",
    "=?iso-8859-1?q?=0D=0ABcc:_a@b.c?=",
    "=?utf-8?q?never ends",
    '"quoted", <angle@example.org>; (comment) \\',
    "a  b   c",
    "설정 대화상자 닫기 버튼이 보이지 않습니다",
    "👩‍👩‍👧‍👦 가족 👍🏽" * 20,
    "가" * 500,
    "x" * 500,
    "word " * 99 + "end",
    "café é",
    "مرحبا بالعالم שלום",
)
"""Each has been read as something else by some mail program or library."""

_ENGLISH: Final = "fix the login page when a user has no e-mail, then ship: review it (again) = ok? 50% _x_ a.b"
_KOREAN: Final = "설정 대화상자 닫기 버튼이 보이지 않습니다 결제를 다시 확인해 주세요 오류 로그인 페이지에서 값의 뷁"
_EMOJI: Final = ("👍", "🎉", "👩‍💻", "🇰🇷", "❤️", "1️⃣", "🧑🏽‍🚀")


def lines(count: int, seed: int = 1) -> Iterator[str]:
    """So many lines of text, at most 500 characters each: Korean, English, mixed, with emoji, and `HOSTILE` first."""
    yield from HOSTILE[:count]
    chance = random.Random(seed)
    korean, english = _KOREAN.split(), _ENGLISH.split()
    for _ in range(count - len(HOSTILE)):
        kinds = chance.choice(((korean,), (english,), (korean, english), (korean, english, _EMOJI)))
        words = [chance.choice(chance.choice(kinds)) for _ in range(chance.randint(1, 40))]
        yield " ".join(words)[:500].strip()
