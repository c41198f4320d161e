"""The link in a mail that ends mails with one click and without a login (RFC 8058)."""

import base64
import binascii
import hashlib
import hmac
from typing import Final

from notify_service.domain.channel import MAIL
from notify_service.domain.notice import KINDS
from notify_service.inbox import Inbox
from notify_service.schemas import PreferencesBody

_PURPOSE: Final = b"taskledger: no more mail to "
_MAC_BYTES: Final = 16


class Unsubscribing:
    """Signs and reads the links. Whoever has a mail has its link; it can do nothing but end this person's mails."""

    def __init__(self, secret: str, public_url: str) -> None:
        self._key = secret.encode()
        self._site = public_url.rstrip("/")

    def link(self, user_id: str) -> str | None:
        """Where a POST ends this person's mails; None where the services share no secret to sign with."""
        if not self._key:
            return None
        token = base64.urlsafe_b64encode(self._mac(user_id) + user_id.encode()).rstrip(b"=").decode()
        return f"{self._site}/api/notifications/unsubscribe/{token}"

    def reader_of(self, token: str) -> str | None:
        """Whose link it is, or None."""
        try:
            raw = base64.b64decode(token.encode() + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
            user_id = raw[_MAC_BYTES:].decode()
        except (binascii.Error, UnicodeError, ValueError):
            return None
        known = self._key and user_id and hmac.compare_digest(raw[:_MAC_BYTES], self._mac(user_id))
        return user_id if known else None

    def _mac(self, user_id: str) -> bytes:
        return hmac.new(self._key, _PURPOSE + user_id.encode(), hashlib.sha256).digest()[:_MAC_BYTES]


async def end_mails(inbox: Inbox, user_id: str) -> None:
    """Turn mail off for everything; the inbox goes on."""
    wanted = PreferencesBody.model_validate_json(await inbox.preferences(user_id))
    off = {kind: {**getattr(wanted.events, kind).model_dump(), MAIL.name: False} for kind in KINDS}
    body = PreferencesBody.model_validate({**wanted.model_dump(), "events": off})
    await inbox.put_preferences(user_id, body)
