"""What a crash leaves half done between auth-service's store and the log is finished by the next login."""

from datetime import UTC, datetime
from functools import partial

import httpx
import pytest

from auth_service.accounts import Account, Accounts
from auth_service.domain.account import Erase, decide
from auth_service.passwords import Passwords
from contracts.user import User, UserEvent, stream_of
from kernel.log.decider import Command, Decider
from kernel.log.ids import new_id
from kernel.ports.key_value_store import KeyValueStore
from testkit.auth import PASSWORD, is_problem, register

LOGIN = {"email": "ann@example.org", "password": PASSWORD}


async def types(users: Decider[User, UserEvent], user_id: str) -> list[str]:
    return [envelope.type for envelope in await users.streams.store.load(stream_of(user_id))]


async def test_an_account_that_never_reached_the_log_is_registered_at_the_next_login(
    client: httpx.AsyncClient, store: KeyValueStore, users: Decider[User, UserEvent]
) -> None:
    passwords = Passwords()
    account = Account(
        id=new_id(),
        email="ann@example.org",
        name="Ann",
        locale="en",
        password_hash=await passwords.hash(PASSWORD),
        created_at=datetime.now(UTC).isoformat(),
    )
    passwords.close()
    await Accounts(store).create(account)  # ... and here the process died
    assert await types(users, account.id) == []
    for _ in range(2):
        assert (await client.post("/api/auth/login", json=LOGIN)).status_code == 200
    assert await types(users, account.id) == ["user.registered", "user.logged-in", "user.logged-in"]


@pytest.mark.slow
async def test_an_erasure_that_got_no_further_than_the_log_is_finished_at_the_next_login(
    client: httpx.AsyncClient, store: KeyValueStore, users: Decider[User, UserEvent]
) -> None:
    ann = await register(client)
    user_id = ann["user"]["id"]
    command = Command(id=new_id(), fingerprint="", actor=user_id, time=datetime.now(UTC), correlation_id="x")
    await users.execute(stream_of(user_id), partial(decide, Erase()), command)  # ... and here the process died
    is_problem(await client.post("/api/auth/login", json=LOGIN), 401, "not_authenticated")
    account = await Accounts(store).get(user_id)
    assert account is not None
    assert (account.erased, account.email, account.name, account.password_hash) == (True, "", "", "")
    assert (await types(users, user_id))[-1] == "user.erased"
    assert (await register(client))["user"]["id"] != user_id


@pytest.mark.parametrize("old", ["$argon2id$v=19$m=8192,t=1,p=1$"])
async def test_a_password_hashed_with_other_parameters_is_hashed_anew_at_the_next_login(
    client: httpx.AsyncClient, store: KeyValueStore, old: str
) -> None:
    from argon2 import PasswordHasher

    ann = await register(client)
    weaker = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    assert weaker.startswith(old)
    await Accounts(store).change(ann["user"]["id"], password_hash=weaker)
    assert (await client.post("/api/auth/login", json=LOGIN)).status_code == 200
    account = await Accounts(store).get(ann["user"]["id"])
    assert account is not None
    assert account.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert (await client.post("/api/auth/login", json=LOGIN)).status_code == 200
