"""What a release does on AWS, on an emulator of it: the site in a bucket, and what passed its test remembered."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest

from taskledger_local.emulator import REGION, Emulator

ROOT = Path(__file__).parents[1]


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The program; it stands in the CDK app's folder, which is no package of ours."""
    monkeypatch.syspath_prepend(ROOT / "deploy/aws")
    import release

    yield release
    for name in ("release", "context", "operate"):
        sys.modules.pop(name, None)


def client(aws: Emulator, service: str) -> Any:
    return boto3.client(service, endpoint_url=aws.endpoint, region_name=REGION)


def test_the_site_is_put_where_a_browser_of_yesterday_still_finds_its_files(
    release: ModuleType, aws: Emulator, tmp_path: Path
) -> None:
    s3 = client(aws, "s3")
    s3.create_bucket(Bucket="site")
    site = tmp_path / "dist"
    site.mkdir()
    for name, text in (("index.html", "new"), ("sw.js", ""), ("assets/index-1a2b.js", "1"), ("app.webmanifest", "{}")):
        (site / name).parent.mkdir(exist_ok=True)
        (site / name).write_text(text)
    (tmp_path / "openapi.json").write_text("{}")
    s3.put_object(Bucket="site", Key="assets/index-old.js", Body=b"0")
    put: list[str] = []
    s3.meta.events.register("provide-client-params.s3.PutObject", lambda params, **_: put.append(params["Key"]))

    release.upload(s3, "site", site, tmp_path / "openapi.json")

    assert put[-2:] == ["index.html", "sw.js"]
    heads = {key: s3.head_object(Bucket="site", Key=key) for key in put}
    assert {key: (head["CacheControl"], head["ContentType"]) for key, head in heads.items()} == {
        "index.html": ("no-cache", "text/html; charset=utf-8"),
        "sw.js": ("no-cache", "text/javascript; charset=utf-8"),
        "assets/index-1a2b.js": ("public, max-age=31536000, immutable", "text/javascript; charset=utf-8"),
        "app.webmanifest": ("no-cache", "application/manifest+json"),
        "api/openapi.json": ("no-cache", "application/json"),
    }
    assert s3.get_object(Bucket="site", Key="assets/index-old.js")["Body"].read() == b"0"


def test_the_release_that_passed_is_the_one_to_go_back_to(release: ModuleType, aws: Emulator) -> None:
    ssm = client(aws, "ssm")
    with pytest.raises(release.NothingToRollBackTo):
        release.remembered(ssm)
    first = release.Release("a" * 40, {"task-service": "sha256:1"})
    release.remember(ssm, first)
    second = release.Release("b" * 40, {"task-service": "sha256:2"}, {"profile": "production"})
    release.remember(ssm, second)
    assert release.remembered(ssm) == second


def test_a_release_goes_back_to_what_the_account_is_told_or_somebody_says_otherwise(
    release: ModuleType, aws: Emulator
) -> None:
    ssm = client(aws, "ssm")
    small, large = {"profile": "small"}, {"profile": "production", "log_table": "restored"}
    passed = release.Release("a" * 40, {}, small)
    release.context.keep(ssm, small)
    release.told_again(ssm, passed, None)
    release.context.keep(ssm, large)
    with pytest.raises(release.ToldOtherwise, match=r"log_table: then None, now restored; profile: then small"):
        release.told_again(ssm, passed, None)
    release.told_again(ssm, passed, "now")
    assert release.context.kept(ssm) == large
    release.told_again(ssm, passed, "then")
    assert release.context.kept(ssm) == small


def test_a_variable_that_says_something_else_than_the_account_is_refused(release: ModuleType, aws: Emulator) -> None:
    context, ssm = release.context, client(aws, "ssm")
    context.keep(ssm, {"profile": "production", "database_class": "m7g.xlarge", "domain": "board.example.org"})
    told = context.told(ssm, {"DOMAIN": "board.example.org", "PROFILE": "", "HOME": "/root"})
    assert told == {"profile": "production", "database_class": "m7g.xlarge", "domain": "board.example.org"}
    for name, value in (("PROFILE", "small"), ("ALARM_EMAIL", "ann@example.org")):
        with pytest.raises(context.Differs, match=f"{name}={value}"):
            context.told(ssm, {name: value})


def test_what_was_looked_up_is_found_by_who_deploys_next(release: ModuleType, aws: Emulator, tmp_path: Path) -> None:
    context, ssm = release.context, client(aws, "ssm")
    context.bring_lookups(ssm, tmp_path / "none.json")
    assert not (tmp_path / "none.json").exists()
    (tmp_path / "here.json").write_text('{"availability-zones": ["a", "b"]}')
    context.keep_lookups(ssm, tmp_path / "here.json")
    context.bring_lookups(ssm, tmp_path / "there.json")
    assert (tmp_path / "there.json").read_text() == '{\n  "availability-zones": [\n    "a",\n    "b"\n  ]\n}'
    (tmp_path / "there.json").write_text("{}")
    context.bring_lookups(ssm, tmp_path / "there.json")
    assert (tmp_path / "there.json").read_text() == "{}"


def test_an_older_revision_is_taken_from_the_repository(release: ModuleType, tmp_path: Path) -> None:
    repository = tmp_path / "repository"

    def git(*arguments: str) -> str:
        command = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "-C", str(repository), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    repository.mkdir()
    git("init", "--quiet")
    revisions = []
    for text in ("older", "newer"):
        (repository / "page").write_text(text)
        git("add", "page")
        git("commit", "--quiet", "--message", text)
        revisions.append(git("rev-parse", "HEAD"))
    with release.checkout(revisions[0], repository) as folder:
        assert (folder / "page").read_text() == "older"
    assert git("worktree", "list").count("\n") == 0
    assert (repository / "page").read_text() == "newer"


def test_what_takes_long_is_done_by_the_new_release_before_its_services_start(
    release: ModuleType, aws: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def run(command: list[str], **_: str) -> None:
        done.append(" ".join(word for word in command[1:] if not word.startswith("--outputs-file")))
        if "--all" in command:
            raise subprocess.CalledProcessError(1, command)

    monkeypatch.setattr(release, "_run", run)
    monkeypatch.setattr(release, "operated", lambda command: done.append("taskledger " + " ".join(command)))
    with pytest.raises(subprocess.CalledProcessError):
        release.deploy(release.Release("a" * 40, {}), tmp_path)
    first, *prepares, last = done
    assert first == "deploy --require-approval=never TaskledgerOperator"
    assert "taskledger rebuild --if-missing" in prepares
    assert last == "deploy --require-approval=never --all"


def test_services_stay_where_what_they_need_was_not_made(
    release: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr(release, "_run", lambda command, **_: done.append(command[-1]))
    monkeypatch.setattr(release.boto3, "client", lambda service: service)
    monkeypatch.setattr(release.operate, "run", lambda ecs, command: ("task", 1))
    monkeypatch.setattr(release.operate, "printed", lambda logs, task: ["the log cannot be read"])
    with pytest.raises(release.NotPrepared, match="ended with 1"):
        release.deploy(release.Release("a" * 40, {}), tmp_path)
    assert done == ["TaskledgerOperator"]
