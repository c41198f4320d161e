"""Access tokens: only those that auth-service signed, for this audience and for now, say who is asking."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Sequence
from typing import Any, cast

import httpx
import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from auth_service.signing import SigningKeys
from kernel.identity.security import ISSUER, USER_AUDIENCE
from kernel.ports.key_value_store import Delete, Item, KeyValueStore, Put
from testkit.auth import Serve, bearer, is_problem, register


def part(content: bytes | dict[str, Any]) -> str:
    encoded = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(encoded).rstrip(b"=").decode()


def claims(user_id: str, **changed: Any) -> dict[str, Any]:
    now = int(time.time())
    good = {"iss": ISSUER, "aud": USER_AUDIENCE, "sub": user_id, "sid": "s", "iat": now, "nbf": now, "exp": now + 600}
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


async def stored_key(store: KeyValueStore) -> ECKey:
    """The key that signs: what an attacker would have to have."""
    items = await store.query("signing-keys")
    return ECKey.import_key(orjson.loads(items[-1].value)["jwk"])


def signed(key: ECKey, body: dict[str, Any], **header: Any) -> str:
    return jwt.encode({"alg": "ES256", "kid": key.kid, **header}, body, key)


async def who(client: httpx.AsyncClient, token: str) -> httpx.Response:
    return await client.get("/api/auth/me", headers={"Authorization": f"Bearer {token}"})


async def test_a_token_with_the_right_key_and_claims_is_let_in(client: httpx.AsyncClient, store: KeyValueStore) -> None:
    """So that the refusals below are for what is wrong with them, and for nothing else."""
    ann = await register(client)
    answer = await who(client, signed(await stored_key(store), claims(ann["user"]["id"])))
    assert answer.json() == ann["user"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "somebody"},
        {"iss": None},
        {"aud": "task-service"},
        {"aud": [USER_AUDIENCE]},
        {"aud": None},
        {"exp": 1},
        {"exp": None},
        {"exp": "tomorrow"},
        {"nbf": 4_102_444_800},  # in 2100
        {"sub": None},
        {"sub": 7},
        {"sub": "service:notify-service"},
    ],
    ids=str,
)
async def test_a_token_with_wrong_claims_is_refused(
    client: httpx.AsyncClient, store: KeyValueStore, wrong: dict[str, Any]
) -> None:
    ann = await register(client)
    token = signed(await stored_key(store), claims(ann["user"]["id"], **wrong))
    is_problem(await who(client, token), 401, "not_authenticated")


def unsigned(body: dict[str, Any], _: str, public: dict[str, Any]) -> str:
    return f"{part({'alg': 'none', 'kid': public['kid']})}.{part(body)}."


def signed_with_the_public_key_as_a_secret(body: dict[str, Any], _: str, public: dict[str, Any]) -> str:
    content = f"{part({'alg': 'HS256', 'kid': public['kid']})}.{part(body)}"
    secret = ECKey.import_key(public).as_pem(private=False)
    return f"{content}.{part(hmac.digest(secret, content.encode(), hashlib.sha256))}"


def signed_by_another_key_of_that_name(body: dict[str, Any], _: str, public: dict[str, Any]) -> str:
    return signed(ECKey.generate_key("P-256", {"kid": public["kid"]}), body)


def signed_by_an_unknown_key(body: dict[str, Any], _: str, __: dict[str, Any]) -> str:
    return signed(ECKey.generate_key("P-256", {"kid": "another"}), body)


def signed_by_a_key_in_its_own_header(body: dict[str, Any], _: str, __: dict[str, Any]) -> str:
    key = ECKey.generate_key("P-256", {"kid": "another"})
    return signed(key, body, jwk=key.as_dict(private=False))


def with_another_body(body: dict[str, Any], good: str, _: dict[str, Any]) -> str:
    header, _, signature = good.split(".")
    return f"{header}.{part(body)}.{signature}"


def without_its_signature(_: dict[str, Any], good: str, __: dict[str, Any]) -> str:
    return good.rpartition(".")[0] + "."


def with_a_signature_of_zeros(_: dict[str, Any], good: str, __: dict[str, Any]) -> str:
    return f"{good.rpartition('.')[0]}.{part(bytes(64))}"


@pytest.mark.parametrize(
    "forge",
    [
        unsigned,
        signed_with_the_public_key_as_a_secret,
        signed_by_another_key_of_that_name,
        signed_by_an_unknown_key,
        signed_by_a_key_in_its_own_header,
        with_another_body,
        without_its_signature,
        with_a_signature_of_zeros,
    ],
    ids=lambda forge: forge.__name__,
)
async def test_a_forged_token_is_refused(
    client: httpx.AsyncClient, forge: Callable[[dict[str, Any], str, dict[str, Any]], str]
) -> None:
    ann, mallory = await register(client), await register(client, "mallory@example.org")
    [public] = (await client.get("/api/auth/.well-known/jwks.json")).json()["keys"]
    forged = forge(claims(ann["user"]["id"]), mallory["access_token"], public)
    is_problem(await who(client, forged), 401, "not_authenticated")


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer é", "Bearer a.b.c", "Bearer tlp_no"])
async def test_what_is_no_token_is_refused(client: httpx.AsyncClient, value: str) -> None:
    headers = {"Authorization": value.encode("latin-1")}
    is_problem(await client.get("/api/auth/me", headers=headers), 401, "not_authenticated")


async def test_processes_that_start_at_once_agree_on_the_key(store: KeyValueStore) -> None:
    one, two = SigningKeys(store), SigningKeys(store)
    tokens = await asyncio.gather(one.user_token("ann", "s"), two.user_token("ann", "s"))
    for keys in (one, two):
        for token in tokens:
            assert jwt.decode(token, await keys.keys(), algorithms=["ES256"]).claims["sub"] == "ann"
    assert len(await store.query("signing-keys")) == 1


class LookedBefore:
    """The store as a process knows it that looked at the keys just before another one made the first."""

    def __init__(self, store: KeyValueStore) -> None:
        self._store = store
        self._looked = False

    async def query(self, partition: str) -> Sequence[Item]:
        looked, self._looked = self._looked, True
        return await self._store.query(partition) if looked else []

    async def write(self, *operations: Put | Delete) -> None:
        await self._store.write(*operations)


async def test_a_process_that_comes_second_takes_the_key_of_the_first(store: KeyValueStore) -> None:
    first, second = SigningKeys(store), SigningKeys(cast(KeyValueStore, LookedBefore(store)))
    token = await first.user_token("ann", "s")
    await second.user_token("ann", "s")
    assert jwt.decode(token, await second.keys(), algorithms=["ES256"]).claims["sub"] == "ann"
    assert await first.jwks() == await second.jwks() == await SigningKeys(store).jwks()


async def test_an_aged_key_signs_no_more_and_still_verifies(store: KeyValueStore) -> None:
    before = await SigningKeys(store).user_token("ann", "s")
    [item] = await store.query("signing-keys")
    aged = orjson.dumps({**orjson.loads(item.value), "signs_until": time.time() - 1})
    await store.write(Put("signing-keys", item.key, aged, expires_at=item.expires_at))
    keys = SigningKeys(store)
    after = await keys.user_token("ann", "s")
    assert json.loads(base64.urlsafe_b64decode(after.split(".")[0] + "=="))["kid"] != item.key
    assert len((await keys.jwks())["keys"]) == 2
    for token in (before, after):
        assert jwt.decode(token, await keys.keys(), algorithms=["ES256"]).claims["sub"] == "ann"


async def test_a_token_of_another_process_is_verified_though_its_key_is_newer(
    serve: Serve, store: KeyValueStore
) -> None:
    async with serve() as one:
        ann = await register(one)
        [item] = await store.query("signing-keys")
        aged = orjson.dumps({**orjson.loads(item.value), "signs_until": time.time() - 1})
        await store.write(Put("signing-keys", item.key, aged, expires_at=item.expires_at))
        newer = await SigningKeys(store).user_token(ann["user"]["id"], "s")
        assert (await who(one, newer)).json() == ann["user"]


async def test_the_public_keys_alone_verify_a_token(client: httpx.AsyncClient) -> None:
    ann = await register(client)
    public = KeySet.import_key_set((await client.get("/api/auth/.well-known/jwks.json")).json())
    token = jwt.decode(ann["access_token"], public, algorithms=["ES256"])
    assert token.header["alg"] == "ES256"
    assert token.claims | {"iat": 0, "nbf": 0, "exp": 0, "jti": "", "sid": ""} == {
        "iss": "taskledger",
        "aud": "taskledger",
        "sub": ann["user"]["id"],
        "iat": 0,
        "nbf": 0,
        "exp": 0,
        "jti": "",
        "sid": "",
    }
    assert token.claims["exp"] - token.claims["iat"] == 600


# --- personal tokens are made by people who are logged in ---


async def test_a_token_cannot_make_another_token(client: httpx.AsyncClient) -> None:
    ann = await register(client)
    everything = {"name": "ci", "scopes": ["account"]}
    made = (await client.post("/api/auth/tokens", json=everything, headers=bearer(ann))).json()
    headers = {"Authorization": f"Bearer {made['token']}"}
    is_problem(await client.post("/api/auth/tokens", json={"name": "next"}, headers=headers), 403, "forbidden")


async def test_after_a_logout_what_is_left_of_the_session_makes_no_token(serve: Serve) -> None:
    async with serve() as one, serve() as two:
        ann = await register(one)
        await one.post("/api/auth/logout", headers=bearer(ann))
        is_problem(
            await one.post("/api/auth/tokens", json={"name": "ci"}, headers=bearer(ann)), 401, "not_authenticated"
        )
        # Another process has not heard that the access token counts no more.
        is_problem(await two.post("/api/auth/tokens", json={"name": "ci"}, headers=bearer(ann)), 403, "forbidden")


async def test_tokens_are_listed_page_by_page(client: httpx.AsyncClient) -> None:
    ann = await register(client)
    for number in range(3):
        await client.post("/api/auth/tokens", json={"name": f"t{number}"}, headers=bearer(ann))
    first = (await client.get("/api/auth/tokens?limit=2", headers=bearer(ann))).json()
    rest = await client.get(f"/api/auth/tokens?limit=2&cursor={first['next_cursor']}", headers=bearer(ann))
    assert [token["name"] for token in first["items"] + rest.json()["items"]] == ["t0", "t1", "t2"]
    assert rest.json()["next_cursor"] is None
