"""A little of `make fuzz` in every run, and what it has found before."""

from pathlib import Path

import pytest

from testkit.fuzzing import TARGETS, hold, opened

FOUND = sorted((Path(__file__).parent / "found").iterdir())


@pytest.mark.parametrize("name", TARGETS)
def test_what_reads_texts_holds_its_promise(name: str) -> None:
    hold(name, examples=60, begin=1)


@pytest.mark.parametrize("file", FOUND, ids=lambda file: file.name)
def test_a_file_that_was_found_is_read_or_refused(file: Path) -> None:
    opened(file.read_bytes(), file.name)
