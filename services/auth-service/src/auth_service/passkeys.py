"""Passkeys (WebAuthn level 3): keys on somebody's device that let them in alone. Only public keys are kept."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from auth_service.domain.account import time_text
from kernel.http.problems import Problem
from kernel.log.ids import is_id
from kernel.ports.key_value_store import ABSENT, ConditionFailed, Delete, KeyValueStore, Put

MAX_PASSKEYS: Final = 20
CHALLENGE_SECONDS: Final = 300
_CHALLENGES: Final = "passkey-challenges"
_LOGIN: Final = "login"
"""What a challenge is for that belongs to nobody yet."""

_FAULTS: Final = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, IndexError)
"""What the library raises for answers that are none; some of them it takes apart before it looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A passkey. `id` is the digest of the credential's; `credential` and `public_key` in base64url."""

    id: str
    name: str
    credential: str
    public_key: str
    sign_count: int
    created_at: str
    used_at: str | None = None
    synced: bool = False
    version: int = 0


class PasskeyRefused(Exception):
    """The device's answer does not prove anything."""


class Passkeys:
    """The passkeys of people in the key-value store."""

    def __init__(self, store: KeyValueStore, public_url: str) -> None:
        """`public_url`: where people open the site; passkeys are bound to its name."""
        self._store = store
        self._party, self._origins = _site(public_url)

    async def of(self, user_id: str) -> Sequence[Passkey]:
        """Somebody's passkeys, oldest first."""
        found = [
            Passkey(**orjson.loads(item.value), version=item.version)
            for item in await self._store.query(_partition(user_id))
        ]
        return sorted(found, key=lambda each: (each.created_at, each.id))

    async def offer(self, user_id: str, email: str, name: str) -> dict[str, Any]:
        """What a device is asked to make a passkey from. Raises Problem 409 where a site can have none."""
        known = [
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(each.credential)) for each in await self.of(user_id)
        ]
        options = webauthn.generate_registration_options(
            rp_id=self._site_name(),
            rp_name="Taskledger",
            user_id=user_id.encode(),
            user_name=email,
            user_display_name=name,
            exclude_credentials=known,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                require_resident_key=True,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
        )
        await self._ask(options.challenge, user_id)
        return options_to_json_dict(options)

    async def add(self, user_id: str, name: str, answer: Mapping[str, Any]) -> Passkey:
        """Keep the passkey that a device made. Raises PasskeyRefused, and Problem 409 for too many or the same."""
        if len(await self.of(user_id)) >= MAX_PASSKEYS:
            raise Problem(409, "conflict", f"There are {MAX_PASSKEYS} passkeys already.", reason="too_many_passkeys")
        challenge = await self._asked(answer, user_id)
        try:
            made = webauthn.verify_registration_response(
                credential=dict(answer),
                expected_challenge=challenge,
                expected_rp_id=self._site_name(),
                expected_origin=self._origins,
                require_user_verification=True,
            )
        except _FAULTS as fault:
            raise PasskeyRefused(str(fault)) from fault
        passkey = Passkey(
            id=_id(made.credential_id),
            name=name,
            credential=bytes_to_base64url(made.credential_id),
            public_key=bytes_to_base64url(made.credential_public_key),
            sign_count=made.sign_count,
            created_at=time_text(datetime.now(UTC)),
            synced=made.credential_backed_up,
        )
        try:
            await self._store.write(_put(user_id, passkey, ABSENT))
        except ConditionFailed as error:
            raise Problem(409, "conflict", "This passkey is known already.") from error
        return passkey

    async def remove(self, user_id: str, passkey_id: str) -> bool:
        """Forget a passkey; False when there is no such one."""
        if await self._store.get(_partition(user_id), passkey_id) is None:
            return False
        await self._store.write(Delete(_partition(user_id), passkey_id))
        return True

    async def remove_all(self, user_id: str) -> None:
        """Forget every passkey of somebody."""
        for passkey in await self.of(user_id):
            await self.remove(user_id, passkey.id)

    async def ask(self) -> dict[str, Any]:
        """What a device is asked to prove one of its passkeys by, whosever it is. Raises Problem 409."""
        options = webauthn.generate_authentication_options(
            rp_id=self._site_name(), user_verification=UserVerificationRequirement.REQUIRED
        )
        await self._ask(options.challenge, _LOGIN)
        return options_to_json_dict(options)

    async def prove(self, answer: Mapping[str, Any]) -> str:
        """Whose passkey it is. Raises PasskeyRefused for whatever does not prove it."""
        challenge = await self._asked(answer, _LOGIN)
        try:
            user_id = base64url_to_bytes(answer["response"]["userHandle"]).decode()
            passkey_id = _id(base64url_to_bytes(answer["rawId"]))
        except (*_FAULTS, UnicodeError) as fault:
            raise PasskeyRefused("names nobody") from fault
        item = await self._store.get(_partition(user_id), passkey_id) if is_id(user_id) else None
        if item is None:
            raise PasskeyRefused("unknown")
        passkey = Passkey(**orjson.loads(item.value), version=item.version)
        try:
            proof = webauthn.verify_authentication_response(
                credential=dict(answer),
                expected_challenge=challenge,
                expected_rp_id=self._site_name(),
                expected_origin=self._origins,
                credential_public_key=base64url_to_bytes(passkey.public_key),
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            )
        except _FAULTS as fault:
            raise PasskeyRefused(str(fault)) from fault
        used = replace(passkey, sign_count=proof.new_sign_count, used_at=time_text(datetime.now(UTC)))
        try:
            await self._store.write(_put(user_id, used, passkey.version))
        except ConditionFailed as fault:  # removed, or used at the same moment: a copy of the key, perhaps
            raise PasskeyRefused("used at the same moment") from fault
        return user_id

    def _site_name(self) -> str:
        if self._party is None:
            raise Problem(409, "conflict", "Passkeys need a site with a name: its address is a number.")
        return self._party

    async def _ask(self, challenge: bytes, whose: str) -> None:
        expires_at = datetime.now(UTC) + timedelta(seconds=CHALLENGE_SECONDS)
        await self._store.write(Put(_CHALLENGES, _id(challenge), whose.encode(), expires_at))

    async def _asked(self, answer: Mapping[str, Any], whose: str) -> bytes:
        """The challenge that an answer is to; it is used up, whatever comes of it."""
        try:
            sent = parse_client_data_json(base64url_to_bytes(answer["response"]["clientDataJSON"])).challenge
        except _FAULTS as fault:
            raise PasskeyRefused("malformed") from fault
        item = await self._store.get(_CHALLENGES, _id(sent))
        if item is None or item.value.decode() != whose:
            raise PasskeyRefused("nobody asked")
        try:
            await self._store.write(Delete(_CHALLENGES, item.key, expect=item.version))
        except ConditionFailed as fault:
            raise PasskeyRefused("answered already") from fault
        return sent


def _site(public_url: str) -> tuple[str | None, list[str]]:
    """The name that passkeys are bound to, and the origins that they may be used at.

    On one's own machine that is `localhost`, for browsers bind none to a number; other numbers have none at all.
    """
    url = urlsplit(public_url)
    host, port = url.hostname or "", f":{url.port}" if url.port else ""
    try:
        number = ip_address(host)
    except ValueError:
        return host, [f"{url.scheme}://{host}{port}"]
    return ("localhost", [f"{url.scheme}://localhost{port}"]) if number.is_loopback else (None, [])


def _partition(user_id: str) -> str:
    return f"passkeys:{user_id}"


def _id(value: bytes) -> str:
    return hashlib.sha256(value).hexdigest()


def _put(user_id: str, passkey: Passkey, expect: int) -> Put:
    fields = {name: value for name, value in asdict(passkey).items() if name != "version"}
    return Put(_partition(user_id), passkey.id, orjson.dumps(fields), expect=expect)
