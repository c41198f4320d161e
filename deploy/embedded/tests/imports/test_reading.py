"""Encodings, separators, dates, words in small files. Long because every kind of file that people have is here."""

import json
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from taskledger.imports.choices import Choices
from taskledger.imports.model import MAX_FILE_BYTES, MAX_ROWS, BadFile, Draft
from taskledger.imports.read import read
from taskledger.imports.reading.text import decode

SMALL = Path(__file__).with_name("small")
UTC_DAYS = Choices()


def small(name: str, choices: Choices = UTC_DAYS) -> Draft:
    return read((SMALL / name).read_bytes(), name, choices)


def table(text: str, choices: Choices = UTC_DAYS) -> Draft:
    return read(text.encode(), "tasks.csv", choices)


def trello(**document: Any) -> Draft:
    lists = [{"id": "l1", "name": "To do"}, {"id": "l2", "name": "Done"}]
    return read(json.dumps({"id": "b", "name": "B", "lists": lists, "cards": [], **document}).encode(), "b", UTC_DAYS)


@pytest.mark.parametrize("name", sorted(path.name for path in SMALL.iterdir()))
def test_every_small_file_is_read_without_a_row_left_out(name: str) -> None:
    draft = small(name)
    assert (draft.tasks or name == "trello-key-clash.json", draft.left_out, draft.questions) == (True, [], []) or (
        draft.tasks and not draft.left_out and not draft.questions
    )


# --- encodings ---

TEXTS = {
    "utf-8": "제목,상태\n빵 굽기,진행\nCafé,到着\n",
    "utf-16": "title;status\n고치기;To do\n",
    "utf-16-le": "title,status\nplain,To do\n",
    "utf-16-be": "title,status\nplain,To do\n",
    "cp949": "제목,상태,담당자\n로그인 화면 오류 수정,진행 중,김하나\n설명 추가,완료,이두리\n",
    "cp932": "タイトル,ステータス\nログイン画面を直す,進行中\n説明を書く,完了\n",
    "cp1252": "title,description\nCafé menu,Prix: 5€ – déjà vu\nNaïve “quoted” text,Änderung für Müller\n",
}


@pytest.mark.parametrize("encoding", sorted(TEXTS))
def test_an_encoding_is_found_by_what_the_bytes_would_say(encoding: str) -> None:
    found = decode(TEXTS[encoding].encode(encoding))
    assert (found.text, found.sure) == (TEXTS[encoding], True)


@pytest.mark.parametrize(
    "text",
    [
        "title\nÜbergröße prüfen\n", "title\nMüller\n", "titre\nÀ vérifier\n", "título\nAño nuevo, ¿qué?\n",
        "title\nIt’s done – “quoted”\n", "title;preis\nHämmer;5 €\n", "titre\nŒuvre\n", "title\nSmörgåsbord på ön\n",
    ],
)  # fmt: skip
def test_western_text_is_never_taken_for_korean_or_japanese(text: str) -> None:
    assert decode(text.encode("cp1252")).text == text


@pytest.mark.parametrize(
    "text",
    [
        "제목\n고객 보고\n", "이름,상태\n할 일,완료\n", "제목,담당\n문 고치기,박철수\n창문 닦기,최영희\n",
        "Title,상태\nfix login,진행\n", "제목\n빵, 우유, 꿀 사기\n", "업무명,기한\n워크숍 준비,2026-12-01\n",
    ],
)  # fmt: skip
def test_korean_text_is_never_taken_for_another(text: str) -> None:
    assert decode(text.encode("cp949")).text == text


@pytest.mark.parametrize("text", ["件名\n資料を作る\n", "タスク,状態\nテスト,未着手\n", "名前\nひらがなだけ\n"])
def test_japanese_text_is_never_taken_for_another(text: str) -> None:
    assert decode(text.encode("cp932")).text == text


def test_what_could_be_two_encodings_is_asked() -> None:
    draft = read(b"title\nab" + b"\xb0\xa1\xb1\xe2" + b"\n", "a.csv", UTC_DAYS)
    doubtful = read(b"title\n\xc1\xa6\xb8\xf1x\xe9\xe8\n", "a.csv", UTC_DAYS)
    assert draft.tasks[0].title
    assert [question.kind for question in doubtful.questions] == ["encoding"]
    told = read(b"title\n\xc1\xa6\xb8\xf1x\xe9\xe8\n", "a.csv", replace(UTC_DAYS, encoding="cp1252"))
    assert (told.questions, told.tasks[0].title) == ([], "Á¦¸ñxéè")


