import httpx

from taskledger_local.emulator import Emulator, emulator


def test_an_emulator_answers_and_ends(tmp_path):
    with emulator(tmp_path) as started:
        assert httpx.get(f"{started.endpoint}/_ministack/health").json()["services"]["dynamodb"]
        process = started.process
    assert process is not None
    assert process.poll() is not None


def test_two_emulators_stand_beside_each_other(tmp_path):
    with emulator(tmp_path / "a") as first, emulator(tmp_path / "b") as second:
        assert first.port != second.port


def test_one_that_was_killed_starts_again_on_its_port(tmp_path):
    again = Emulator(tmp_path)
    again.run()
    again.kill()
    again.run()
    assert again.end() is not None
