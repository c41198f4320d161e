"""What people type, and what capture makes of it: 300 phrases, and 1,000 titles in which there is nothing."""

from datetime import date
from pathlib import Path

import pytest

from task_service.domain.capture import Board, Person, Target, capture

HERE = Path(__file__).parent / "capture"
WEDNESDAY = date(2026, 12, 2)
PEOPLE = (
    Person(id="ann", name="Ann Lee"),
    Person(id="bo", name="Bo Kim"),
    Person(id="minsu", name="김민수"),
    Person(id="jiyoung", name="박지영"),
    Person(id="dora", name="Dora"),
    Person(id="jun", name="이준"),
    Person(id="max", name="Max Müller"),
)
LABELS = ("print", "bug", "문서", "to do", "Docs", "긴급")
BOARD = Board(
    today=WEDNESDAY,
    home=Target(id="home", key="APP", name="App", people=PEOPLE, labels=LABELS),
    others=(
        Target(id="OPS", key="OPS", name="Operations", people=PEOPLE, labels=LABELS),
        Target(id="WEB", key="WEB", name="Website", people=PEOPLE, labels=LABELS),
        Target(id="MKT", key="MKT", name="마케팅", people=PEOPLE, labels=LABELS),
    ),
)


def lines(name: str) -> list[str]:
    return [line for line in (HERE / name).read_text("utf-8").splitlines() if line and not line.startswith("# ")]


def meaning(typed: str) -> str:
    """Title and what was understood, as the files write it; the order of what was understood does not count."""
    captured = capture(typed, BOARD)
    [task] = captured.tasks
    said = {
        "due": task.due.isoformat() if task.due else "",
        "who": ",".join(task.assignees),
        "label": ",".join(task.labels),
        "priority": "" if task.priority == "none" else task.priority,
        "parent": task.parent_key or "",
        "project": "" if task.project_id == "home" else task.project_id,
        "status": task.status or "",
        "time": next((part.value for part in captured.parts if part.field == "time"), ""),
    }
    return f"{task.title} | {' '.join(f'{key}={value}' for key, value in sorted(said.items()) if value)}"


def expected(line: str) -> tuple[str, str]:
    typed, title, said = (
        (part.strip() for part in line.split(" | ") if part)
        if line.count(" | ") == 2
        else (
            *(part.strip() for part in line.removesuffix("|").split(" | ")),
            "",
        )
    )
    pairs = []
    for word in said.split(" "):
        if "=" in word or not pairs:
            pairs.append(word)
        else:
            pairs[-1] += f" {word}"  # a label of two words
    return typed, f"{title} | {' '.join(sorted(pairs))}"


@pytest.mark.parametrize("language", ["en", "ko"])
def test_at_least_98_of_100_phrases_are_understood_as_they_were_meant(language: str) -> None:
    phrases = [expected(line) for line in lines(f"phrases_{language}.txt")]
    assert len(phrases) >= 150
    wrong = [f"{typed}: {meaning(typed)!r} is not {meant!r}" for typed, meant in phrases if meaning(typed) != meant]
    assert len(wrong) <= 3, "\n".join(wrong)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_nothing_is_found_in_plain_titles(language: str) -> None:
    titles = lines(f"plain_{language}.txt")
    assert len(titles) > 500
    found = [
        f"{title}: {meaning(title)}"
        for title in titles
        if capture(title, BOARD).parts or meaning(title) != f"{title} | "
    ]
    assert found == []


@pytest.mark.parametrize("days", range(14))
@pytest.mark.parametrize("language", ["en", "ko"])
def test_nothing_is_found_in_plain_titles_on_any_day(language: str, days: int) -> None:
    board = Board(today=date.fromordinal(WEDNESDAY.toordinal() + 41 * days), home=BOARD.home, others=BOARD.others)
    assert [title for title in lines(f"plain_{language}.txt") if capture(title, board).parts] == []
