"""People: names, addresses and password hashes, in auth-service's own store and nowhere else."""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias

import orjson

from auth_service.domain.account import former_text, normal_email, shown_email
from kernel.ports.key_value_store import ABSENT, ConditionFailed, Delete, KeyValueStore, Put

Locale: TypeAlias = Literal["ko", "en"]

_USERS: Final = "users"
_EMAILS: Final = "emails"
_FIRST: Final = "first-person"
_DIRECTORY_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One person. An erased one has neither name, address nor password; `version` guards concurrent changes."""

    id: str
    email: str
    name: str
    locale: Locale
    password_hash: str
    created_at: str
    last_login_at: str | None = None
    email_verified: bool = False
    erased: bool = False
    admin: bool = False
    active: bool = True
    version: int = 0

    @property
    def usable(self) -> bool:
        """Whether anybody may come in by it."""
        return self.active and not self.erased


class EmailTaken(Exception):
    """Another account has the address."""


class NoAccount(Exception):
    """There is no account with this id, or none any more."""


class Accounts:
    """The accounts in the key-value store: one item per user, and one that claims the address."""

    def __init__(self, store: KeyValueStore) -> None:
        self._store = store
        self._directory: list[Account] = []
        self._directory_until = 0.0

    async def create(self, account: Account, *together: Put) -> Account:
        """Add an account, in one step with what else is to be written. Raises EmailTaken."""
        if not await self._free(account.email):
            raise EmailTaken(account.id)
        claim = Put(_EMAILS, normal_email(account.email), account.id.encode(), expect=ABSENT)
        first = [] if await self._store.query(_USERS, limit=1) else [_first(account.id)]
        account = replace(account, admin=bool(first))
        kept = Put(_USERS, account.id, _encode(account), expect=ABSENT)
        try:
            await self._store.write(claim, kept, *first, *together)
        except ConditionFailed as error:
            if first and error.index == 2:
                return await self.create(account, *together)  # somebody else was the first
            raise EmailTaken(account.id) from error
        self._directory_until = 0.0
        return replace(account, version=1)

    async def get(self, user_id: str) -> Account | None:
        """The account with an id, erased or not."""
        item = await self._store.get(_USERS, user_id)
        return None if item is None else _decode(item.value, item.version)

    async def by_email(self, email: str) -> Account | None:
        """The account with an address, however it is written."""
        try:
            normal = normal_email(email)
        except ValueError:
            return None
        claimed = await self._claimed(normal)
        if claimed is not None and normal_email(claimed.email) == normal:
            return claimed
        for former in {former_text(email), former_text(shown_email(email.strip()))} - {normal}:
            before = await self._claimed(former)
            if before is not None and normal_email(before.email) == normal:
                await self._move(former, before)
                return before
        return None

    async def _claimed(self, address: str) -> Account | None:
        claim = await self._store.get(_EMAILS, address)
        return None if claim is None else await self.get(claim.value.decode())

    async def _move(self, claimed: str, account: Account) -> None:
        """Have an account claim its address as addresses are compared now, not as they were once."""
        claim = Put(_EMAILS, normal_email(account.email), account.id.encode(), expect=ABSENT)
        with suppress(ConditionFailed):  # somebody else has just done it
            await self._store.write(claim, Delete(_EMAILS, claimed))

    async def _free(self, email: str) -> bool:
        """Whether nobody has the address; whoever has claimed it as another is made to claim their own."""
        if await self.by_email(email) is not None:
            return False
        normal = normal_email(email)
        other = await self._claimed(normal)
        if other is not None and not other.erased:
            await self._move(normal, other)
        return True

    async def change(self, user_id: str, *together: Put, **fields: Any) -> Account:
        """Set fields of an account, whatever else changes at the same time, in one step with other writes.

        Raises NoAccount, for an erased one too.
        """
        while True:
            account = await self.get(user_id)
            if account is None or account.erased:
                raise NoAccount(user_id)
            changed = replace(account, **fields)
            try:
                await self._store.write(Put(_USERS, user_id, _encode(changed), expect=account.version), *together)
            except ConditionFailed:
                continue
            if fields.keys() & {"name", "admin", "active"}:
                self._directory_until = 0.0
            return replace(changed, version=account.version + 1)

    async def change_email(self, user_id: str, email: str) -> Account:
        """Give an account a verified address, its own or another. Raises EmailTaken, NoAccount."""
        while True:
            account = await self.get(user_id)
            if account is None or account.erased:
                raise NoAccount(user_id)
            changed = replace(account, email=email, email_verified=True)
            write = Put(_USERS, user_id, _encode(changed), expect=account.version)
            old, new = normal_email(account.email), normal_email(email)
            if old != new and not await self._free(email):
                raise EmailTaken(user_id)
            claims: list[Put | Delete] = (
                [] if old == new else [Put(_EMAILS, new, user_id.encode(), expect=ABSENT), Delete(_EMAILS, old)]
            )
            try:
                await self._store.write(write, *claims)
            except ConditionFailed as failed:
                if failed.index == 0:
                    continue
                raise EmailTaken(user_id) from failed
            return replace(changed, version=account.version + 1)

    async def erase(self, account: Account) -> None:
        """Forget the person: what remains says only that the id was used. The address is free again."""
        empty = replace(account, email="", name="", password_hash="", last_login_at=None, erased=True, admin=False)
        await self._store.write(Put(_USERS, account.id, _encode(empty)), Delete(_EMAILS, normal_email(account.email)))
        self._directory_until = 0.0

    async def know_without_account(self, user_id: str) -> None:
        """Somebody of whom only the id is known, from a log that was read back: as one who has been erased."""
        known = Account(id=user_id, email="", name="", locale="en", password_hash="", created_at="", erased=True)
        with suppress(ConditionFailed):
            await self._store.write(Put(_USERS, user_id, _encode(known), expect=ABSENT))

    async def remove(self, account: Account) -> None:
        """Take back an account that nobody has used: the id and the address are as if they had never been taken."""
        first = [Delete(_FIRST, _FIRST)] if account.admin else []
        await self._store.write(Delete(_USERS, account.id), Delete(_EMAILS, normal_email(account.email)), *first)
        self._directory_until = 0.0

    async def many(self, user_ids: Sequence[str]) -> list[Account]:
        """The accounts with these ids, in this order, unknown ones left out."""
        found = [await self.get(user_id) for user_id in dict.fromkeys(user_ids)]
        return [account for account in found if account is not None]

    def forget_directory(self) -> None:
        """Have the directory be read anew: other processes may have changed it."""
        self._directory_until = 0.0

    async def directory(self) -> Sequence[Account]:
        """Everyone who was not erased, by name; at most some seconds old where other processes write too."""
        if time.monotonic() >= self._directory_until:
            everyone: list[Account] = []
            after = ""
            while items := await self._store.query(_USERS, after):
                everyone.extend(_decode(item.value, item.version) for item in items)
                after = items[-1].key
            self._directory = sorted(
                (account for account in everyone if not account.erased), key=lambda a: (a.name.casefold(), a.id)
            )
            self._directory_until = time.monotonic() + _DIRECTORY_SECONDS
        return self._directory


def _first(user_id: str) -> Put:
    """The claim of whoever is registered first, and so administers the instance: of many at once, one has it."""
    return Put(_FIRST, _FIRST, user_id.encode(), expect=ABSENT)


def _encode(account: Account) -> bytes:
    fields = {name: getattr(account, name) for name in Account.__slots__ if name != "version"}
    return orjson.dumps(fields)


def _decode(value: bytes, version: int) -> Account:
    return Account(**orjson.loads(value), version=version)
