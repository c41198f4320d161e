"""What every endpoint needs of a request and for its answer: idempotency, versions, pages, clean text."""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import orjson
from fastapi import Header, Query, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from kernel.http import problems
from kernel.log.decider import Command
from kernel.log.ids import new_id
from kernel.observe.context import current

_UNCLEAN: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
_BREAKS: Final = re.compile("[\x0b\x0c\x85\u2028\u2029]")
"""The ends of lines and pages that other programs have: a slide's soft break, a form feed."""
_GAPS: Final = re.compile("[\t\x0b\x0c\x85\u2028\u2029]+")

_SHOWS_NOTHING: Final = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
)
"""Letters and marks that are drawn as nothing: fillers of Hangul, the empty Braille pattern, variation selectors."""


class Body(BaseModel):
    """A request body: unknown fields are an error."""

    model_config = ConfigDict(extra="forbid")


def is_visible(text: str) -> bool:
    """Whether anything of the text can be seen: more than spaces, controls and letters that show nothing."""
    return any(
        character not in _SHOWS_NOTHING and unicodedata.category(character) not in ("Cc", "Cf", "Zs", "Zl", "Zp")
        for character in text
    )


class BadText(ValueError):
    """Text that is not taken, with the code and the bound that its error has."""

    def __init__(self, code: str, message: str, limit: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.limit = limit


def _visible(text: str) -> str:
    if not is_visible(text):
        raise BadText("empty", "must not be empty")
    return text


def _clean(text: str) -> str:
    text = unicodedata.normalize("NFC", _BREAKS.sub("\n", text))
    if _UNCLEAN.search(text):
        raise BadText("control_characters", "must not contain control characters or unpaired surrogates")
    return text


def _one_line(text: str) -> str:
    text = _visible(_clean(_GAPS.sub(" ", text)).strip())
    if "\n" in text or "\r" in text:
        raise BadText("one_line", "must be one line")
    return text


_CLEAN: Final = {"pattern": r"^[^\x00-\x08\x0e-\x1f\x7f]*$"}
_CLEAN_VISIBLE: Final = {
    "minLength": 1,
    "pattern": r"^[^\x00-\x08\x0e-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x08\x0e-\x1f\x7f]*$",
}
_ONE_LINE: Final = {
    "minLength": 1,
    "pattern": r"^[\t-\r ]*[^\x00-\x20\x7f]([^\x00-\x08\n\r\x0e-\x1f\x7f]*[^\x00-\x20\x7f])?[\t-\r ]*$",
}
"""What documents say of these texts. Which letters show nothing is left to the services: it is Unicode's to say."""


def _told(schema: dict[str, Any]) -> Any:
    return Field(json_schema_extra=schema)


Text = Annotated[str, AfterValidator(_clean), _told(_CLEAN)]
"""Text of several lines, NFC, without control characters; other programs' ends of lines and pages are ours."""

VisibleText = Annotated[str, AfterValidator(_clean), AfterValidator(_visible), _told(_CLEAN_VISIBLE)]
"""The same, and something of it can be seen."""

Line = Annotated[str, AfterValidator(_one_line), _told(_ONE_LINE)]
"""One line of text, trimmed, with something to be seen, NFC; tabs, soft breaks and form feeds are spaces."""


def at_most_octets(limit: int) -> AfterValidator:
    """A bound on the text as it is stored, in JSON and UTF-8, so that what was taken can always be changed."""

    def fits(text: str) -> str:
        if len(text) * 4 > limit and len(orjson.dumps(text)) - 2 > limit:
            raise BadText("too_many_bytes", f"at most {limit} bytes", limit)
        return text

    return AfterValidator(fits)


IdempotencyKey = Annotated[
    str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200, pattern=r"^[\x21-\x7e][\x20-\x7e]*$")
]
IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=100,
        description='the version that is to be changed, as its ETag: `"3"`; several with commas, or `*` for any',
    ),
]
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=1000)]


def fingerprint_of(request: Request, body: bytes) -> str:
    """What was asked: method, path and body, as a digest. The same key with another fingerprint is an error."""
    digest = hashlib.sha256()
    for part in (request.method.encode(), request.url.path.encode(), body):
        digest.update(part + b"\x00")
    return digest.hexdigest()


async def command_of(request: Request, actor: str, key: str | None) -> Command:
    """The command that a request makes. Keys belong to their actor: two people may use the same one."""
    context = current()
    if key is None:
        command_id, fingerprint = new_id(), ""
    else:
        command_id = hashlib.sha256(f"{actor}\x00{key}".encode()).hexdigest()
        fingerprint = fingerprint_of(request, await request.body())
    return Command(
        id=command_id,
        fingerprint=fingerprint,
        actor=actor,
        time=datetime.now(UTC),
        correlation_id=context.correlation_id,
        traceparent=context.traceparent,
        keyed=key is not None,
    )


def if_match_holds(if_match: str | None, version: int) -> bool:
    """Whether `If-Match` is absent, `*` or names the version (RFC 9110, section 13.1.1)."""
    if if_match is None or if_match.strip() == "*":
        return True
    return f'"{version}"' in [tag.strip() for tag in if_match.split(",")]


JSON: Final = "application/json"


def resource(document: bytes, version: int, *, status: int = 200, replayed: bool = False, **headers: str) -> Response:
    """The answer with one resource's JSON and its version as ETag."""
    response = Response(document, status, media_type=JSON)
    response.headers["ETag"] = f'"{version}"'
    if replayed:
        response.headers["Idempotency-Replayed"] = "true"
    for name, value in headers.items():
        response.headers[name] = value
    return response


def page(documents: Iterable[bytes], next_cursor: str | None) -> Response:
    """The answer `{"items": [...], "next_cursor": ...}`, its items joined from ready JSON bytes."""
    body = b'{"items":[' + b",".join(documents) + b'],"next_cursor":' + orjson.dumps(next_cursor) + b"}"
    return Response(body, media_type=JSON)


def encode_cursor(*position: Any) -> str:
    """An opaque cursor for a position in a list: the sort key values of its last item."""
    return base64.urlsafe_b64encode(orjson.dumps(position)).rstrip(b"=").decode()


def decode_cursor(cursor: str, *kinds: type) -> tuple[Any, ...]:
    """The position of a cursor; 422 unless it has values of exactly these kinds."""
    try:
        position = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError as error:
        raise problems.invalid("cursor", "is not a cursor of this list") from error
    if (
        not isinstance(position, list)
        or len(position) != len(kinds)
        or any(type(value) is not kind for value, kind in zip(position, kinds, strict=True))
    ):
        raise problems.invalid("cursor", "is not a cursor of this list")
    return tuple(position)
