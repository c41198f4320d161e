"""Who is meant by an `@`: read from what a text says, whole names only."""

import pytest

from task_service.mentions import mentioned
from testkit.tasks import User, World, expect

NAMES = {
    "ann": "Ann",
    "anna": "Anna",
    "lee": "Ann Lee",
    "kimmin": "김민",
    "minsu": "김민수",
    "ann2": "Ann",
    "none": "",
    "oyz": "Ö. Y-Z",
    "obrien": "O’Brien",
    "o": "O",
    "tanaka": "田中",
    "jiwoo": "이지우",
    "under": "Kim_Min_Su",
}
BOTH = ["ann", "ann2"]


@pytest.mark.parametrize(
    ("body", "ids"),
    [
        ("@Ann", BOTH),
        ("hello @ann!", BOTH),
        ("@Anna", ["anna"]),
        ("@Anna and @ANN", ["anna", *BOTH]),
        ("@Ann Lee", ["lee"]),
        ("@Ann\nLee", ["lee"]),
        ("@Ann\u00a0Lee", ["lee"]),
        ("@Ann Leeson", BOTH),
        ("@Annabel", []),
        ("@Ann-Marie", []),
        ("@Ann_", []),
        ("@Ann's task", BOTH),
        ("mail ann@ann.com", []),
        ("x@Ann", []),
        ("(@Ann)", BOTH),
        ("@@Ann", BOTH),
        ("@", []),
        ("@ Ann", []),
        ("", []),
        ("@ö. y-z", ["oyz"]),
        # Korean
        ("@김민수님이", ["minsu"]),
        ("@김민이", ["kimmin"]),
        ("@김민지", []),
        ("@김민가", []),
        ("@김민수가", ["minsu"]),
        ("@김민수 팀장님", ["minsu"]),
        ("@김민수팀장님께", ["minsu"]),
        ("@이지우에게는", ["jiwoo"]),
        ("@이지우한테도 말함", ["jiwoo"]),
        ("@이지우로부터", ["jiwoo"]),
        ("@이지우진", []),
        ("@Ann님", BOTH),
        ("@Ann이랑", BOTH),
        ("담당자@김민수", ["minsu"]),
        ("@김민수@Ann", ["minsu", *BOTH]),
        ("@김민수님@Ann", ["minsu", *BOTH]),
        ("@Ann/@김민수", [*BOTH, "minsu"]),
        # NFD
        ("@\u1100\u1175\u11b7\u1106\u1175\u11ab\u1109\u116e", ["minsu"]),
        # other scripts, signs
        ("@田中さん", ["tanaka"]),
        ("@田中さんお願いします", ["tanaka"]),
        ("@田中島", []),
        ("@O’Brien", ["obrien"]),
        ("@O'Brien", ["obrien"]),
        ("@oʼbrien:", ["obrien"]),
        ("@O'Neill", []),
        ("＠Ann", BOTH),
        ("＠Ａｎｎ", BOTH),
        ("@Kim\\_Min\\_Su", ["under"]),
        ("@Kim_Min_Su", ["under"]),
        # Markdown
        ("`@Ann`", []),
        ("``x ` @Ann``", []),
        ("```\n@Ann\n```", []),
        ("~~~ts\n@Ann\n~~~\n@Anna", ["anna"]),
        ("    @Ann", []),
        ("\\@Ann", []),
        ("&#64;Ann", []),
        ("https://x/@Ann", []),
        ("<https://x/@Ann>", []),
        ("see x.example/@Ann", []),
        ("www.example.org/@Ann", []),
        ("[@Ann](https://x)", []),
        ("[x](https://x/@Ann)", []),
        ("![@Ann](x.png)", []),
        ("<!-- @Ann -->", []),
        ('<a title="@Ann">', []),
        ("**@Ann**", BOTH),
        ("_@Ann_", BOTH),
        ("- [ ] @Ann", BOTH),
        ("1. a\n   - [x] ask @김민수에게", ["minsu"]),
        ("> @Ann", BOTH),
        ("# @Ann", BOTH),
        ("| a | b |\n|---|---|\n| @Ann | `@Anna` |", BOTH),
        ("~~@Ann~~", BOTH),
        ("`@Anna` but @Ann", BOTH),
    ],
)
def test_whoever_is_named_after_an_at_is_mentioned(body: str, ids: list[str]) -> None:
    assert list(mentioned(body, NAMES)) == ids


def test_of_people_with_one_name_those_are_meant_who_were_chosen() -> None:
    assert mentioned("@Ann and @Anna", NAMES, given=["ann2"]) == ("ann2", "anna")


@pytest.mark.parametrize(
    "part", ["[", "*a ", "`", "@", "<", "![", "> ", "- ", "_@Ann", "\\@", "@Ann ", "[a](", "&", "|"]
)
def test_no_text_takes_long_to_read(part: str) -> None:
    mentioned(part * (50_000 // len(part)) + "@Ann", {str(n): f"Name {n}" for n in range(100)})


async def test_whoever_a_description_names_is_named_once(world: World, ann: User) -> None:
    minsu, gone = await world.user("김민수"), await world.user("Cem")
    project = await ann.project()
    for person in (minsu, gone):
        await ann.let_in(project, person)
    await world.erase(gone)
    task = await ann.task(project, description="- [ ] ask @김민수에게, @Cem, `@Ann Lee`")
    path = f"/tasks/{task['id']}"
    for text in ("- [x] ask @김민수에게", "nobody", "@김민수 again", "@Ann Lee too, @김민수"):
        expect(await ann.patch(path, {"description": text}), 200)

    events = (await ann.get(f"{path}/history")).json()["items"]
    assert [event["type"].removeprefix("task.") for event in events] == [
        "created",
        "mentioned",
        *["description-changed"] * 4,
        "mentioned",
    ]


async def test_of_two_namesakes_the_chosen_one_is_mentioned(world: World, ann: User) -> None:
    one, other = await world.user("Lee Jiwoo"), await world.user("Lee Jiwoo")
    project = await ann.project()
    for person in (one, other):
        await ann.let_in(project, person)
    path = f"/tasks/{(await ann.task(project))['id']}/comments"
    chosen = await ann.post(path, {"body": "@Lee Jiwoo", "mentions": [other.id]})
    both = await ann.post(path, {"body": "@Lee Jiwoo"})
    assert (chosen.json()["mentions"], sorted(both.json()["mentions"])) == ([other.id], sorted([one.id, other.id]))
