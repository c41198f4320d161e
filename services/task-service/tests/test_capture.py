"""Capture: what lines make of each other, where parts stand, and how what was understood is taken back."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from task_service.domain.capture import Board, Captured, Part, Person, Target, capture

WEDNESDAY = date(2026, 12, 2)
TEAM = (Person(id="ann", name="Ann Lee"), Person(id="minsu", name="김민수"))
HOME = Target(id="home", key="APP", name="App", people=TEAM, labels=("Docs", "bug"))
BOARD = Board(today=WEDNESDAY, home=HOME, others=(Target(id="web", key="WEB", name="Website", people=TEAM[:1]),))


def understood(text: str, board: Board = BOARD) -> list[tuple[str, str, str]]:
    """What was understood: field, value, and the text that says so."""
    lines = text.split("\n")
    return [(p.field, p.value, lines[p.line][p.start : p.end]) for p in capture(text, board).parts]


def tree(captured: Captured) -> list[tuple[str, str | None]]:
    return [(t.title, None if t.under is None else captured.tasks[t.under].title) for t in captured.tasks]


def test_a_line_is_a_task_in_the_order_of_the_lines() -> None:
    captured = capture("Buy paper\n\nCall Bob\r\n   \n- Ship it", BOARD)
    assert [(task.line, task.title) for task in captured.tasks] == [(0, "Buy paper"), (2, "Call Bob"), (4, "Ship it")]


def test_indented_lines_are_children_of_the_line_above() -> None:
    text = "Party\n  - Food\n    - Cake\n    - Soup\n  - Music\n\tLights\nClean up"
    assert tree(capture(text, BOARD)) == [
        ("Party", None),
        ("Food", "Party"),
        ("Cake", "Food"),
        ("Soup", "Food"),
        ("Music", "Party"),
        ("Lights", "Music"),
        ("Clean up", None),
    ]


def test_children_come_back_to_the_depth_that_they_are_indented_to() -> None:
    assert tree(capture("    deep\n  less\nnot\n  under", BOARD)) == [
        ("deep", None),
        ("less", None),
        ("not", None),
        ("under", "not"),
    ]


@pytest.mark.parametrize(
    "mark", ["- ", "* ", "+ ", "• ", "1. ", "12) ", "(3) ", "① ", "가. ", "a) ", "- [ ] ", "[ ] ", "☐ ", "## ", "  – "]
)
def test_bullets_numbers_and_boxes_are_not_of_the_title(mark: str) -> None:
    [task] = capture(f"{mark}Buy paper", BOARD).tasks
    assert (task.title, task.status) == ("Buy paper", None)


@pytest.mark.parametrize("mark", ["- [x] ", "* [X] ", "[x] ", "☑ ", "1. [x] ", "✅ ", "- ✔ "])
def test_a_ticked_box_is_done(mark: str) -> None:
    [task] = capture(f"{mark}Buy paper", BOARD).tasks
    assert (task.title, task.status) == ("Buy paper", "done")
    assert [part[:2] for part in understood(f"{mark}Buy paper")] == [("status", "done")]


@pytest.mark.parametrize("text", ["", "\n\n", "---", " * * *", "  ===  ", "- ", "1. "])
def test_what_says_nothing_is_no_task(text: str) -> None:
    captured = capture(text, BOARD)
    assert [task.title for task in captured.tasks if task.title.strip(" -.1") == ""] == []
    assert captured.parts == ()


@pytest.mark.parametrize("text", ["tomorrow", "내일까지", "@ann", "#docs !high", "- fri"])
def test_a_line_that_says_nothing_else_is_its_own_title(text: str) -> None:
    captured = capture(text, BOARD)
    assert [task.title for task in captured.tasks] == [text.removeprefix("- ")]
    assert captured.parts == ()


def test_parts_are_told_by_line_and_code_points() -> None:
    text = "Party 🎉 for 👨‍👩‍👧\n  - Cake 🎂 @ann fri"
    parts = capture(text, BOARD).parts
    line = text.split("\n")[1]
    assert parts == (
        Part(line=1, start=line.index("@ann"), end=line.index("@ann") + 4, field="assignees", value="ann"),
        Part(line=1, start=line.index("fri"), end=len(line), field="due", value="2026-12-04"),
    )


def test_a_time_of_day_is_told_and_stays_in_the_title() -> None:
    [task] = capture("Call Bob tomorrow at 3pm", BOARD).tasks
    assert (task.title, task.due) == ("Call Bob at 3pm", date(2026, 12, 3))
    assert understood("Call Bob tomorrow at 3pm") == [("due", "2026-12-03", "tomorrow"), ("time", "15:00", "at 3pm")]


def test_a_time_of_day_alone_is_no_day() -> None:
    assert understood("Call Bob at 3pm") == []


def test_a_project_says_whose_people_and_labels_are_meant() -> None:
    [task] = capture("Write #docs @minsu @김민수 @ann >web", BOARD).tasks
    assert (task.project_id, task.assignees, task.labels) == ("web", ("ann",), ("docs",))
    assert task.title == "Write @minsu @김민수"


def test_a_name_that_two_people_have_means_nobody() -> None:
    two = (Person(id="a", name="Ann Lee"), Person(id="b", name="Ann Kim"))
    board = Board(today=WEDNESDAY, home=Target(id="home", key="APP", name="App", people=two))
    assert understood("Ask @ann", board) == []
    assert understood("Ask @ann kim", board) == [("assignees", "b", "@ann kim")]


def test_of_two_days_the_deadline_counts_else_the_first() -> None:
    assert understood("Call Bob tomorrow, by friday") == [("due", "2026-12-04", "by friday")]
    assert [part[1] for part in understood("Call Bob monday, tuesday")] == ["2026-12-07"]


@pytest.mark.parametrize(("day_first", "due"), [(False, date(2027, 3, 4)), (True, date(2027, 4, 3))])
def test_the_order_of_day_and_month_is_the_writers(day_first: bool, due: date) -> None:
    board = Board(today=WEDNESDAY, home=HOME, day_first=day_first)
    assert capture("Pay the rent by 3/4", board).tasks[0].due == due


@pytest.mark.parametrize(
    "text", ["Fix what broke 2026-11-01", "보고서 11월 31일까지", "Pay on Feb 30", "2026년 1월 2일 회고"]
)
def test_a_day_that_has_gone_by_or_never_comes_is_text(text: str) -> None:
    assert understood(text) == []


@pytest.mark.parametrize("today", [date(2024, 2, 29), date(2026, 12, 31), date(2027, 1, 1), date(2026, 12, 6)])
def test_what_is_understood_is_never_before_today(today: date) -> None:
    board = Board(today=today, home=HOME)
    for said in (
        "today",
        "fri",
        "this sat",
        "next month",
        "in a month",
        "eow",
        "금요일까지",
        "이번 주까지",
        "월말까지",
        "31일까지",
    ):
        [task] = capture(f"Pay {said}", board).tasks
        assert task.due is not None, said
        assert task.due >= today


TYPED = [
    "Call Bob tomorrow",
    "Send it by next friday @ann #docs !high",
    "견적서 다음 주 금요일까지 보내기 @민수",
    "^APP-3 write >web in 3 days",
    "내일 오후 3시 회의 #회의",
]


@pytest.mark.parametrize("text", TYPED)
@pytest.mark.parametrize("taking_back", ['"{}"', "“{}”", "\\{}"])
def test_each_part_is_taken_back_by_quoting_it(text: str, taking_back: str) -> None:
    for part in capture(text, BOARD).parts:
        if part.field == "time":
            continue
        quoted = text[: part.start] + taking_back.format(text[part.start : part.end]) + text[part.end :]
        captured = capture(quoted, BOARD)
        assert part.field not in {other.field for other in captured.parts}, quoted
        words = text[part.start : part.end]
        assert (words if taking_back.startswith("\\") else taking_back.format(words)) in captured.tasks[0].title


@given(st.text(alphabet=st.characters(exclude_characters="\r", min_codepoint=9), max_size=60))
def test_no_text_is_lost_and_parts_lie_apart(text: str) -> None:
    _sound(text)


@given(
    st.lists(
        st.sampled_from(
            [
                "내일",
                "fri",
                "next",
                "friday",
                "3일",
                "뒤",
                "까지",
                "@ann",
                "#docs",
                "!high",
                ">web",
                "^APP-1",
                '"',
                "\\",
                "(",
                ")",
                "12월",
                "24일",
                "in",
                "days",
                "3",
                ":",
                ",",
                "-",
                "[x]",
                "\n",
                "\t",
                "Buy",
                "우유",
                "at",
                "3pm",
                "by",
                "🎉",
            ]
        ),
        max_size=12,
    )
)
def test_no_word_is_lost_in_whatever_order_words_come(words: list[str]) -> None:
    _sound(" ".join(words))


def _sound(text: str) -> None:
    captured = capture(text, BOARD)
    lines = text.split("\n")
    assert [task.line for task in captured.tasks] == sorted({task.line for task in captured.tasks})
    for place, task in enumerate(captured.tasks):
        assert task.title.strip()
        assert task.under is None or task.under < place
        parts = [part for part in captured.parts if part.line == task.line]
        ends = [0, *(part.end for part in parts)]
        assert all(before <= part.start < part.end for before, part in zip(ends, parts, strict=False))
        left = lines[task.line]
        for part in reversed(parts):
            if part.field != "time":
                left = left[: part.start] + left[part.end :]
        kept = [character for character in task.title if character.isalnum()]
        said = [character for character in left if character.isalnum()]
        assert "".join(said).endswith("".join(kept))  # in front there may have been a number