def test_a_file_that_is_no_text_is_refused() -> None:
    with pytest.raises(BadFile, match="is not text"):
        read(bytes([0x81, 0xFF, 0x8D, 0x20]) * 50, "a.csv", UTC_DAYS)


# --- form ---


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_what_separates_cells_is_found_though_the_others_stand_in_them(separator: str) -> None:
    others = " ".join(sign for sign in ",;|" if sign != separator)
    draft = table(f"title{separator}status{separator}due\nFix {others} it{separator}To do{separator}2026-12-31\n")
    assert [(task.title, task.status, task.due) for task in draft.tasks] == [
        (f"Fix {others} it", "To do", date(2026, 12, 31))
    ]


def test_marks_of_byte_order_within_a_file_are_in_no_title() -> None:
    draft = table("Title,Status\n\ufeffOne,To do\n\ufeffTwo,\ufeffDone\n")
    assert [(task.title, task.status) for task in draft.tasks] == [("One", "To do"), ("Two", "Done")]


def test_excel_may_say_what_separates() -> None:
    assert [task.status for task in table('sep=;\ntitle;status\n"a;b";Done\n').tasks] == ["Done"]


def test_lines_before_the_headers_and_cells_of_any_size() -> None:
    draft = table(f"Report of the week\n\n,,\nOwner of the report,Ann,\nName,Status,Notes\nFix,Done,{'x' * 400_000}\n")
    assert [(task.title, task.status, len(task.description)) for task in draft.tasks] == [("Fix", "Done", 400_000)]


def test_a_row_that_is_wrong_is_left_out_with_the_reason_and_the_others_stay() -> None:
    draft = table("title,due\ngood,2026-01-01\n,2026-01-01\nlong,2026-01-01,more\nshort\n")
    assert [task.title for task in draft.tasks] == ["good", "short"]
    assert draft.left_out == [("line 3", "has no title"), ("line 4", "has 3 fields, the header has 2")]


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        (b"", "line 1"),
        (b"\n\n", "line 1"),
        (b'title\n"a', "CSV"),
        (b"PK\x03\x04 no workbook", "the file"),
        (b"{", "line 1, column 2"),
        (b'{"name": "x"}', r"\$"),
        (b"[" * 100_000, "the file"),
        (b"title\n" + b"a\n" * (MAX_ROWS + 1), "line 50002"),
        (b"x" * (MAX_FILE_BYTES + 1), "the file"),
    ],
)
def test_what_cannot_be_read_is_refused_whole(raw: bytes, where: str) -> None:
    with pytest.raises(BadFile, match=where):
        read(raw, "a.csv", UTC_DAYS)


@pytest.mark.slow
def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (300 * 1024 * 1024))
    with pytest.raises(BadFile, match="when unpacked"):
        read(bomb.read_bytes(), "bomb.xlsx", UTC_DAYS)


# --- columns ---


def test_several_columns_of_one_list_are_joined_and_of_another_field_the_first_that_is_not_empty_counts() -> None:
    draft = table("title,labels,labels,due,deadline\na,x,y,,2026-01-02\nb,,z,2026-01-01,\n")
    assert [(task.labels, task.due) for task in draft.tasks] == [
        (("x", "y"), date(2026, 1, 2)),
        (("z",), date(2026, 1, 1)),
    ]


def test_a_title_is_asked_for_where_no_header_says_it() -> None:
    draft = table("colour,size\nred,1\n")
    assert [(question.kind, list(question.options)) for question in draft.questions] == [("title", ["colour", "size"])]
    told = table("colour,size\nred,1\n", replace(UTC_DAYS, columns={"colour": "title", "size": "keep"}))
    assert [(task.title, task.kept) for task in told.tasks] == [("red", [("size", "1")])]


def test_a_column_may_be_left_out_or_mean_something_else() -> None:
    columns = {"status": "", "notes": "status"}
    draft = table("title,status,notes\na,Done,In review\n", replace(UTC_DAYS, columns=columns))
    assert [status.name for status in draft.statuses] == ["In review"]


def test_rows_are_known_by_their_ids_whatever_the_file_is_called() -> None:
    first = read(b"Issue key,Summary\nAB-1,One\n", "Jira.csv", UTC_DAYS)
    again = read(b"Summary,Issue key,Status\nOne more,AB-1,Done\n", "Jira (2).csv", UTC_DAYS)
    assert first.tasks[0].source == again.tasks[0].source
    for header in ("Task ID", "#", "ID", "Issue key", "번호", "Key"):
        assert table(f"{header},Title\n7,x\n8,x\n").tasks[0].source.endswith(":7")


