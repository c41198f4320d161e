"""Signatures of requests to AWS, version 4, for what its JSON protocols need: POST to `/` without a query.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html. A test holds it
against botocore's, which costs as much as all the rest of a call.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Final

_ALGORITHM: Final = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class Keys:
    """Credentials; those of a role come with a token."""

    id: str
    secret: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


def authorization(keys: Keys, region: str, service: str, time: str, headers: Mapping[str, str], body: bytes) -> str:
    """The `Authorization` header of a request.

    `headers` are those to be signed, named in lower case and in alphabetical order: `host`, `x-amz-date` (which is
    `time`, as 20261122T120000Z) and whatever else there is, with the token of the keys as `x-amz-security-token`.
    """
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    request = f"POST\n/\n\n{lines}\n{names}\n{sha256(body).hexdigest()}"
    scope = f"{time[:8]}/{region}/{service}/aws4_request"
    text = f"{_ALGORITHM}\n{time}\n{scope}\n{sha256(request.encode()).hexdigest()}"
    signature = hmac.digest(_key(keys.secret, time[:8], region, service), text.encode(), "sha256").hex()
    return f"{_ALGORITHM} Credential={keys.id}/{scope}, SignedHeaders={names}, Signature={signature}"


@lru_cache(maxsize=16)
def _key(secret: str, day: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
