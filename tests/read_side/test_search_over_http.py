"""One search over everything that somebody may see, and over nothing else."""

import unicodedata
from typing import Any

import pytest

from testkit.tasks import User


async def hits(user: User, q: str, **params: Any) -> list[dict[str, Any]]:
    answer = await user.get("/search", q=q, **params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def keys(user: User, q: str, **params: Any) -> list[str]:
    return [hit["key"] for hit in await hits(user, q, **params)]


@pytest.fixture
async def filled(ann: User, bob: User, projector: Any) -> dict[str, Any]:
    """Two projects of Ann's with a task for each way of being found, and one that only Bob may see."""
    ops, web, secret = await ann.project(key="OPS"), await ann.project(key="WEB"), await bob.project(key="BOB")
    await ann.task(ops, "Order the needle", description="it is in the haystack, near the second Ladder")  # OPS-1
    await ann.task(ops, "주간 회의 준비", description="회의실 예약")  # OPS-2
    talked = await ann.task(web, "Close the dialogue", assignees=[ann.id])  # WEB-1
    await ann.post(f"/tasks/{talked['id']}/comments", {"body": "The OPS-2 haystack again: 배포 일정을 보자"})
    renamed = await ann.task(web, "Release party")  # WEB-2
    await ann.patch(f"/tasks/{renamed['id']}", {"title": "Launch day", "status": "done"})
    gone = await ann.task(web, "Forgotten haystack")  # WEB-3
    await ann.delete(f"/tasks/{gone['id']}")
    await bob.task(secret, "haystack needle 회의 Launch day")  # BOB-1
    await projector.catch_up()
    return {"ops": ops, "web": web, "talked": talked}


async def test_everything_is_found_by_words_wherever_they_stand(ann: User, bob: User, filled: Any) -> None:
    assert await keys(ann, "haystack needle") == ["OPS-1"], "words in any order, over title and description"
    assert await keys(ann, "ops-2") == ["OPS-2", "WEB-1"], "an exact key comes first, then where it is spoken of"
    assert await keys(ann, "HAYSTACK") == ["WEB-1", "OPS-1"], "the newest first of what is no title"
    assert await keys(ann, "회의") == await keys(ann, unicodedata.normalize("NFD", "회의")) == ["OPS-2"]
    assert await keys(ann, "ㅎㅇ") == await keys(ann, "ㅈㄱ ㅎㅇ") == ["OPS-2"], "by initial consonants"
    assert await keys(ann, "ㅂㅍ") == ["WEB-1"], "those of comments too"
    assert await keys(ann, "회의", project="WEB") == []
    assert await keys(ann, "haystack", project=["OPS", filled["web"]["id"]]) == ["WEB-1", "OPS-1"]
    assert await keys(bob, "haystack") == await keys(bob, "launch") == await keys(bob, "회의") == ["BOB-1"]
    assert await keys(ann, "") == await keys(ann, "nowhere") == await keys(ann, "%") == []


async def test_a_hit_says_where_and_shows_a_piece_of_it(ann: User, filled: Any) -> None:
    found = {q: (await hits(ann, q))[0] for q in ("ops-2", "needle", "ladder", "일정", "party")}
    assert {q: (hit["key"], hit["matched"]) for q, hit in found.items()} == {
        "ops-2": ("OPS-2", "key"),
        "needle": ("OPS-1", "title"),
        "ladder": ("OPS-1", "description"),
        "일정": ("WEB-1", "comment"),
        "party": ("WEB-2", "former_title"),
    }
    assert found["ladder"]["excerpt"] == "it is in the haystack, near the second Ladder"
    assert found["party"]["excerpt"] == "Release party"
    assert found["party"]["title"] == "Launch day"


async def test_a_longer_word_may_have_one_mistake_where_nothing_has_it_as_it_is(ann: User, filled: Any) -> None:
    for mistaken in ("haystakc", "haystck", "haysttack", "hawstack", "Haystacc needle"):
        assert "OPS-1" in await keys(ann, mistaken), mistaken
    assert await keys(ann, "haaystaack") == [], "one, not two"
    assert await keys(ann, "neel") == [], "not in a short word"


async def test_what_is_deleted_is_found_when_asked_for_and_says_so(ann: User, filled: Any) -> None:
    assert "WEB-3" not in await keys(ann, "haystack")
    marked = {hit["key"]: hit["deleted"] for hit in await hits(ann, "haystack", deleted=True)}
    assert marked == {"WEB-3": True, "OPS-1": False, "WEB-1": False}
    await ann.delete(f"/projects/{filled['web']['id']}")
    assert await keys(ann, "haystack", deleted=True) == ["OPS-1"], "a deleted project is not searched"


async def test_filters_stand_in_the_same_field_and_what_is_no_filter_is_sought_as_text(ann: User, filled: Any) -> None:
    assert await keys(ann, "launch status:done") == ["WEB-2"]
    assert await keys(ann, "launch status:waiting") == []
    assert await keys(ann, "assignee:me") == ["WEB-1"]
    assert await keys(ann, "haystack -assignee:me") == ["OPS-1"]
    assert await keys(ann, "created:>=2020-01-01 needle") == ["OPS-1"]
    for odd in ('"', "due:someday", "a:b:c", "(((", "sort:", "10:30", "\\", "assignee:@nobody"):
        assert await keys(ann, odd) == []


async def test_pages_have_everything_once(ann: User, filled: Any, projector: Any) -> None:
    for number in range(7):
        await ann.task(filled["ops"], f"Wheel {number}")
    await projector.catch_up()
    seen: list[str] = []
    cursor = None
    while True:
        answer = (await ann.get("/search", q="wheel", limit=3, **({"cursor": cursor} if cursor else {}))).json()
        seen += [hit["key"] for hit in answer["items"]]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert seen == [f"OPS-{number}" for number in range(9, 2, -1)]
    assert (await ann.get("/search", q="wheel", cursor="nonsense")).status_code == 422


async def test_who_has_left_a_project_finds_nothing_of_it_at_once(ann: User, bob: User, filled: Any) -> None:
    await ann.let_in(filled["ops"], bob)
    assert "OPS-1" in await keys(bob, "haystack")
    await ann.delete(f"/projects/{filled['ops']['id']}/members/{bob.id}")
    assert await keys(bob, "haystack") == ["BOB-1"]


async def test_a_comment_that_was_edited_or_deleted_is_found_as_it_is_now(
    ann: User, filled: Any, projector: Any
) -> None:
    path = f"/tasks/{filled['talked']['id']}/comments"
    comment = (await ann.get(path)).json()["items"][0]
    await ann.patch(f"{path}/{comment['id']}", {"body": "quite another thing"})
    await projector.catch_up()
    assert (await keys(ann, "another thing"), await keys(ann, "일정")) == (["WEB-1"], [])
    await ann.delete(f"{path}/{comment['id']}")
    await projector.catch_up()
    assert await keys(ann, "another thing") == []
