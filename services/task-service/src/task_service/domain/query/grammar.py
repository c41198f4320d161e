r"""From text to a query: the whole language.

    query    = { blank } [ term { blank { blank } term } ] { blank }
    term     = [ "-" ] ( filter | text ) | "sort:" [ "-" ] order
    filter   = ( status | labels | "key" ) ":" values           | choice ( ":" words | comparison word )
             | ( people | "created-by" ) ":" persons            | ( day | "created" | "updated" ) operator date
             | number operator digits                           | "is" ":" state | "no" ":" field
             | "was" ":" values                                 | field ":changed"
             | ( status | labels | choice ) ":was:" values      | people ":was:" persons
             | field "-changed" operator digits                 | "moved-back" operator digits
    operator = ":" [ comparison ] | comparison                    comparison = "=" | "<" | "<=" | ">" | ">="
    values   = value { "," value }                                persons = person { "," person }
    person   = "me" | "@" name | id
    date     = yyyy-mm-dd | "today" | "tomorrow" | "yesterday" | [ "+" | "-" ] digits ( "d" | "w" | "m" )
    text     = quoted | what has no blank         value = quoted | what has neither blank, comma nor quote
    quoted   = '"' { character | '\"' | '\\' } '"'

A field is one of the table in `contracts.fields`, where its form says how it is asked; `labels` and `assignees` are
called `label` and `assignee` here. Names of fields and words of the language may be written in capitals. Days without a
sign lie ahead of today, but for `created` and `updated` behind it. Every term counts; of values with commas, one does.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from contracts.forms import Choice, Day, Form, Labels, Number, People, StatusKey, Text
from task_service.domain.query.model import (
    STATES,
    Among,
    BadQuery,
    By,
    Changed,
    Condition,
    Dated,
    HadBy,
    Is,
    MovedBack,
    No,
    Numbered,
    Operator,
    Query,
    Ranked,
    Term,
    Was,
    Words,
)
from task_service.domain.query.scanner import BARE, COUNT, FIELDS, MAX_QUERY, Scanner

MAX_TERMS: Final = 40

_NAME: Final = re.compile(r"([A-Za-z][A-Za-z-]*)(?=[:<>=])")
_WORD: Final = re.compile(r"\S+")


def parse(text: str) -> Query:
    """What a query says. Raises BadQuery."""
    if len(text) > MAX_QUERY:
        raise BadQuery(MAX_QUERY, (f"at most {MAX_QUERY} characters",), "the query is too long")
    return _Parser(text).query()


class _Parser(Scanner):
    def query(self) -> Query:
        """All of it."""
        terms: list[Term] = []
        sort: str | None = None
        self.blank()
        while self.at < len(self.text):
            start = self.at
            if self.text[start:].lower().startswith("sort:"):
                if sort is not None:
                    raise self.bad(("one sort only",), start)
                self.at += len("sort:")
                sort = self.order()
            else:
                terms.append(self._term())
            if len(terms) > MAX_TERMS:
                raise self.bad((f"at most {MAX_TERMS} terms",), start)
            if self.at < len(self.text) and not self.blank():
                raise self.bad(("a blank",))
        return Query(terms=tuple(terms), sort=sort)

    def _term(self) -> Term:
        negated = self.text[self.at] == "-" and not self.text[self.at + 1 : self.at + 2].isspace()
        negated = negated and self.at + 1 < len(self.text)
        if negated:
            self.at += 1
        return Term(negated=negated, condition=self._condition())

    def _condition(self) -> Condition:
        if self.text.startswith('"', self.at):
            return Words(text=self.quoted())
        name = _NAME.match(self.text, self.at)
        if name is None:
            word = _WORD.match(self.text, self.at)
            if word is None:
                raise self.bad(("a word", "a field"))
            self.at = word.end()
            return Words(text=word[0])
        field = name[1].lower()
        read = _READERS.get(field)
        if read is None:
            raise self.bad(tuple(_READERS), detail=f"“{name[1]}” is no field; put text with a colon in quotes")
        self.at = name.end()
        return read(self, field)

    # --- fields, each read from behind its name ---

    def read_among(self, word: str) -> Condition:
        self.colon()
        return self._of_the_past(word) or Among(field=FIELDS[word].name, values=self.values())

    def read_key(self, word: str) -> Condition:
        self.colon()
        return Among(field=word, values=self.values())

    def read_was(self, word: str) -> Condition:
        del word
        self.colon()
        return Was(field="status", values=self.values())

    def read_people(self, word: str) -> Condition:
        self.colon()
        return self._of_the_past(word) or By(field=FIELDS[word].name, people=self.people())

    def read_maker(self, word: str) -> Condition:
        del word
        self.colon()
        return By(field="created_by", people=self.people())

    def read_choice(self, word: str) -> Condition:
        field, choice = FIELDS[word].name, _choice(word)
        operator, colon = self.operator()
        if colon:
            return self._of_the_past(word) or Ranked(field=field, values=self.choices(choice))
        [wanted] = self.choices(choice, most=1)
        rank = choice.values.index(wanted)
        return Ranked(
            field=field,
            values=tuple(value for other, value in enumerate(choice.values) if compares(operator, other, rank)),
        )

    def read_day(self, word: str) -> Condition:
        operator, colon = self.operator()
        traced = self._of_the_past(word) if colon else None
        return traced or Dated(field=FIELDS[word].name, operator=operator, when=self.when(ahead=True))

    def read_moment(self, word: str) -> Condition:
        operator, _ = self.operator()
        return Dated(field=f"{word}_at", operator=operator, when=self.when(ahead=False))

    def read_number(self, word: str) -> Condition:
        operator, colon = self.operator()
        traced = self._of_the_past(word) if colon else None
        return traced or Numbered(field=FIELDS[word].name, operator=operator, number=float(self.number()))

    def read_text(self, word: str) -> Condition:
        self.colon()
        traced = self._of_the_past(word)
        if traced is None:
            raise self.bad(("changed",))
        return traced

    def read_state(self, word: str) -> Condition:
        del word
        self.colon()
        said = self.one_of(STATES)
        return Is(state=next(state for state in STATES if state == said))

    def read_absence(self, word: str) -> Condition:
        del word
        self.colon()
        named = {word: field for word, field in FIELDS.items() if not isinstance(field.form, Text | StatusKey)}
        return No(field=named[self.one_of(tuple(named))].name)

    def read_count(self, word: str) -> Condition:
        operator, _ = self.operator()
        times = int(self.number(COUNT))
        if word == "moved-back":
            return MovedBack(operator=operator, times=times)
        return Changed(field=FIELDS[word.removesuffix("-changed")].name, operator=operator, times=times)

    def _of_the_past(self, word: str) -> Condition | None:
        """`changed` or `was:`, where it stands."""
        start, field = self.at, FIELDS[word]
        bare = BARE.match(self.text, start)
        said = bare[0].lower() if bare else ""
        if said == "changed" and bare is not None and self.ends(bare.end()):
            self.at = bare.end()
            return Changed(field=field.name, operator=">=", times=1)
        if not said.startswith("was:"):
            return None
        self.at = start + len("was:")
        match field.form:
            case StatusKey() | Labels():
                return Was(field=field.name, values=self.values())
            case Choice():
                return Was(field=field.name, values=self.choices(field.form))
            case People():
                return HadBy(field=field.name, people=self.people())
            case Text() | Day() | Number():
                raise self.bad(("changed",), start)


def _choice(word: str) -> Choice:
    form = FIELDS[word].form
    if not isinstance(form, Choice):
        raise TypeError(f"{word} is no choice")
    return form


def compares(operator: Operator, left: int, right: int) -> bool:
    """Whether two numbers compare so."""
    match operator:
        case "=":
            return left == right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right


def _reader(form: Form) -> Callable[[_Parser, str], Condition]:
    match form:
        case StatusKey() | Labels():
            return _Parser.read_among
        case People():
            return _Parser.read_people
        case Choice():
            return _Parser.read_choice
        case Day():
            return _Parser.read_day
        case Number():
            return _Parser.read_number
        case Text():
            return _Parser.read_text


_READERS: Final[Mapping[str, Callable[[_Parser, str], Condition]]] = {
    **{word: _reader(field.form) for word, field in FIELDS.items()},
    "key": _Parser.read_key,
    "created": _Parser.read_moment,
    "updated": _Parser.read_moment,
    "created-by": _Parser.read_maker,
    "is": _Parser.read_state,
    "no": _Parser.read_absence,
    "was": _Parser.read_was,
    **{f"{word}-changed": _Parser.read_count for word in FIELDS},
    "moved-back": _Parser.read_count,
}
