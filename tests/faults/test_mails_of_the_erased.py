"""Mails belong to the person they were sent to, not to whoever has the address next."""

from pathlib import Path

from testkit.board import PASSWORD, eventually, running


def test_who_registers_an_erased_persons_address_is_shown_none_of_their_mails(tmp_path: Path) -> None:
    with running(tmp_path / "data") as board:
        ann, bob = board.register("Ann"), board.register("Bob", email="shared@example.org")
        project = ann.post("/api/projects", name="Secret")["id"]
        ann.put(f"/api/projects/{project}/members/{bob.id}", role="member")
        ann.post(f"/api/projects/{project}/tasks", title="For Bob alone", assignees=[bob.id])
        eventually(lambda: board.mails(bob))
        bob.call("DELETE", "/api/auth/me", {"password": PASSWORD})
        next_one = board.register("Robert", email="shared@example.org")
        assert board.mails(next_one) == []
        assert "For Bob alone" not in board.command("outbox").stdout


def test_a_reader_is_not_mailed_more_often_than_the_limit_and_the_ledger_says_why_not(tmp_path: Path) -> None:
    with running(tmp_path / "data", MAILS_PER_READER="3", MAILS_PER_SENDER="5") as board:
        ann, bob, cleo = board.register("Ann"), board.register("Bob"), board.register("Cleo")
        project = ann.post("/api/projects", name="Loud")["id"]
        for person in (bob, cleo):
            ann.put(f"/api/projects/{project}/members/{person.id}", role="member")
        tasks = [
            ann.post(f"/api/projects/{project}/tasks", title=f"Task {n}", assignees=[person.id])["id"]
            for person in (bob, cleo)
            for n in range(5)
        ]

        def states() -> list[tuple[str, str | None]]:
            lines = [line for task in tasks for line in ann.get(f"/api/notifications/deliveries?task={task}")["items"]]
            mails = [(line["state"], line["reason"]) for line in lines if line["channel"] == "mail"]
            return mails if len(mails) == 10 and all(state != "pending" for state, _ in mails) else []

        found = eventually(states, within=30)
        assert found.count(("suppressed", "too_many")) == len(found) - found.count(("sent", None))
        assert len(board.mails(bob)) <= 3
        assert len(board.mails(cleo)) <= 3
        assert 0 < found.count(("sent", None)) <= 5
        assert len(bob.all("/api/notifications")) == 5  # the inbox has all of it
