"""Comments over HTTP, and who is mentioned in them."""

import pytest

from testkit.tasks import User, World, expect


async def test_comments_are_listed_in_the_order_they_were_written(ann: User, bob: User) -> None:
    project = await ann.project()
    await ann.let_in(project, bob)
    path = f"/tasks/{(await ann.task(project))['id']}/comments"
    for n, user in enumerate((ann, bob, ann)):
        answer = await user.post(path, {"body": f"**Number** {n}"})
        assert (answer.status_code, answer.headers["ETag"]) == (201, f'"{n + 2}"')

    first = (await bob.get(path, limit=2)).json()
    second = (await bob.get(path, limit=2, cursor=first["next_cursor"])).json()

    comments = first["items"] + second["items"]
    assert [(c["body"], c["author"]) for c in comments] == [
        ("**Number** 0", ann.id),
        ("**Number** 1", bob.id),
        ("**Number** 2", ann.id),
    ]
    assert second["next_cursor"] is None


async def test_a_comment_is_edited_and_deleted_and_keeps_its_place(ann: User) -> None:
    path = f"/tasks/{(await ann.task(await ann.project()))['id']}/comments"
    comment = expect(await ann.post(path, {"body": "One"}), 201)
    await ann.post(path, {"body": "Two"})

    edited = await ann.patch(f"{path}/{comment['id']}", {"body": "Uno"}, if_match=3)
    deleted = await ann.delete(f"{path}/{comment['id']}")

    assert (edited.json()["body"], edited.json()["edited_at"] is None) == ("Uno", False)
    assert (deleted.json()["body"], deleted.json()["deleted"]) == ("", True)
    assert [c["body"] for c in (await ann.get(path)).json()["items"]] == ["", "Two"]
    assert (await ann.patch(f"{path}/{comment['id']}", {"body": "Again"})).status_code == 409
    assert (await ann.patch(f"{path}/nonsense", {"body": "Again"})).status_code == 404


@pytest.mark.parametrize(
    "body", [{}, {"body": ""}, {"body": " \n "}, {"body": "a" * 20_001}, {"body": "a\x00"}, {"body": 1}]
)
async def test_a_bad_comment_is_not_written(world: World, ann: User, body: dict[str, object]) -> None:
    path = f"/tasks/{(await ann.task(await ann.project()))['id']}/comments"
    before = await world.log_length()

    answer = await ann.post(path, body)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "body")
    assert await world.log_length() == before


async def test_members_are_mentioned_by_name_and_by_id_and_strangers_are_not(world: World, ann: User) -> None:
    minsu, stranger = await world.user("김민수"), await world.user("Stranger")
    project = await ann.project()
    await ann.let_in(project, minsu)
    path = f"/tasks/{(await ann.task(project))['id']}/comments"

    by_name = await ann.post(path, {"body": "@김민수님, @stranger: look"})
    by_id = await ann.post(path, {"body": "look", "mentions": [stranger.id, ann.id, "nonsense"]})
    edited = await ann.patch(f"{path}/{by_id.json()['id']}", {"body": "@Ann Lee and @김민수"})

    assert by_name.json()["mentions"] == [minsu.id]
    assert by_id.json()["mentions"] == [ann.id]
    assert edited.json()["mentions"] == [ann.id, minsu.id]


async def test_a_comment_is_written_though_auth_service_is_away(world: World, ann: User) -> None:
    path = f"/tasks/{(await ann.task(await ann.project()))['id']}/comments"
    world.auth.away = True

    comment = expect(await ann.post(path, {"body": "@Ann Lee", "mentions": [ann.id]}), 201)

    assert comment["mentions"] == [ann.id]
