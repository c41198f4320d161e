"""What a release does on AWS, on an emulator of it: the site in a bucket, and what passed its test remembered."""

import importlib.util
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest

from taskledger_local.emulator import REGION, Emulator

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def release() -> ModuleType:
    """The program; it stands in the CDK app's folder, which is no package of ours."""
    spec = importlib.util.spec_from_file_location("release", ROOT / "deploy/aws/release.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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
    second = release.Release("b" * 40, {"task-service": "sha256:2"})
    release.remember(ssm, second)
    assert release.remembered(ssm) == second


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
