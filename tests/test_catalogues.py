"""Every text that a service marks for its readers is translated, and nothing is translated that no service says."""

import re
from pathlib import Path
from typing import Final

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT: Final = Path(__file__).resolve().parent.parent
CATALOGUES: Final = sorted(ROOT.glob("services/*/src/*/locales/*.po"))

_FIELDS: Final = re.compile(r"\{\w*\}")


def marked(package: Path) -> set[tuple[str, str]]:
    """(context, English) of each text in a package."""
    keywords = {"N_": ((1, "c"), 2)}
    found = extract_from_dir(package, method_map=[("**.py", "python")], keywords=keywords, options_map={})
    return {(str(context), str(text)) for _, _, text, _, context in found}


def test_each_service_that_writes_mails_has_catalogues() -> None:
    assert {path.parents[1].name for path in CATALOGUES} == {"auth_service", "notify_service"}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: f"{path.parents[1].name}-{path.stem}")
def test_a_catalogue_has_each_text_and_no_other(path: Path) -> None:
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.stem, abort_invalid=True)
    translated = {(str(one.context), str(one.id)): str(one.string) for one in catalogue if one.id}
    assert set(translated) == marked(path.parents[1])
    for (_, english), own in translated.items():
        assert own, english
        assert set(_FIELDS.findall(own)) <= set(_FIELDS.findall(english)), english
