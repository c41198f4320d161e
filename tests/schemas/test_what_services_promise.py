"""What services promise in their document is what they do, whatever they are sent: Schemathesis asks for all of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import allow_header_conformance, positive_data_acceptance

from taskledger.root import PRIVATE
from testkit.board import Person, Running, running

pytestmark = pytest.mark.process

ROOT: Final = Path(__file__).parents[2]

AS_THINGS_ARE: Final = {
    # Codes that hang on what there is, which no schema can say.
    "idempotency_key_reused": "the key was used for another request",
    "stale": "If-Match names another version than the current one",
    "invalid_token": "the token of a mail is none, or not valid any more",
    "weak_password": "zxcvbn's to say",
    "bad_query": "the grammar of queries is no regular expression",
    "version_not_there": "a version that the task does not have",
}
"""Why a request that fits the schema may still be refused, by its `code`; see also `SAID`."""

SAID: Final = (
    # Of what is there.
    "is not your password",
    "does not prove",
    "is wrong",
    "is not a cursor of this list",
    "is not a registered user",
    "must be registered members of the project",
    "there is no version",
    "is not a status of the project",
    "is not a task of the project",
    "is the project's only",
    "is in the future",
    "has never",
    # Of rules that JSON Schema cannot say: what Unicode, IANA, IDNA or two fields together make of a text.
    "must not be empty",
    "has no line that says something",
    "is not a time zone",
    "must be an e-mail address",
    "must be a date",
    "must be a time",
    "max_uses must be 1",
    "must not be after",
    "must come",
    "must be different",
    "is later than",
    "is needed",
)
"""The same, by what is said of a field."""

CONFIG: Final = schemathesis.Config.from_dict(
    {
        "seed": 1,
        "generation": {"max-examples": 8, "deterministic": True, "database": "none", "no-shrink": True},
        "phases": {"stateful": {"enabled": False}},
        "checks": {
            # A version that does not hold is one, whatever it looks like.
            "negative_data_rejection": {
                "expected-statuses": ["400", "401", "403", "404", "405", "409", "412", "415", "422"]
            },
            # Ours, below: it knows the reasons.
            "positive_data_acceptance": {"enabled": False},
            "not_a_server_error": {"enabled": False},
            "allow_header_conformance": {"enabled": False},
        },
    }
)
ELSEWHERE: Final = [
    *sorted(PRIVATE),  # for services alone: the front has none of these
    "/api/stream",  # an answer without an end: services/notify-service/tests/test_stream.py
]
schema = schemathesis.openapi.from_path(ROOT / "web" / "openapi.json", config=CONFIG).exclude(path=ELSEWHERE)


def is_as_things_are(problem: dict[str, Any]) -> bool:
    """Whether a request was refused for one of the reasons above, and no other."""
    if problem["code"] in AS_THINGS_ARE:
        return True
    errors = problem.get("errors", [])
    return bool(errors) and all(any(said in error["message"] for said in SAID) for error in errors)


@schemathesis.check
def what_fits_is_taken(ctx: Any, response: Any, case: schemathesis.Case) -> bool | None:
    """A request that fits its schema is taken, or refused for a reason that no schema can say."""
    if response.status_code in (412, 422) and is_as_things_are(response.json()):
        return True
    return positive_data_acceptance(ctx, response, case)


@schemathesis.check
def allow_names_every_method(ctx: Any, response: Any, case: schemathesis.Case) -> bool | None:
    """`Allow` has the methods of the path, and of no other, but where a word stands beside a parameter."""
    # DELETE /api/auth/passkeys/login is one of /api/auth/passkeys/{passkey_id}: a 404, and no 405.
    if case.path in ("/api/auth/passkeys/login", "/api/auth/passkeys/options", "/api/auth/passkeys/login/options"):
        return True
    return allow_header_conformance(ctx, response, case)


@schemathesis.check
def nothing_breaks(ctx: Any, response: Any, case: Any) -> bool | None:
    """No 5xx, but for a version that is asked for and was not there in time."""
    if response.status_code == 503 and "min_version" in (case.query or {}) and "not yet" in response.json()["detail"]:
        return True
    return not_a_server_error(ctx, response, case)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("schemas") / "data") as process:
        yield process


@pytest.fixture
def ann(stack: Running) -> Person:
    return stack.register("Ann Baker")


@pytest.fixture
def known(ann: Person) -> dict[str, str]:
    """What paths can name, so that not everything is a 404."""
    project = ann.post("/api/projects", name="Bakery")["id"]
    task = ann.post(f"/api/projects/{project}/tasks", title="Bake")["id"]
    comment = ann.post(f"/api/tasks/{task}/comments", body="Rye")["id"]
    return {
        "project_id": project,
        "task_id": task,
        "comment_id": comment,
        "user_id": ann.id,
        "status_key": "waiting",
        "label": "bread",
    }


@schema.parametrize()
@settings(deadline=None, suppress_health_check=list(HealthCheck))
def test_an_operation_does_what_its_document_says(
    case: schemathesis.Case, stack: Running, ann: Person, known: dict[str, str]
) -> None:
    for name in case.path_parameters or {}:
        if name in known and len(str(case.path_parameters[name])) % 2 == 0:
            case.path_parameters[name] = known[name]
    headers = {"Authorization": ann.http.headers["Authorization"]}
    case.call_and_validate(base_url=stack.url, headers=headers)
