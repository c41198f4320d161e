"""What the importers make of a file, and what they say of a bad one."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from contracts.project import DEFAULT_STATUSES, Label
from taskledger.board import BadFile, statuses_of
from taskledger.csv_board import read_csv
from taskledger.trello import read_trello

EXPORT = Path(__file__).with_name("trello.json").read_bytes()


def changed(path: str, value: Any) -> bytes:
    """The export with one value replaced; None removes it. `path` is dotted, numbers index arrays."""
    document = json.loads(EXPORT)
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    entry = document
    for parent in parents:
        entry = entry[parent]
    if value is None:
        del entry[last]
    else:
        entry[last] = value
    return json.dumps(document).encode()


def test_lists_become_statuses_in_the_order_of_the_board() -> None:
    board = read_trello(EXPORT)
    assert [(status.key, status.name, status.category) for status in board.statuses] == [
        ("to_do", "To do", "waiting"),
        ("doing", "Doing", "active"),
        ("status_3", "완료", "done"),
    ]


def test_a_card_brings_all_that_hangs_on_it() -> None:
    oven = next(card for card in read_trello(EXPORT).cards if card.title == "Buy the oven")
    assert oven.description == (
        "Two decks.\nAsk for the *delivery*.\n\n### Before paying\n\n- [x] measure the door\n- [ ] ask for the warranty"
    )
    assert (oven.status, oven.due, oven.labels) == ("doing", date(2026, 3, 1), ("kitchen", "yellow"))
    assert [person.name for person in oven.people] == ["Ann Baker", "Somebody Else"]
    assert [(comment.author, comment.body, comment.written_at) for comment in oven.comments] == [
        ("Ann Baker", "Which one?", datetime(2026, 2, 1, 8, tzinfo=UTC)),
        ("Somebody Else", "It fits through the door.", datetime(2026, 2, 3, 9, 30, tzinfo=UTC)),
    ]


def test_labels_keep_their_colours_and_one_without_a_name_is_called_by_its_colour() -> None:
    assert read_trello(EXPORT).labels == (Label(name="kitchen", color="green"), Label(name="yellow", color="yellow"))


@pytest.mark.parametrize(
    ("theirs", "ours"), [("sky_dark", "teal"), ("black_light", "gray"), (None, None), ("neon", None)]
)
def test_a_colour_of_trello_becomes_its_nearest(theirs: str | None, ours: str | None) -> None:
    document = json.loads(EXPORT)
    document["labels"] = [{"name": "a", "color": theirs}]
    assert read_trello(json.dumps(document).encode()).labels == (Label(name="a", color=ours),)


def test_archived_cards_and_cards_of_archived_lists_come_as_archived() -> None:
    board = read_trello(EXPORT)
    assert {card.title for card in board.cards if card.archived} == {"Rent the corner shop", "Sell ice cream as well"}
    assert any("Old ideas" in note for note in board.notes)


def test_cards_come_in_the_order_of_the_board() -> None:
    assert [card.title for card in read_trello(EXPORT).cards][:2] == ["간판 주문하기", "Buy the oven"]


def test_an_export_with_all_the_actions_it_may_have_says_that_older_comments_are_missing() -> None:
    action = {"id": "a", "type": "updateCard"}
    assert any("1000" in note for note in read_trello(changed("actions", [action] * 1000)).notes)


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        (b"", "line 1"),
        (b"{", "line 1, column 2"),
        (b'{"lists": [\n  }', "line 2"),
        (b"[]", "$"),
        (b'{"name": "x"}', "$"),
        (changed("name", None), r"\$\.name"),
        (changed("lists.1.name", 7), r"\$\.lists\[1\]\.name"),
        (changed("cards.0.idList", "nowhere"), r"\$\.cards\[0\]\.idList"),
        (changed("cards.0.idList", None), r"\$\.cards\[0\]\.idList"),
        (changed("cards.2.due", "soon"), r"\$\.cards\[2\]\.due"),
        (changed("cards.1", "a card"), r"\$"),
        (changed("cards", {}), r"\$\.cards"),
        (changed("checklists.0.checkItems.0.name", None), r"\$\.checklists\[0\]\.checkItems\[0\]\.name"),
        (changed("actions.0.data.text", None), r"\$\.actions\[0\]\.data\.text"),
        (changed("actions.1.date", "then"), r"\$\.actions\[1\]\.date"),
        (changed("lists", [{"id": str(n), "name": f"list {n}"} for n in range(31)]), r"\$\.lists"),
    ],
)
def test_a_bad_export_is_refused_with_the_place_of_the_fault(raw: bytes, where: str) -> None:
    with pytest.raises(BadFile, match=where):
        read_trello(raw)


def test_a_csv_is_understood_by_its_headers_in_either_language() -> None:
    text = '﻿Task Name,제목 2,STATUS,담당자,due-date,Tags,Priority\r\nx,y,Doing,"Ann; Bob",2026-3-1,"a,b",High\r\n'
    with pytest.raises(BadFile, match="line 1"):
        read_csv(text.replace("Task Name", "colour").encode(), "tasks")
    board = read_csv(text.replace("Task Name", "title").encode(), "tasks")
    card = board.cards[0]
    assert (card.title, card.due, card.labels, card.priority) == ("x", date(2026, 3, 1), ("a", "b"), "high")
    assert [person.name for person in card.people] == ["Ann", "Bob"]
    assert board.notes == ["columns that were not understood and not imported: 제목 2"]


def test_a_korean_csv_as_excel_writes_it_is_read() -> None:
    raw = "제목,상태,담당자,우선순위\n빵 굽기,진행,김하나,높음\n".encode("cp949")
    card = read_csv(raw, "할일").cards[0]
    assert (card.title, card.priority, card.people[0].name) == ("빵 굽기", "high", "김하나")


def test_a_field_may_have_several_lines() -> None:
    card = read_csv(b'title,notes\n"Bake","first\nsecond ""quoted"""\n', "tasks").cards[0]
    assert (card.title, card.description) == ("Bake", 'first\nsecond "quoted"')


