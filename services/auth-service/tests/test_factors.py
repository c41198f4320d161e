"""Second factors and passkeys, as their owner uses them and as somebody who has the password would."""

import asyncio
import time
from typing import Any

import httpx
import orjson
import pyotp
import pytest

from auth_service.factors import RECOVERY_CODES, STEP_SECONDS
from kernel.ports.key_value_store import KeyValueStore, Put
from testkit.auth import PASSWORD, Serve, bearer, is_problem, register
from testkit.authenticator import PRESENT, Device

ORIGIN = "http://localhost:8000"
ANN = {"email": "ann@example.org", "password": PASSWORD}


NOW = time.time()


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time by which codes are looked at stands still: however slow the machine, they stay what they are."""
    monkeypatch.setattr("auth_service.factors.time", lambda: NOW)


async def login(client: httpx.AsyncClient, **more: Any) -> httpx.Response:
    return await client.post("/api/auth/login", json={**ANN, **more})


async def begin(client: httpx.AsyncClient, person: dict[str, Any]) -> str:
    answer = await client.post("/api/auth/totp", json={"password": PASSWORD}, headers=bearer(person))
    secret: str = answer.raise_for_status().json()["secret"]
    return secret


def code(secret: str, steps: int = 0) -> str:
    """The code of some steps from now."""
    return pyotp.TOTP(secret).generate_otp(int(NOW) // STEP_SECONDS + steps)


async def with_codes(client: httpx.AsyncClient, person: dict[str, Any]) -> tuple[str, list[str]]:
    """Set up an authenticator; its secret and the recovery codes. The code of the step before is used then."""
    secret = await begin(client, person)
    answer = await client.post("/api/auth/totp/confirm", json={"code": code(secret, -1)}, headers=bearer(person))
    return secret, answer.raise_for_status().json()["recovery_codes"]


async def test_an_authenticator_is_in_force_once_a_code_of_it_was_shown(client: httpx.AsyncClient) -> None:
    ann = await register(client)
    secret = await begin(client, ann)
    assert (await login(client)).status_code == 200
    wrong = await client.post("/api/auth/totp/confirm", json={"code": "000000x"}, headers=bearer(ann))
    is_problem(wrong, 422, "validation_failed")
    assert (await login(client)).status_code == 200
    _, codes = await with_codes(client, ann)
    assert (len(codes), len(set(codes))) == (RECOVERY_CODES, RECOVERY_CODES)
    is_problem(await login(client), 401, "totp_required")
    is_problem(await login(client, totp=code(secret)), 401, "invalid_credentials")
    known = (await client.get("/api/auth/totp", headers=bearer(ann))).json()
    assert known == {"enabled": True, "recovery_codes": RECOVERY_CODES, "required": False}


async def test_the_secret_comes_as_an_address_and_as_a_picture(client: httpx.AsyncClient) -> None:
    ann = await register(client)
    answer = await client.post("/api/auth/totp", json={"password": PASSWORD}, headers=bearer(ann))
    shown = answer.json()
    assert shown["uri"].startswith("otpauth://totp/Taskledger:ann%40example.org?secret=" + shown["secret"])
    assert shown["qr"].startswith("data:image/svg+xml")
    is_problem(
        await client.post("/api/auth/totp", json={"password": "a guess"}, headers=bearer(ann)), 422, "validation_failed"
    )


async def test_a_code_works_once_and_with_a_clock_that_is_off_by_a_step(client: httpx.AsyncClient) -> None:
    ann = await register(client)
    secret, _ = await with_codes(client, ann)
    is_problem(await login(client, totp=code(secret, -1)), 401, "invalid_credentials")
    now = code(secret)
    answers = await asyncio.gather(*(login(client, totp=f"{now[:3]} {now[3:]}") for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]
    assert (await login(client, totp=code(secret, 1))).status_code == 200
    is_problem(await login(client, totp=code(secret, 3)), 401, "invalid_credentials")


async def test_a_recovery_code_works_once_and_is_stored_as_a_hash(
    client: httpx.AsyncClient, store: KeyValueStore
) -> None:
    ann = await register(client)
    _, codes = await with_codes(client, ann)
    assert (await login(client, totp=codes[0].upper().replace("-", " "))).status_code == 200
    is_problem(await login(client, totp=codes[0]), 401, "invalid_credentials")
    assert (await login(client, totp=codes[1])).status_code == 200
    (item,) = await store.query("factors")
    assert not any(each.replace("-", "").encode() in item.value for each in codes)


async def test_codes_cannot_be_guessed_by_whoever_has_the_password(client: httpx.AsyncClient) -> None:
    ann = await register(client)
    secret, _ = await with_codes(client, ann)
    statuses = [(await login(client, totp=f"{guess:06}x")).status_code for guess in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    is_problem(await login(client, totp=code(secret)), 429, "rate_limited")


async def test_a_second_factor_ends_the_other_sessions_and_goes_by_a_code(client: httpx.AsyncClient) -> None:
    ann = await register(client)
    other = (await login(client)).json()
    secret, codes = await with_codes(client, ann)
    is_problem(await client.get("/api/auth/me", headers=bearer(other)), 401, "not_authenticated")
    again = await client.post("/api/auth/totp", json={"password": PASSWORD}, headers=bearer(ann))
    is_problem(again, 409, "conflict")
    wrong = await client.request("DELETE", "/api/auth/totp", json={"code": "123"}, headers=bearer(ann))
    is_problem(wrong, 422, "validation_failed")
    gone = await client.request("DELETE", "/api/auth/totp", json={"code": code(secret)}, headers=bearer(ann))
    assert gone.status_code == 204
    assert (await login(client)).status_code == 200
    is_problem(await client.post("/api/auth/login", json={**ANN, "password": codes[0]}), 401, "invalid_credentials")


async def test_a_code_shows_again_who_one_is(client: httpx.AsyncClient, store: KeyValueStore) -> None:
    ann = await register(client)
    secret, _ = await with_codes(client, ann)
    for item in await store.query(f"sessions:{ann['user']['id']}"):
        kept = {**orjson.loads(item.value), "proved_at": time.time() - 601}
        await store.write(Put(f"sessions:{ann['user']['id']}", item.key, orjson.dumps(kept), item.expires_at))
    token = {"name": "ci"}
    is_problem(await client.post("/api/auth/tokens", json=token, headers=bearer(ann)), 403, "reauthentication_required")
    options = await client.post("/api/auth/passkeys/options", headers=bearer(ann))
    is_problem(options, 403, "reauthentication_required")
    proof = await client.post("/api/auth/reauthenticate", json={"totp": code(secret)}, headers=bearer(ann))
    assert proof.status_code == 204
    assert (await client.post("/api/auth/tokens", json=token, headers=bearer(ann))).status_code == 201
    used = await client.post("/api/auth/reauthenticate", json={"totp": code(secret)}, headers=bearer(ann))
    is_problem(used, 422, "validation_failed")


# --- passkeys ---


async def add(client: httpx.AsyncClient, person: dict[str, Any], device: Device) -> httpx.Response:
    options = await client.post("/api/auth/passkeys/options", headers=bearer(person))
    credential = device.make(options.raise_for_status().json()["publicKey"])
    return await client.post(
        "/api/auth/passkeys", json={"name": "Phone", "credential": credential}, headers=bearer(person)
    )


async def asked(client: httpx.AsyncClient) -> dict[str, Any]:
    options: dict[str, Any] = (await client.post("/api/auth/passkeys/login/options")).json()["publicKey"]
    return options


async def enter(client: httpx.AsyncClient, credential: Any) -> httpx.Response:
    return await client.post("/api/auth/passkeys/login", json={"credential": credential})


async def test_a_passkey_lets_in_alone_and_is_listed_without_its_key(client: httpx.AsyncClient) -> None:
    ann = await register(client)
    await with_codes(client, ann)
    device = Device(ORIGIN)
    made = (await add(client, ann, device)).raise_for_status().json()
    inside = await enter(client, device.prove(await asked(client)))
    assert inside.json()["user"]["id"] == ann["user"]["id"]
    (listed,) = (await client.get("/api/auth/passkeys", headers=bearer(inside.json()))).json()["items"]
    assert (listed["id"], listed["name"], listed["used_at"] is None) == (made["id"], "Phone", False)
    assert "public_key" not in listed
    gone = await client.delete(f"/api/auth/passkeys/{made['id']}", headers=bearer(ann))
    assert gone.status_code == 204
    is_problem(await enter(client, device.prove(await asked(client))), 401, "invalid_credentials")


async def test_what_proves_nothing_opens_nothing(client: httpx.AsyncClient) -> None:
    ann, bob = await register(client), await register(client, "bob@example.org")
    device = Device(ORIGIN)
    (await add(client, ann, device)).raise_for_status()
    options = await asked(client)
    proof = device.prove(options)
    assert (await enter(client, proof)).status_code == 200
    is_problem(await enter(client, proof), 401, "invalid_credentials")  # seen on the way, sent again
    made_up = {**options, "challenge": "bm9ib2R5IGFza2Vk"}
    is_problem(await enter(client, device.prove(made_up)), 401, "invalid_credentials")
    is_problem(await enter(client, {}), 401, "invalid_credentials")
    is_problem(await enter(client, {"response": {"clientDataJSON": "x"}}), 401, "invalid_credentials")
    for name, value in (("origin", "http://localhost.evil.test"), ("party", "evil.test"), ("flags", PRESENT)):
        known = getattr(device, name)
        setattr(device, name, value)
        is_problem(await enter(client, device.prove(await asked(client))), 401, "invalid_credentials")
        setattr(device, name, known)
    device.owned_by(bob["user"]["id"])
    is_problem(await enter(client, device.prove(await asked(client))), 401, "invalid_credentials")
    stranger = Device(ORIGIN, credential=device.credential)
    stranger.owned_by(ann["user"]["id"])
    is_problem(await enter(client, stranger.prove(await asked(client))), 401, "invalid_credentials")
    device.owned_by(ann["user"]["id"])
    device.count = 0  # a copy of the key, behind the one that was used since
    is_problem(await enter(client, device.prove(await asked(client))), 401, "invalid_credentials")


@pytest.mark.parametrize(
    ("name", "value"), [("origin", "https://evil.test"), ("party", "evil.test"), ("flags", PRESENT)]
)
async def test_a_passkey_of_another_site_or_without_its_owner_is_not_kept(
    client: httpx.AsyncClient, name: str, value: Any
) -> None:
    ann = await register(client)
    device = Device(ORIGIN)
    setattr(device, name, value)
    is_problem(await add(client, ann, device), 422, "validation_failed")
    assert (await client.get("/api/auth/passkeys", headers=bearer(ann))).json()["items"] == []


async def test_a_challenge_is_for_whoever_asked_and_for_what_they_asked(client: httpx.AsyncClient) -> None:
    ann, bob = await register(client), await register(client, "bob@example.org")
    options = (await client.post("/api/auth/passkeys/options", headers=bearer(ann))).json()["publicKey"]
    body = {"name": "Phone", "credential": Device(ORIGIN).make(options)}
    is_problem(await client.post("/api/auth/passkeys", json=body, headers=bearer(bob)), 422, "validation_failed")
    mixed = Device(ORIGIN).make({**options, **await asked(client)})
    is_problem(
        await client.post("/api/auth/passkeys", json={"name": "x", "credential": mixed}, headers=bearer(ann)),
        422,
        "validation_failed",
    )


async def test_at_an_address_that_is_a_number_there_are_no_passkeys(serve: Serve) -> None:
    async with serve(public_url="http://192.0.2.7") as client:
        ann = await register(client)
        is_problem(await client.post("/api/auth/passkeys/options", headers=bearer(ann)), 409, "conflict")


# --- where a second factor is required ---


async def test_where_a_second_factor_is_required_nothing_works_before_there_is_one(serve: Serve) -> None:
    async with serve(require_second_factor=True) as client:
        ann = await register(client)
        for method, path in (("GET", "/api/users"), ("POST", "/api/auth/tokens"), ("PATCH", "/api/auth/me")):
            answer = await client.request(method, path, json={"name": "x"}, headers=bearer(ann))
            is_problem(answer, 403, "second_factor_required")
        assert (await client.get("/api/auth/me", headers=bearer(ann))).status_code == 200
        secret, _ = await with_codes(client, ann)
        renewed = (await client.post("/api/auth/refresh", json={"refresh_token": ann["refresh_token"]})).json()
        assert (await client.get("/api/users", headers=bearer(renewed))).status_code == 200
        only = await client.request("DELETE", "/api/auth/totp", json={"code": code(secret)}, headers=bearer(renewed))
        is_problem(only, 409, "conflict")


async def test_where_it_is_required_a_password_alone_does_not_get_at_an_account_with_a_passkey(serve: Serve) -> None:
    async with serve(require_second_factor=True) as client:
        ann = await register(client)
        device = Device(ORIGIN)
        (await add(client, ann, device)).raise_for_status()
        is_problem(await login(client), 403, "second_factor_required")
        inside = (await enter(client, device.prove(await asked(client)))).json()
        assert (await client.get("/api/users", headers=bearer(inside))).status_code == 200
