"""The words that tell a day on which something is due from a day that a title is about, in English."""

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


BARRED: Final = _words("""
    last past every each since from of after previous and or vs versus than as is are was were be been to a an the says
    say saying called named equals not like about in at with my your our their highlight show display select hide parse
    mark include exclude skip handle support understand understands lists only also means
""")
"""Words that make a day behind them a thing, or one that has gone by."""

BARRED_BEFORE_PREPOSITION: Final = _words("""
    filter filters filtered filtering sort sorts sorted sorting group groups grouped grouping order orders ordered
    search start starts started starting begin begins beginning is are and or not tasks task items item cards card
    issues todos
    everything anything those what what's things closed open fails fail broken breaks crashes crash happens happened
    wrong missing late tags
""")
"""The same where `by`, `on` or `due` stands between them and the day."""

NUMBERED: Final = _words("folder file version backup branch tag build table schema snapshot dump log")
"""What has a date for a name."""

LASTS: Final = _words("expires expire expiring ends end ending renews starts start left delivered closes")
"""What things do in so many days, by themselves."""

NAMES: Final = frozenset(
    tuple(name.split())
    for name in [
        "black fri",
        "good fri",
        "casual fri",
        "freaky fri",
        "tgi fri",
        "man fri",
        "girl fri",
        "cyber mon",
        "blue mon",
        "easter mon",
        "manic mon",
        "easter sun",
        "palm sun",
        "bloody sun",
        "super sun",
        "patch tue",
        "taco tue",
        "giving tue",
        "super tue",
        "fat tue",
        "ruby tue",
        "ash wed",
        "sheffield wed",
        "throwback thu",
        "maundy thu",
    ]
)
"""Days that are called something: the word in front and the beginning of the day's name."""

WORDS_TOO: Final = _words("sun sat mon wed")
"""Short names of days that are words of their own."""

ORDERS: Final = _words("""
    call send buy pay write email mail ask meet pick finish submit clean fix check prepare talk visit bring renew cancel
    return update water ship go get make tell remind reply file sign schedule publish wash take give drop collect fetch
    install pack invite confirm follow
""")
"""Verbs that begin an order. Those that are as often a thing (deploy, release, view, report) are not among them."""

TO_PEOPLE: Final = _words("""
    call send buy pay email mail ask meet pick submit talk speak visit bring tell remind ping phone text go have see
    book lunch dinner coffee meeting interview appointment
""")
"""First words of what is done to or with people, in whose midst a day stands."""

MEETINGS: Final = _words("lunch dinner breakfast coffee meeting interview appointment call meet talk sync")
WITH_PEOPLE: Final = _words("with at about regarding")
LINKS: Final = _words("about with at to for in on and before after regarding re from because so if")
