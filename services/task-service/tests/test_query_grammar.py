"""The query language: what is understood, and where a query is wrong."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from task_service.domain.query import MAX_QUERY, BadQuery, Query, parse
from task_service.domain.query.model import (
    Among,
    By,
    Changed,
    Condition,
    Dated,
    HadBy,
    Is,
    MovedBack,
    No,
    Ranked,
    Term,
    Was,
    When,
    Who,
    Words,
)


def condition(text: str) -> Condition:
    [term] = parse(text).terms
    assert not term.negated
    return term.condition


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("status:waiting,doing", Among(field="status", values=("waiting", "doing"))),
        ("STATUS:waiting", Among(field="status", values=("waiting",))),
        ('label:"to do"', Among(field="labels", values=("to do",))),
        ('label:문서,"a, b",c', Among(field="labels", values=("문서", "a, b", "c"))),
        ("key:OPS-12", Among(field="key", values=("OPS-12",))),
        ("assignee:me", By(field="assignees", people=(Who(how="me", said="me", at=9),))),
        ("assignee:@ann", By(field="assignees", people=(Who(how="name", said="ann", at=9),))),
        ('created-by:@"Ann Lee"', By(field="created_by", people=(Who(how="name", said="Ann Lee", at=11),))),
        (
            "assignee:u1,@민수",
            By(field="assignees", people=(Who(how="id", said="u1", at=9), Who(how="name", said="민수", at=12))),
        ),
        ("priority:high,urgent", Ranked(field="priority", values=("high", "urgent"))),
        ("priority>=high", Ranked(field="priority", values=("high", "urgent"))),
        ("priority<medium", Ranked(field="priority", values=("none", "low"))),
        ("priority>urgent", Ranked(field="priority", values=())),
        ("priority=low", Ranked(field="priority", values=("low",))),
        ("due<7d", Dated(field="due", operator="<", when=When(days=7))),
        ("due:<=2w", Dated(field="due", operator="<=", when=When(days=14))),
        ("due:today", Dated(field="due", operator="=", when=When(days=0))),
        ("due:내일", Dated(field="due", operator="=", when=When(days=1))),
        ("due>=2026-12-31", Dated(field="due", operator=">=", when=When(on=date(2026, 12, 31)))),
        ("updated>2026-11-01", Dated(field="updated_at", operator=">", when=When(on=date(2026, 11, 1)))),
        ("updated>7d", Dated(field="updated_at", operator=">", when=When(days=-7))),
        ("created<1m", Dated(field="created_at", operator="<", when=When(months=-1))),
        ("created>-1w", Dated(field="created_at", operator=">", when=When(days=-7))),
        ("due<-3d", Dated(field="due", operator="<", when=When(days=-3))),
        ("is:overdue", Is(state="overdue")),
        ("is:Deleted", Is(state="deleted")),
        ("no:assignee", No(field="assignees")),
        ("was:review", Was(field="status", values=("review",))),
        ("status:was:review,done", Was(field="status", values=("review", "done"))),
        ("label:was:bug", Was(field="labels", values=("bug",))),
        ("priority:was:urgent", Was(field="priority", values=("urgent",))),
        ("assignee:was:@ann", HadBy(field="assignees", people=(Who(how="name", said="ann", at=13),))),
        ("status:changed", Changed(field="status", operator=">=", times=1)),
        ('status:"changed"', Among(field="status", values=("changed",))),
        ("due:changed", Changed(field="due", operator=">=", times=1)),
        ("title:changed", Changed(field="title", operator=">=", times=1)),
        ("due-changed:>=3", Changed(field="due", operator=">=", times=3)),
        ("due-changed>=3", Changed(field="due", operator=">=", times=3)),
        ("due-changed:0", Changed(field="due", operator="=", times=0)),
        ("moved-back:>=1", MovedBack(operator=">=", times=1)),
        ("ship", Words(text="ship")),
        ('"to: ship"', Words(text="to: ship")),
        ('"say \\"no\\" and \\\\"', Words(text='say "no" and \\')),
        ("회의:록", Words(text="회의:록")),
        ("a-b", Words(text="a-b")),
        ("100%", Words(text="100%")),
        ("-", Words(text="-")),
    ],
)
def test_a_term_is_understood(text: str, meant: Condition) -> None:
    assert condition(text) == meant
    assert parse(f"  {text}\t") == parse(text)
    if text != "-":
        assert parse(f"-{text}").terms == (Term(negated=True, condition=meant),)


def test_the_examples_of_the_contract_are_one_query_each() -> None:
    present = 'assignee:me status:waiting,doing due<7d priority>=high label:"to do" no:assignee is:overdue is:deleted'
    query = parse(f"{present} updated>2026-11-01 sort:due")
    assert (len(query.terms), query.sort, query.deleted) == (9, "due", True)
    past = parse("was:review status:changed due-changed:>=3 moved-back:>=1 assignee:was:@ann created-by:@ann")
    assert len(past.terms) == 6


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_nothing_is_a_query_that_asks_for_nothing(text: str) -> None:
    assert parse(text) == Query()


@pytest.mark.parametrize(
    ("text", "sort"),
    [("sort:due", "due"), ("sort:-due", "-due"), ("SORT:Created x", "created_at"), ("x sort:-updated", "-updated_at")],
)
def test_the_order_is_part_of_a_query(text: str, sort: str) -> None:
    assert parse(text).sort == sort


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("ship stauts:done", 5, "status"),
        ("http://x", 0, "status"),
        ("status:", 7, "a value"),
        ("status>x", 6, ":"),
        ("status:a,", 9, "a value"),
        ("status:a, b", 9, "a value"),
        ('status:"a', 9, 'a closing "'),
        ('label:"" x', 6, "text in the quotes"),
        ('"a"b', 3, "a blank"),
        ('label:a"b"', 7, "a blank"),
        ("priority>=hgih", 10, "high"),
        ("priority>=high,low", 15, "one value"),
        ("priority:high,big", 14, "urgent"),
        ("due<soon", 4, "today"),
        ("due<", 4, "today"),
        ("due<2026-02-30", 4, "today"),
        ("due<7x", 4, "a distance such as 7d, 2w or -1m"),
        ("is:late", 3, "overdue"),
        ("no:title", 3, "due"),
        ("sort:size", 5, "due"),
        ("sort:due sort:key", 9, "one sort only"),
        ("-sort:due", 1, "status"),
        ("due-changed:many", 12, "a number"),
        ("due-changed:>=-1", 14, "a number"),
        ("moved-back:", 11, "a number"),
        ("title:x", 6, "changed"),
        ("due:was:today", 4, "changed"),
        ("assignee:", 9, "me"),
        ("assignee:@", 10, "a name"),
        ("x " * 41, 80, "at most 40 terms"),
        ("x" * (MAX_QUERY + 1), MAX_QUERY, f"at most {MAX_QUERY} characters"),
        ("status:" + ",".join("abc"[n % 3] for n in range(51)), 107, "at most 50 values"),
    ],
)
def test_what_is_wrong_is_pointed_at(text: str, position: int, expected: str) -> None:
    with pytest.raises(BadQuery) as raised:
        parse(text)
    assert raised.value.position == position
    assert expected in raised.value.expected
    assert raised.value.detail


def test_days_count_from_today() -> None:
    today = date(2026, 1, 31)
    assert When(days=7).day(today) == date(2026, 2, 7)
    assert When(months=1).day(today) == date(2026, 2, 28)
    assert When(months=-1, days=0).day(date(2026, 3, 31)) == date(2026, 2, 28)
    assert When(on=date(2020, 1, 1)).day(today) == date(2020, 1, 1)


def wrong(text: str) -> BadQuery | None:
    try:
        parse(text)
    except BadQuery as bad:
        return bad
    return None


@given(st.text(max_size=60) | st.text(alphabet='adeilnrstu:<>=-,"@\\ 17', max_size=60))
def test_any_text_is_a_query_or_is_pointed_at(text: str) -> None:
    bad = wrong(text)
    assert bad is None or (0 <= bad.position <= len(text) and bad.expected)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ('"' + "\\" * 900, False),
        ('"' + "\\" * 900 + '"', True),
        ('"a ' * 300, False),
        ("due" * 300 + ":", False),
        ("-" * 999, True),
        ('label:"a' + "b" * 900 + '"', True),
    ],
)
def test_no_query_is_too_much_for_the_parser(text: str, right: bool) -> None:
    assert (wrong(text) is None) == right
