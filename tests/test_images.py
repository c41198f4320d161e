"""What images and their composition say is what the code says: routes, headers, targets, variables, names."""

import re
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from kernel.process.settings import Settings
from taskledger.root import PRIVATE, ROUTES
from taskledger.site import CONTENT_SECURITY_POLICY
from taskledger_local.topology import ANSWERS, KEYS, LOG, QUEUES

ROOT: Final = Path(__file__).parents[1]
NGINX: Final = (ROOT / "deploy/images/nginx.conf").read_text()
RECIPE: Final = (ROOT / "deploy/images/Dockerfile").read_text()
COMPOSE: Final[dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS: Final = {name: service for name, service in COMPOSE["services"].items() if "build" in service}


def test_nginx_and_the_root_route_alike() -> None:
    routes = {
        prefix: service.removesuffix("-service")
        for prefixes, service in re.findall(r"~\^/api/\(([a-z|-]+)\)\(/\|\$\)\s+([a-z-]+):8000;", NGINX)
        for prefix in prefixes.split("|")
    }
    assert routes == {prefix: service for prefix, service in ROUTES.items() if service not in ("imports", "exports")}
    assert set(re.findall(r"location = (/api/\S+) { return 404; }", NGINX)) == PRIVATE


def test_nginx_sends_the_sites_policy() -> None:
    policies = re.findall(r"\"(default-src [^\"]+)\"", NGINX)
    assert policies
    assert set(policies) == {CONTENT_SECURITY_POLICY}


def test_who_keeps_something_in_a_volume_owns_it() -> None:
    """A new volume takes owner and mode of the folder in the image; one that the image does not have is root's."""
    for name, service in OURS.items():
        for volume in service.get("volumes", []):
            _, folder, *options = volume.split(":")
            if "ro" in options:
                continue
            stage = RECIPE.partition(f" AS {service['build']['target']}\n")[2].partition("\nFROM ")[0]
            made = re.search(rf"^RUN install --directory --owner=(\d+) .*{re.escape(folder)}$", stage, re.MULTILINE)
            assert made is not None, name
            users = re.findall(r"^USER (\w+)$", stage, re.MULTILINE)
            assert users == ["root", made[1]], name  # root for that alone


def test_every_target_is_run_and_every_image_has_a_target() -> None:
    targets = set(re.findall(r"^FROM \S+ AS ([a-z-]+)$", RECIPE, re.MULTILINE))
    built = {service["build"]["target"] for service in OURS.values()}
    assert built == targets - {"dependencies", "distributions", "runtime", "site"}
    assert all(service["image"] == f"taskledger/{service['build']['target']}" for service in OURS.values())


def test_what_the_recipe_copies_is_not_ignored() -> None:
    let_in = re.findall(r"^!(\S+)$", (ROOT / "deploy/images/Dockerfile.dockerignore").read_text(), re.MULTILINE)
    copied = " ".join(re.findall(r"^COPY (?!--from)(.+) \S+$", RECIPE, re.MULTILINE)).split()
    assert copied
    assert [path for path in copied if not any(f"{path}/".startswith(f"{known}/") for known in let_in)] == []


@pytest.mark.parametrize("name", OURS)
def test_our_containers_can_do_little(name: str) -> None:
    service = OURS[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_every_container_has_limits_and_comes_back(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["restart"].startswith(("unless-stopped", "on-failure")) or service["profiles"] == ["operator"]
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory"}


def test_only_the_site_is_published_and_who_watches_and_only_on_loopback() -> None:
    published = {name: service["ports"] for name, service in COMPOSE["services"].items() if "ports" in service}
    watching = {name for name, service in COMPOSE["services"].items() if service.get("profiles") == ["observe"]}
    assert set(published) == {"web", *watching} - {"observer"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)


def test_the_services_are_told_where_everything_is() -> None:
    environment = OURS["task-service"]["environment"]
    ports = {name.upper() for name in Settings.model_fields} - {"LOG_LEVEL", "METRICS_LOG_SECONDS"}
    assert ports <= set(environment)
    assert environment["EVENT_STORE_URL"].startswith(f"dynamodb://{LOG.name}?")
    assert environment["KEY_VALUE_URL"].startswith(f"dynamodb://{KEYS.name}?")
    assert OURS["notify-service"]["environment"]["KEY_VALUE_URL"].startswith(f"dynamodb://{ANSWERS.name}?")
    prefix = environment["SUBSCRIPTION_URL"].removeprefix("sqs://").partition("?")[0]
    assert all(queue.name.startswith(f"{prefix}-") for queue in QUEUES)


def test_images_carry_the_authorities_of_rds() -> None:
    bundle = ROOT / "deploy/images/rds-authorities.pem"
    authorities = ssl.create_default_context(cafile=bundle).get_ca_certs()
    assert len(authorities) == bundle.read_text().count("BEGIN CERTIFICATE") > 20
    soon = datetime.now(UTC) + timedelta(days=365)
    for authority in authorities:
        names = dict(part for (part,) in authority["subject"])
        assert re.fullmatch(r"Amazon RDS [a-z]+-[a-z]+-\d Root CA RSA2048 G1", str(names["commonName"]))
        assert authority["subject"] == authority["issuer"]
        assert ssl.cert_time_to_seconds(str(authority["notAfter"])) > soon.timestamp()
    assert re.search(r"COPY deploy/images/rds-authorities.pem /etc/taskledger/", RECIPE)