def test_rows_without_ids_are_known_by_their_titles_and_equal_ones_by_their_order() -> None:
    first = [task.source for task in table("title,status\na,Done\na,Done\nb,Done\n").tasks]
    assert len(set(first)) == 3
    assert [task.source for task in table("title,status\nb,To do\na,To do\na,Done\n").tasks] == [
        first[2],
        first[0],
        first[1],
    ]


# --- dates ---


@pytest.mark.parametrize(
    "text",
    [
        "31/Dec/26 12:00 AM", "12/31/2026", "31/12/2026", "31.12.2026", "December 31, 2026", "2026년 12월 31일",
        "2026. 12. 31.", "2026/12/31", "2026-12-31T10:00:00Z", "31. Dezember 2026", "31 décembre 2026",
        "31 de diciembre de 2026", "Thu Dec 31 2026 10:00:00 GMT+0000 (GMT)", "1798711200000", "Dec 31, 2026 5:00 PM",
        "Thursday, December 31st 2026", "31-Dec-2026", "12/31/2026 17:00", "2026年12月31日",
        "Dec 30, 2026 → Dec 31, 2026",
    ],
)  # fmt: skip
def test_dates_as_programs_and_countries_write_them(text: str) -> None:
    draft = table(f'title,due\na,"{text}"\n')
    assert (draft.tasks[0].due, draft.notes) == (date(2026, 12, 31), [])


def test_what_comes_first_in_a_date_is_decided_by_the_other_rows_else_asked() -> None:
    assert table("title,due\na,03/04/2026\nb,25/12/2026\n").tasks[0].due == date(2026, 4, 3)
    assert table("title,due\na,03/04/2026\nb,12/25/2026\n").tasks[0].due == date(2026, 3, 4)
    asked = table("title,due\na,03/04/2026\n")
    assert [(question.kind, question.where) for question in asked.questions] == [("date_order", "due")]
    assert table("title,due\na,03/04/2026\n", replace(UTC_DAYS, order="day")).tasks[0].due == date(2026, 4, 3)
    # Both orders in one column: the one that is open stays open.
    assert table("title,due\na,25/12/2026\nb,12/25/2026\nc,03/04/2026\n").questions


def test_a_day_is_one_of_the_importers_time_zone() -> None:
    text = "title,due\na,2026-12-24T22:00:00Z\n"
    days = {
        zone: table(text, Choices(zone=ZoneInfo(zone))).tasks[0].due for zone in ("UTC", "Asia/Seoul", "America/Lima")
    }
    assert days == {"UTC": date(2026, 12, 24), "Asia/Seoul": date(2026, 12, 25), "America/Lima": date(2026, 12, 24)}


def test_a_date_that_is_none_is_kept_as_text_and_noted() -> None:
    draft = table("title,due\na,someday\nb,2026-02-30\n")
    assert [(task.due, task.kept) for task in draft.tasks] == [
        (None, [("due", "someday")]),
        (None, [("due", "2026-02-30")]),
    ]
    assert {note.what for note in draft.notes} == {"someday", "2026-02-30"}


# --- priorities, lists ---


@pytest.mark.parametrize(
    ("text", "priority"),
    [
        ("Highest", "urgent"), ("Major", "high"), ("Minor", "low"), ("Blocker", "urgent"), ("Immediate", "urgent"),
        ("Normal", "medium"), ("P0", "urgent"), ("Must have", "urgent"), ("Could have", "medium"),
        ("Won't have", "low"),
        ("긴급", "urgent"), ("보통", "medium"), ("Élevée", "high"), ("Niedrig", "low"), ("No priority", "none"),
        ("", "none"),
        ("1 - High", "high"), ("🔴 Urgent", "urgent"), ("Trivial", "low"),
    ],
)  # fmt: skip
def test_priorities_of_known_scales(text: str, priority: str) -> None:
    draft = table(f"title,priority\na,{text}\n")
    assert (draft.tasks[0].priority, draft.notes) == (priority, [])


def test_an_unknown_priority_is_noted_and_kept() -> None:
    draft = table("title,priority\na,Purple\nb,High\n")
    assert [task.priority for task in draft.tasks] == ["none", "high"]
    assert [(note.code, note.what) for note in draft.notes] == [("priority_unknown", "Purple")]
    assert draft.tasks[0].kept == [("priority", "Purple")]


def test_names_with_commas_are_one_person_where_the_column_separates_by_something_else() -> None:
    draft = table('title,assignees\na,"Kim, Minsu; Ann"\nb,"Lee, Jiwoo"\n')
    assert [[person.name for person in task.people] for task in draft.tasks] == [["Kim, Minsu", "Ann"], ["Lee, Jiwoo"]]


