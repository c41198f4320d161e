"""Every field of the table is known wherever a field has to be: what is missing is named, with its file."""

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from contracts import forms, task
from contracts.codecs import TASK_CODEC
from contracts.documents import changes_of
from contracts.fields import BY_EVENT, COLUMNS, FIELDS, HEADERS, Field
from contracts.read_model import tables
from notify_service.domain.notice import KINDS
from task_service.bodies import NewTask, TaskPatch
from task_service.domain.query.grammar import parse
from task_service.domain.task import KEEP, CreateTask, EditTask
from task_service.schemas import TaskView
from task_service.statements import SORTS
from taskledger.exporting import COLUMNS as EXPORTED
from taskledger.imports.choices import Choices
from taskledger.imports.read import read as read_file
from testkit.histories import Board

ROOT: Final = Path(__file__).parent.parent
GOLDEN: Final = ROOT / "shared/contracts/tests/golden"

by_name: Final = pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
changing: Final = pytest.mark.parametrize(("change", "field"), BY_EVENT.items(), ids=lambda of: getattr(of, "name", ""))


def names_of(kind: type) -> Mapping[str, Any]:
    return {of.name: of for of in dataclasses.fields(kind)}


# --- what follows from the types: a field that a class lacks ---


@by_name
def test_events_and_states_have_it(field: Field) -> None:
    for kind in (task.TaskCreated, task.Task):
        assert field.name in names_of(kind), f"contracts/task.py: {kind.__name__} has no `{field.name}`"
    if field.since > 1:
        for kind in (task.TaskCreated, task.Task):
            assert names_of(kind)[field.name].default == field.default, (
                f"contracts/task.py: {kind.__name__}.{field.name}"
            )


@changing
def test_its_event_is_named_for_ever_and_has_a_golden_file(change: type[Any], field: Field) -> None:
    assert change.field == field.name, f"contracts/task.py: {change.__name__} is of `{change.field}`"
    name = task.EVENT_NAMES.get(change)
    assert name is not None, f"contracts/task.py: {change.__name__} is missing in EVENT_NAMES"
    assert (GOLDEN / f"{name}.v1.json").exists(), f"shared/contracts/tests/golden: {name}.v1.json is missing"


@by_name
def test_tasks_made_before_it_have_its_default(field: Field) -> None:
    if field.since == 1:
        return
    assert ("task.created", field.since - 1) in TASK_CODEC.upcasters, "contracts/fields.py: `since` leaves one out"
    assert TASK_CODEC.upcasters["task.created", field.since - 1]({})[field.name] == field.default
    golden = GOLDEN / f"task.created.v{field.since}.json"
    assert golden.exists(), f"shared/contracts/tests/golden: {golden.name} is missing"


@by_name
def test_commands_take_it(field: Field) -> None:
    for kind in (CreateTask, EditTask):
        assert field.name in names_of(kind), f"task_service/domain/task.py: {kind.__name__} has no `{field.name}`"
    assert names_of(EditTask)[field.name].default is KEEP, f"task_service/domain/task.py: EditTask.{field.name}"


# --- what follows from the table: a form that nobody has told what to do with it ---


@by_name
def test_bodies_and_documents_have_it(field: Field) -> None:
    for model in (NewTask, TaskPatch, TaskView):
        assert field.name in model.model_fields, f"task_service/field_types.py: {model.__name__} has no `{field.name}`"
    assert NewTask.model_fields[field.name].is_required() == field.required
    assert not TaskPatch.model_fields[field.name].is_required()


@changing
def test_what_it_was_and_is_can_be_told(change: type[Any], field: Field) -> None:
    (told,) = changes_of(change(old=1, new=2))
    assert (told.field, told.old, told.new) == (field.name, 1, 2), "contracts/documents.py"
    assert field.news in KINDS, "notify_service/domain/notice.py: Kind"
    assert all(field.words[locale] for locale in ("en", "ko")), f"contracts/fields.py: words of `{field.name}`"


@by_name
def test_it_is_sorted_by_if_it_says_so(field: Field) -> None:
    assert (field.name in SORTS) == field.sorts, f"task_service/statements.py: SORTS and `{field.name}`"
    assert (field in COLUMNS) == (field.name in tables(1).tasks.c), f"contracts/read_model.py: `{field.name}`"


@by_name
def test_files_have_it_under_a_header_of_its_own(field: Field) -> None:
    assert field.headers[0] == field.name, "what is written has the name of the field as its header"
    assert field.name in EXPORTED, f"taskledger/exporting.py has no column `{field.name}`"
    for header in field.headers:
        assert HEADERS[header] == field.name, f"contracts/fields.py: the header {header!r} is given twice"
        assert header == re.sub(r"[\s_-]", "", header).casefold(), f"contracts/fields.py: no file matches {header!r}"


