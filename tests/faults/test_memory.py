"""What any member can write does not fill the memory of the process."""

from pathlib import Path

from testkit.board import Running, running

MIB = 1024 * 1024


def resident(board: Running) -> int:
    """The memory of the process, in bytes."""
    assert board.process is not None
    status = Path(f"/proc/{board.process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


def test_the_longest_descriptions_stay_within_what_a_container_has(tmp_path: Path) -> None:
    with running(tmp_path / "data") as board:
        ann = board.register("Ann")
        project = ann.post("/api/projects", name="Long")["id"]
        ann.post(f"/api/projects/{project}/tasks", title="First")
        before = resident(board)
        for _ in range(700):
            # One emoji makes every character of it take four bytes.
            ann.post(f"/api/projects/{project}/tasks", title="x", description="x" * 49_900 + "🙂")
        grown = resident(board) - before
    assert grown < 230 * MIB, f"{grown / MIB:.0f} MiB"