def test_the_usual_statuses_stay_and_others_are_made_from_the_file() -> None:
    assert read_csv(b"title,status\na,Done\nb,in_progress\nc,\n", "x").statuses == DEFAULT_STATUSES
    statuses = read_csv(b"title,status\na,Backlog\nb,Review\nc,Shipped\n", "x").statuses
    assert [(status.name, status.category) for status in statuses] == [
        ("Backlog", "waiting"),
        ("Review", "active"),
        ("Shipped", "done"),
    ]


def test_equal_rows_are_two_tasks_and_keep_their_ids() -> None:
    first = [card.source for card in read_csv(b"title\na\na\nb\n", "x").cards]
    assert len(set(first)) == 3
    assert [card.source for card in read_csv(b"title\nb\na\na\n", "x").cards] == [first[2], first[0], first[1]]


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        (b"", "line 1"),
        (b"colour,size\nred,1\n", "line 1"),
        (b"title,name\na,b\n", "line 1"),
        (b"title,due\na,2026-01-01\nb\n", "line 3"),
        (b'title,notes\n"a\n\nb",c\nd\n', "line 5"),
        (b"title,due\na,2026-02-30\n", "line 2"),
        (b"title,due\na,tomorrow\n", "line 2"),
        (b"title,priority\na,very\n", "line 2"),
        (b"title,notes\n,text\n", "line 2"),
        (b'title\n"a', "CSV"),
        (b"title\n\xff\xfe\xfa\n", "UTF-8"),
    ],
)
def test_a_bad_csv_is_refused_with_its_line(raw: bytes, where: str) -> None:
    with pytest.raises(BadFile, match=where):
        read_csv(raw, "tasks")


def test_what_a_column_means_is_guessed_from_its_name_else_from_its_place() -> None:
    assert [status.category for status in statuses_of(["Aa", "Bb", "Cc"], "x")] == ["waiting", "active", "done"]
    assert [status.category for status in statuses_of(["할 일", "진행 중", "완료", "보류"], "x")] == [
        "waiting",
        "active",
        "done",
        "active",
    ]
    assert [status.category for status in statuses_of(["Only"], "x")] == ["waiting"]


def test_columns_with_one_name_get_two_keys() -> None:
    assert [status.key for status in statuses_of(["New", "new", "새로"], "x")] == ["new", "new_2", "status_3"]
