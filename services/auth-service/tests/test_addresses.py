"""Addresses are compared as their domains are asked for, and shown as people write them."""

import pytest

from auth_service.accounts import Account, Accounts, EmailTaken
from auth_service.domain.account import former_text, normal_email, shown_email
from kernel.log.ids import new_id
from kernel.ports.key_value_store import KeyValueStore, Put


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x@도메인.한국", "x@xn--hq1bm8jm9l.xn--3e0b707e"),
        ("x@도메인.한국", "X@\u1103\u1169\u1106\u1166\u110b\u1175\u11ab.한국"),
        ("x@Straße.example", "x@xn--strae-oqa.example"),
        ("x@BÜCHER.example", "x@xn--bcher-kva.example"),
        ("x@ｅｘａｍｐｌｅ.com", "x@example.com"),
        ("Kim@Example.ORG", "kim@example.org"),
        ("김@example.org", "\u1100\u1175\u11b7@example.org"),
    ],
)
def test_two_spellings_of_one_address_are_one(one: str, other: str) -> None:
    assert normal_email(one) == normal_email(other)


def test_ss_is_not_sharp_s() -> None:
    assert normal_email("x@straße.example") != normal_email("x@strasse.example")


@pytest.mark.parametrize("email", ["x@\u200b.kr", "x@xn--a.kr\u200b.", "x@-a.kr", "x@한국..kr", "x@☃.example"])
def test_what_no_name_server_can_be_asked_for_is_no_domain(email: str) -> None:
    with pytest.raises(ValueError, match="e-mail address"):
        normal_email(email)


def test_an_address_is_shown_in_the_script_of_its_domain() -> None:
    assert shown_email("Kim@xn--hq1bm8jm9l.xn--3e0b707e") == "Kim@도메인.한국"
    assert shown_email("Kim@Example.org") == "Kim@Example.org"
    assert shown_email("Kim@xn--.org") == "Kim@xn--.org"


def account(email: str) -> Account:
    return Account(id=new_id(), email=email, name="Kim", locale="ko", password_hash="", created_at="")


async def as_before(store: KeyValueStore, accounts: Accounts, email: str) -> Account:
    """An account of the time when addresses were compared by their letters."""
    made = await accounts.create(account(f"{new_id()}@example.org"))
    changed = await accounts.change(made.id, email=email)
    await store.write(Put("emails", former_text(email), made.id.encode()))
    return changed


async def test_accounts_of_before_are_found_and_nobody_takes_their_address(store: KeyValueStore) -> None:
    accounts = Accounts(store)
    old = await as_before(store, accounts, "x@도메인.한국")
    with pytest.raises(EmailTaken):
        await accounts.create(account("x@xn--hq1bm8jm9l.xn--3e0b707e"))
    for email in ("x@xn--hq1bm8jm9l.xn--3e0b707e", "x@도메인.한국"):
        found = await accounts.by_email(email)
        assert found is not None
        assert found.id == old.id


async def test_who_was_mixed_up_once_is_apart_now(store: KeyValueStore) -> None:
    accounts = Accounts(store)
    sharp = await as_before(store, accounts, "x@straße.example")
    assert await accounts.by_email("x@strasse.example") is None
    double = await accounts.create(account("x@strasse.example"))
    for email, owner in (("x@straße.example", sharp), ("x@strasse.example", double)):
        found = await accounts.by_email(email)
        assert found is not None
        assert found.id == owner.id
