"""How a mail about an account looks: a heading, what happened, one button, why it came. Text and HTML."""

from dataclasses import dataclass
from functools import cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from auth_service.accounts import Locale
from kernel.ports.mailer import Mail

_LONGEST: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a mail says. `fine_print` says why it came and what to do if it should not have."""

    id: str
    to: str
    locale: Locale
    subject: str
    lines: tuple[str, ...]
    fine_print: str
    button: str = ""
    link: str = ""


def render(letter: Letter) -> Mail:
    """The mail. What people wrote is text in it, whatever it looks like."""
    subject = " ".join(letter.subject.split())
    values = {
        "locale": letter.locale,
        "subject": subject,
        "lines": letter.lines,
        "button": letter.button,
        "link": letter.link,
        "fine_print": letter.fine_print,
    }
    text, html = (_templates().get_template(f"letter.{form}").render(values) for form in ("txt", "html"))
    return Mail(id=letter.id, to=letter.to, subject=subject, text=text, html=html)


def shortened(text: str) -> str:
    """A name that fits into a subject."""
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("auth_service.mails"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