def test_made_up_histories_have_every_event() -> None:
    board = Board(Random(7))
    board.grow(600)
    happened = {envelope.type for events in board.events.values() for envelope in events}
    assert happened >= {task.EVENT_NAMES[change] for change in BY_EVENT}, "testkit/histories.py"


# --- values by their form ---


PLAIN: Final = [field for field in FIELDS if isinstance(field.form, forms.Choice | forms.Day | forms.Number)]


@pytest.mark.parametrize("field", PLAIN, ids=lambda field: field.name)
def test_a_value_that_was_written_to_a_file_is_read_again(field: Field) -> None:
    board = Board(Random(11))
    board.grow(300)
    values = {getattr(state, field.name) for state in board.tasks.values()}
    assert len(values) > 2
    for value in values:
        text = forms.written(field.form, value)
        assert forms.parsed(field.form, text) == value  # type: ignore[arg-type]
        raw = f"title,{field.name}\nWater the plants,{text}\n".encode()
        (draft,) = read_file(raw, "a.csv", Choices()).tasks
        read = getattr(draft, field.name, draft.more.get(field.name))
        assert read == value, f"taskledger/imports/table_rows.py: {field.name}"


HALVES: Final = forms.Number(lowest=0, highest=1000, step=0.5)


def test_numbers_in_a_column_sort_as_they_are_and_none_is_none() -> None:
    assert [forms.stored(HALVES, value) for value in (None, 0, 0.5, 2, 1000.0)] == [None, 0, 1, 4, 2000]


@pytest.mark.parametrize("text", ["-0.5", "1000.5", "0.25", "nan", "inf", "1e400", "three", "1,5", "--"])
def test_a_number_out_of_bounds_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a number from 0 to 1000 in steps of 0\.5"):
        forms.parsed(HALVES, text)


def test_a_number_is_written_without_what_it_does_not_need() -> None:
    assert [forms.written(HALVES, value) for value in (None, 0.0, 2.0, 2.5, 1000.0)] == ["", "0", "2", "2.5", "1000"]
    assert str(forms.parsed(HALVES, "-0")) == "0.0"


ORDERED: Final = [field for field in FIELDS if isinstance(field.form, forms.Choice | forms.Day | forms.Number)]


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">=", ":"])
@pytest.mark.parametrize("field", ORDERED, ids=lambda field: field.name)
def test_what_has_an_order_is_compared_in_queries(field: Field, operator: str) -> None:
    match field.form:
        case forms.Choice():
            value = field.form.values[-1]
        case forms.Day():
            value = "2026-12-31"
        case _:
            value = "5"
    assert len(parse(f"{field.name}{operator}{value}").terms) == 1


# --- the site ---

SITE: Final = (ROOT / "web/src/ui/fields.tsx").read_text()
KOREAN: Final = (ROOT / "web/src/locales/ko.po").read_text()


def row_of(field: Field) -> str:
    """What the site says of a field."""
    found = re.search(rf"^  {field.name}: (\{{[^\n]*\}}|\{{\n.*?^  \}}),$", SITE, re.MULTILINE | re.DOTALL)
    assert found, f"web/src/ui/fields.tsx: FIELDS has no `{field.name}`"
    return found[1]


@by_name
def test_the_site_has_it_in_both_languages(field: Field) -> None:
    for label in re.findall(r"label: \(\) => t`(.+?)`", row_of(field)):
        assert f'\nmsgid "{label}"\nmsgstr "' in KOREAN, f"web/src/locales/ko.po has no {label!r}: npm run extract"
        assert f'\nmsgid "{label}"\nmsgstr ""\n' not in KOREAN, f"web/src/locales/ko.po: {label!r} has no Korean"


@by_name
def test_the_site_knows_its_form_and_bounds(field: Field) -> None:
    form = re.search(r"form: \{(.+?)\}", row_of(field))
    if form is None:
        editors = "".join(file.read_text() for file in (ROOT / "web/src/pages/task").glob("*.tsx"))
        assert re.search(rf"task\.{field.name}\b", editors), f"web/src/pages/task: nothing edits `{field.name}`"
        return
    match field.form:
        case forms.Number(lowest=lowest, highest=highest, step=step):
            said = f' kind: "number", lowest: {lowest:g}, highest: {highest:g}, step: {step:g} '
        case forms.Day():
            said = ' kind: "day" '
        case _:
            raise AssertionError(f"web/src/ui/fields.tsx: `{field.name}` is no plain field")
    assert form[1] == said, f"web/src/ui/fields.tsx: the form of `{field.name}`"