# --- Trello ---


def test_a_list_that_is_last_means_nothing_and_marks_of_completion_do() -> None:
    assert {status.category for status in small("trello-last-list-is-done.json").statuses} == {"waiting"}
    marked = trello(
        lists=[{"id": "l1", "name": "Vienna"}, {"id": "l2", "name": "Rome"}],
        cards=[
            {"id": "c1", "name": "a", "idList": "l2", "dueComplete": True},
            {"id": "c2", "name": "b", "idList": "l1"},
        ],
    )
    assert [status.category for status in marked.statuses] == ["waiting", "done"]


def test_a_card_keeps_everything_that_it_has() -> None:
    (card,) = small("trello-lost.json", Choices(zone=ZoneInfo("Europe/Paris"))).tasks
    assert card.description == "### Steps\n\n- [ ] Call (due 2026-12-01, for m1)"
    assert card.kept == [
        ("Template", "yes"),
        ("Complete", "yes"),
        ("Estimate", "5"),
        ("Attachment", "[offer.pdf](https://example.org/offer.pdf)"),
    ]
    assert card.more["start"] == date(2026, 11, 1)
    assert (card.done, [comment.body for comment in card.comments]) == (True, ["A comment copied along with its card"])


def test_a_link_of_an_attachment_is_one_only_if_a_browser_may_follow_it() -> None:
    attachments = [
        {"id": "a", "name": "x]y", "url": "javascript:alert(1)"},
        {"id": "b", "name": "z]", "url": "https://x"},
    ]
    card = trello(cards=[{"id": "c", "name": "n", "idList": "l1", "attachments": attachments}]).tasks[0]
    assert card.kept == [("Attachment", "x]y"), ("Attachment", "[z\\]](https://x)")]


def test_when_a_card_was_made_and_finished_is_read_from_ids_and_actions() -> None:
    made = "6540f0800000000000000001"
    action = {
        "id": "a1", "type": "updateCard", "date": "2024-02-01T10:00:00.000Z",
        "data": {"card": {"id": made}, "listAfter": {"id": "l2"}, "listBefore": {"id": "l1"}},
    }  # fmt: skip
    card = trello(cards=[{"id": made, "name": "a", "idList": "l2"}], actions=[action]).tasks[0]
    assert card.created_at == datetime(2023, 10, 31, 12, 18, 8, tzinfo=UTC)
    assert card.completed_at == datetime(2024, 2, 1, 10, tzinfo=UTC)


def test_halves_of_surrogate_pairs_marks_and_ids_in_objects_are_no_fault() -> None:
    raw = (
        b'\xef\xbb\xbf{"id":"b","name":"x\\ud83d","lists":[{"id":"l1","name":"To\\udc00 do"}],'
        b'"members":[{"id":"m","fullName":"Ann"}],'
        b'"cards":[{"id":"c","name":"a\\ud800b","idList":"l1","idMembers":[{"id":"m"}]}]}'
    )
    draft = read(raw, "b.json", UTC_DAYS)
    assert (draft.name, draft.tasks[0].title, draft.tasks[0].people[0].name) == ("x", "ab", "Ann")


def test_lists_of_one_name_are_told_apart_however_many_there_are() -> None:
    draft = trello(lists=[{"id": str(n), "name": "Week"} for n in range(60)])
    assert len({status.name for status in draft.statuses}) == 60


@pytest.mark.parametrize(
    ("card", "where"),
    [
        ({"id": "c", "name": "n", "idList": "nowhere"}, "$.cards[0].idList"),
        ({"id": "c", "name": "n", "idList": "l1", "due": "soon"}, "$.cards[0].due"),
        ({"id": "c", "name": ["n"], "idList": "l1"}, "$.cards[0].name"),
        ({"id": "c", "name": "n", "idList": "l1", "idMembers": [{"x": 1}]}, "$.cards[0].idMembers[0].id"),
        ("a card", "$.cards[0]"),
    ],
)
def test_a_card_that_is_wrong_is_left_out_with_its_path(card: Any, where: str) -> None:
    good = {"id": "g", "name": "good", "idList": "l1"}
    draft = trello(cards=[card, good] if isinstance(card, dict) else [good])
    assert [task.title for task in draft.tasks] == ["good"]
    if isinstance(card, dict):
        assert [at for at, _ in draft.left_out] == [where]
    else:
        with pytest.raises(BadFile, match=r"\$\.cards\[0\]"):
            trello(cards=[card])
