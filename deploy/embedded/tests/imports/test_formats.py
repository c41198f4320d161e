"""What is read from a real-looking file of each format. Long because every format is here."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from taskledger.imports.choices import Choices
from taskledger.imports.formats import DOCUMENTS, TABLES, TEXTS
from taskledger.imports.model import Draft, DraftTask
from taskledger.imports.read import read

FILES = Path(__file__).with_name("files")
PARIS = Choices(zone=ZoneInfo("Europe/Paris"), zone_name="Europe/Paris")


def drafted(name: str, choices: Choices = PARIS) -> Draft:
    return read((FILES / name).read_bytes(), name, choices)


def task(draft: Draft, title: str) -> DraftTask:
    return next(task for task in draft.tasks if task.title == title)


def meanings(draft: Draft) -> dict[str, str | None]:
    return {status.name: status.category for status in draft.statuses}


def names(task: DraftTask) -> Sequence[str]:
    return [person.name for person in task.people]


FORMATS = {
    "any.csv": "table",
    "asana.csv": "asana",
    "azure-devops.csv": "azure-devops",
    "clickup.csv": "clickup",
    "deck.json": "deck",
    "github.tsv": "github",
    "gitlab.csv": "gitlab",
    "jira-de.csv": "jira",
    "jira-en.csv": "jira",
    "jira-es.csv": "jira",
    "jira-fr.csv": "jira",
    "jira-ko.csv": "jira",
    "kanboard-board.json": "kanboard",
    "kanboard.csv": "kanboard",
    "linear.csv": "linear",
    "monday.xlsx": "monday",
    "notion.csv": "notion",
    "openproject.csv": "openproject",
    "pivotal.csv": "pivotal",
    "planka.json": "planka",
    "planner.xlsx": "planner",
    "redmine.csv": "redmine",
    "taskledger.csv": "taskledger",
    "taskledger.json": "taskledger",
    "todo.txt": "todo.txt",
    "todoist.csv": "todoist",
    "trello-premium.csv": "trello-csv",
    "trello.json": "trello",
    "vikunja.json": "vikunja",
    "wekan.json": "wekan",
}


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_format_is_known_by_what_is_in_the_file_whatever_its_name(name: str) -> None:
    suffix = Path(name).suffix
    draft = read((FILES / name).read_bytes(), f"renamed{'.txt' if suffix == '.txt' else '.bin'}", PARIS)
    assert draft.format == FORMATS[name]
    assert draft.tasks
    assert draft.questions == []
    assert draft.left_out == []


def test_every_format_has_a_file_here() -> None:
    known = {name for forms in (TABLES, DOCUMENTS, TEXTS) for name in (form.name for form in forms)}
    assert known == set(FORMATS.values()) - {"table"}
    assert {path.name for path in FILES.iterdir()} == set(FORMATS)


def test_jira_in_english_has_repeated_columns_comments_and_the_meaning_of_each_status() -> None:
    draft = drafted("jira-en.csv")
    assert meanings(draft) == {"QA Sign-off": "active", "Backlog": "waiting", "Ready": "done"}
    fails = task(draft, "Checkout fails for gift cards")
    assert (fails.source, fails.priority, fails.due) == ("jira:SHOP-101", "urgent", date(2025, 10, 31))
    assert (fails.labels, names(fails)) == (("payments", "checkout"), ["Baker, Ann"])
    assert fails.description == 'Steps:\n# put a card in the basket\n# pay, then "Back"'
    assert [comment.body for comment in fails.comments] == ["Seen on staging, too", "Fixed in; build 42"]
    assert fails.comments[0].written_at == datetime(2025, 10, 6, 8, tzinfo=UTC)
    assert fails.more["estimate"] == 3
    assert fails.created_at == datetime(2025, 10, 5, 7, 14, tzinfo=UTC)
    assert task(draft, "Remove the old banner").completed_at == datetime(2025, 9, 3, 6, tzinfo=UTC)
    assert task(draft, 'Say "thank you" after paying').people == ()


@pytest.mark.parametrize(
    ("name", "title", "status", "category", "priority", "due", "labels", "person"),
    [
        ("jira-ko.csv", "결제 오류 수정", "운영 반영", "done", "urgent", (2025, 10, 31), "결제 긴급건", "김하나"),
        ("jira-de.csv", "Anmeldung reparieren", "In Überprüfung", "active", "urgent", (2025, 12, 31), "web dringend",
         "Jürgen Groß"),
        ("jira-fr.csv", "Réparer la connexion", "En cours de revue", "active", "high", (2025, 12, 24), "web urgent",
         "Hélène Dupré"),
        ("jira-es.csv", "Arreglar el acceso", "En revisión", "active", "urgent", (2025, 12, 31), "web urgente",
         "Íñigo Peña"),
    ],
)  # fmt: skip
def test_jira_in_other_languages(
    name: str,
    title: str,
    status: str,
    category: str,
    priority: str,
    due: tuple[int, int, int],
    labels: str,
    person: str,
) -> None:
    draft = drafted(name)
    found = task(draft, title)
    assert (found.status, found.priority, found.due, found.labels) == (
        status,
        priority,
        date(*due),
        tuple(labels.split()),
    )
    assert names(found) == [person]
    assert meanings(draft)[status] == category
    assert len(found.comments) == 1
    assert found.comments[0].author
    assert found.description
    assert "done" not in [
        meanings(draft)[other.status] for other in draft.tasks if other.priority == "low"
    ] or name == ("jira-fr.csv")


def test_asana_says_what_is_done_by_when_it_was_completed() -> None:
    draft = drafted("asana.csv")
    assert [(entry.title, entry.done) for entry in draft.tasks] == [
        ("Book the venue", True),
        ("Print the flyers", False),
        ("Write thank-you notes", False),
    ]
    venue = task(draft, "Book the venue")
    assert (venue.status, venue.labels, venue.due) == ("Before the fair", ("fair", "travel"), date(2025, 9, 30))
    assert ("Blocked By (Dependencies)", "Book the venue") in task(draft, "Print the flyers").kept
    assert set(meanings(draft).values()) == {"waiting"}


def test_todoist_has_sections_notes_sub_tasks_and_dates_that_recur() -> None:
    draft = drafted("todoist.csv")
    bank = task(draft, "Call the bank")
    assert (bank.priority, bank.due, bank.labels) == ("urgent", date(2026, 12, 31), ("phone", "money"))
    assert [comment.body for comment in bank.comments] == ["They close at 16:00"]
    assert names(bank) == ["Bob"]
    fence = task(draft, "Paint the fence")
    assert (fence.status, fence.priority, fence.due, fence.kept) == ("Home", "none", None, [("DATE", "every spring")])
    assert ("PARENT", "Paint the fence") in task(draft, "Buy paint").kept
    assert [(note.code, note.what) for note in draft.notes if note.code == "date_unknown"] == [
        ("date_unknown", "every spring")
    ]


def test_clickup_has_milliseconds_lists_in_brackets_and_comments_in_json() -> None:
    draft = drafted("clickup.csv")
    login = task(draft, "Fix login")
    assert (login.due, login.priority, login.labels) == (date(2026, 12, 31), "urgent", ("web", "auth"))
    assert names(login) == ["Ann Baker", "Bob Stone"]
    assert [(comment.author, comment.body) for comment in login.comments] == [("bob@example.org", "Looks good")]
    assert meanings(draft) == {"in review": "active", "complete": "done"}
    assert task(draft, "Update the docs").comments == []


def test_linear_has_dates_as_javascript_writes_them() -> None:
    draft = drafted("linear.csv")
    feed = task(draft, "Cache the feed")
    assert (feed.due, feed.labels, feed.priority) == (date(2025, 12, 31), ("Performance", "Backend"), "urgent")
    assert feed.created_at == datetime(2025, 10, 2, 8, tzinfo=UTC)
    assert meanings(draft) == {"In Review": "active", "Canceled": "done", "Triage": "waiting"}


def test_notion_has_months_by_name_and_stretches_of_days() -> None:
    draft = drafted("notion.csv")
    assert [entry.due for entry in draft.tasks] == [date(2026, 12, 3), date(2026, 12, 4), date(2026, 11, 2)]
    assert names(draft.tasks[0]) == ["Ann Baker", "Bob Stone"]
    assert meanings(draft) == {"In progress": "active", "Not started": "waiting", "Done": "done"}


def test_github_projects_know_rows_by_their_address() -> None:
    draft = drafted("github.tsv")
    crash = draft.tasks[0]
    assert crash.source == "github:https://github.com/example/app/issues/7"
    assert (crash.labels, names(crash)) == (("bug", "good first issue"), ["ann", "bob"])
    # With a P0 in the column, P1 is the second of five.
    assert [entry.priority for entry in draft.tasks] == ["high", "urgent", "medium"]


def test_gitlab_times_are_in_utc_and_two_projects_have_different_ids() -> None:
    draft = drafted("gitlab.csv", replace(PARIS, zone=ZoneInfo("Asia/Seoul")))
    slow = draft.tasks[0]
    assert slow.source.endswith("https://gitlab.example.org/team/app/-/issues/12")
    assert slow.created_at == datetime(2025, 10, 1, 22, 30, tzinfo=UTC)
    assert meanings(draft) == {"Open": "waiting", "Closed": "done"}


def test_redmine_has_dates_of_the_us_where_a_day_shows_it() -> None:
    draft = drafted("redmine.csv")
    search = task(draft, "Search returns nothing")
    assert (search.due, search.priority, search.labels) == (date(2025, 10, 31), "urgent", ("Search",))
    # 09/05 stands in the column of 09/13; the columns agree with one another.
    assert task(draft, "Typo on the start page").created_at == datetime(2025, 9, 1, 7, 14, tzinfo=UTC)


def test_openproject() -> None:
    draft = drafted("openproject.csv")
    cables = task(draft, "Lay the cables")
    assert (cables.due, cables.priority, names(cables)) == (date(2025, 10, 31), "urgent", ["Ann Baker"])
    assert cables.more["start"] == date(2025, 10, 1)
    assert meanings(draft)["Rejected"] == "done"


def test_azure_devops_has_titles_by_depth_and_people_with_addresses() -> None:
    draft = drafted("azure-devops.csv")
    assert [entry.title for entry in draft.tasks] == ["Payments", "Pay by card", "Receipt in the wrong currency"]
    assert (draft.tasks[0].people[0].name, draft.tasks[0].people[0].username) == ("Ann Baker", "ann@example.org")
    assert draft.tasks[1].labels == ("web", "card")
    assert draft.tasks[0].due == date(2026, 12, 31)


def test_monday_has_groups_headings_in_between_and_sub_items() -> None:
    draft = drafted("monday.xlsx")
    assert [(entry.title, entry.status) for entry in draft.tasks] == [
        ("Fix the printer", "Working on it"),
        ("Buy toner", "Stuck"),
        ("Answer the letter", ""),
        ("Clean the kitchen", "Done"),
    ]
    printer, toner, *_ = draft.tasks
    assert (printer.due, printer.priority, printer.source) == (date(2026, 12, 3), "urgent", "monday:9001")
    assert ("Group", "This week") in printer.kept
    assert ("Parent", "Fix the printer") in toner.kept
    assert meanings(draft) == {"Working on it": "active", "Stuck": "active", "Done": "done"}


def test_planner_has_progress_beside_buckets_and_dates_of_both_kinds() -> None:
    draft = drafted("planner.xlsx")
    assert meanings(draft) == {"In progress": "active", "Not started": "waiting", "Completed": "done"}
    van, archive, phone = draft.tasks
    assert (van.due, van.priority, van.labels) == (date(2026, 12, 3), "high", ("Transport", "Money"))
    assert (archive.created_at, archive.due) == (None, date(2026, 12, 1))
    assert ("Bucket Name", "To do") in phone.kept


def test_pivotal_accepts_what_is_done() -> None:
    draft = drafted("pivotal.csv")
    assert meanings(draft) == {"finished": "active", "accepted": "done", "unscheduled": "waiting"}
    login = draft.tasks[0]
    assert (names(login), login.priority, login.due) == (["Bob Stone", "Cem Kaya"], "high", date(2025, 12, 31))
    assert [(comment.author, comment.body) for comment in login.comments] == [("Ann Baker", "Tried it, works")]


def test_kanboard_has_the_column_as_status_and_the_status_as_mark() -> None:
    for name in ("kanboard.csv", "kanboard-board.json"):
        draft = drafted(name)
        assert [entry.done for entry in draft.tasks] == [False, True]
        chairs = draft.tasks[0]
        assert (chairs.due, chairs.priority, names(chairs)) == (date(2026, 12, 31), "high", ["Ann Baker"])
        assert {"Office", "buy"} <= set(chairs.labels)


def test_planka() -> None:
    draft = drafted("planka.json")
    carrots = task(draft, "Sow carrots")
    assert (carrots.due, carrots.labels, names(carrots)) == (
        date(2026, 4, 1),
        ("vegetables", "lagoon-blue"),
        ["Ann Baker"],
    )
    assert carrots.description == "Two rows\n\n### Tasks\n\n- [x] Loosen the soil"
    assert [comment.author for comment in carrots.comments] == ["Ann Baker"]
    assert meanings(draft)["Over"] == "done"
    assert task(draft, "Dig a pond").deleted
    assert [(label.name, label.color) for label in draft.labels] == [("vegetables", "red"), ("lagoon-blue", "blue")]


def test_vikunja_has_html_and_marks() -> None:
    draft = drafted("vikunja.json")
    roof, chimney = draft.tasks
    assert roof.description == "Ask two firms\n\n- Meier\n- Roth"
    assert (roof.priority, roof.due, roof.labels) == ("urgent", date(2026, 12, 31), ("outside",))
    assert [(comment.author, comment.body) for comment in roof.comments] == [("bob", "Meier comes on Monday")]
    assert (chimney.done, chimney.status) == (True, "To-Do")


def test_wekan() -> None:
    draft = drafted("wekan.json")
    interview = task(draft, "Interview")
    assert interview.due == date(2026, 12, 1)  # half past midnight in Paris
    assert interview.description == "With the mayor\n\n### Questions\n\n- [x] The new bridge"
    assert (interview.labels, names(interview)) == (("urgent", "green"), ["Ann Baker", "bob"])
    assert ("Words", "1200") in interview.kept
    assert task(draft, "Cover picture").deleted


def test_deck_is_in_the_order_of_its_stacks() -> None:
    draft = drafted("deck.json")
    assert [status.name for status in draft.statuses] == ["Offen", "Erledigt"]
    members, hall = draft.tasks
    assert (members.done, names(members), members.completed_at) == (
        True,
        ["bob"],
        datetime(2025, 10, 3, 10, tzinfo=UTC),
    )
    assert [comment.body for comment in hall.comments] == ["It costs 200"]


def test_todo_txt() -> None:
    draft = drafted("todo.txt")
    call, milk, link, fence = draft.tasks
    assert (call.title, call.priority, call.due, call.labels) == (
        "Call Ann about the offer",
        "urgent",
        date(2026, 12, 31),
        ("garden", "phone"),
    )
    assert (milk.status, milk.priority, milk.completed_at) == ("Done", "high", datetime(2026, 11, 3, 12, tzinfo=UTC))
    assert link.title == "Read https://example.org/a:b before Friday"
    assert (fence.labels, fence.due) == (("집",), date(2026, 12, 5))


def test_trellos_premium_csv_has_labels_without_their_colours() -> None:
    menu, band = drafted("trello-premium.csv").tasks
    assert menu.labels == ("food", "party")
    assert (band.done, band.status) == (True, "Ideas")


def test_any_table_is_read_with_headers_that_are_explained() -> None:
    draft = drafted("any.csv", replace(PARIS, columns={"Stand der Dinge": "status"}))
    assert [(entry.title, entry.status, entry.due) for entry in draft.tasks] == [
        ("Rechnung schreiben", "fertig", date(2026, 4, 3)),
        ("Müll rausbringen", "offen", date(2026, 12, 24)),
    ]
    assert meanings(draft) == {"fertig": "done", "offen": "waiting"}
    assert [note.what for note in drafted("any.csv").notes if note.code == "columns_left_out"] == ["Stand der Dinge"]


def test_where_a_file_has_several_boards_one_is_chosen() -> None:
    raw = (
        (FILES / "vikunja.json")
        .read_bytes()
        .replace(b'"Empty", "tasks": []', b'"Other", "tasks": [{"id": 1, "title": "x"}]')
    )
    asked = read(raw, "data.json", PARIS)
    assert [(question.kind, list(question.options)) for question in asked.questions] == [("board", ["House", "Other"])]
    assert [entry.title for entry in read(raw, "data.json", replace(PARIS, board="Other")).tasks] == ["x"]


def test_a_task_keeps_the_status_that_its_board_has_lost() -> None:
    board = json.loads((FILES / "taskledger.json").read_text())
    [*_, left] = board["projects"][0]["tasks"]
    left["status"] = "on_hold"
    draft = read(json.dumps(board).encode(), "board.json", Choices())
    assert "on_hold" in [task.status for task in draft.tasks]
    assert [(status.name, status.category) for status in draft.statuses][-1] == ("on_hold", "waiting")


def test_todo_txt_has_no_control_character_anywhere() -> None:
    draft = read(b"Bake +bre\0ad\n(A) Sell \x1b[31m@sh\x07op\n", "todo.txt", Choices())
    assert [(task.title, task.labels) for task in draft.tasks] == [("Bake", ("bread",)), ("Sell [31m@shop", ())]
