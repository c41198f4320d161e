"""The services as they run on AWS, against an emulator that has what is deployed there."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from taskledger_local.deployed import SENDER
from taskledger_local.emulator import REGION, Emulator
from taskledger_local.processes import free_port
from taskledger_local.services import HttpChild
from taskledger_local.topology import ANSWERS, KEYS, LOG
from testkit.faults import Faults, faults_before

# What the CDK app says of the services' own metrics is read here too: it needs nothing of the CDK.
sys.path.append(str(Path(__file__).parents[2] / "deploy" / "aws"))

MODULES: Final = {
    "auth-service": "auth_service",
    "task-service": "task_service",
    "log-projector": "log_projector",
    "notify-service": "notify_service",
}


@dataclass(frozen=True, slots=True)
class Board:
    """The services by name, each with the proxy that it reaches AWS by, and where AWS is."""

    services: dict[str, HttpChild]
    proxies: dict[str, Faults]
    endpoint: str


@pytest.fixture(scope="module")
def board(aws: Emulator, deploy: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """All four, in an account of their own, with databases in files."""
    folder = tmp_path_factory.mktemp("board")
    ports = {name: free_port() for name in MODULES}
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("AWS_ACCESS_KEY_ID", deploy())
        proxies = {name: stack.enter_context(faults_before(aws.endpoint)) for name in MODULES}
        services = {}
        for name, module in MODULES.items():
            at = f"region={REGION}&endpoint={proxies[name].endpoint}"
            environment = {
                "EVENT_STORE_URL": f"dynamodb://{LOG.name}?{at}",
                "KEY_VALUE_URL": f"dynamodb://{(ANSWERS if name == 'notify-service' else KEYS).name}?{at}",
                "SUBSCRIPTION_URL": f"sqs://taskledger?{at}&poll=1",
                "READ_MODEL_URL": f"sqlite:///{folder}/{name}/read.db",
                "NOTIFY_DB_URL": f"sqlite:///{folder}/{name}/notify.db",
                "MAILER_URL": f"ses://?from={SENDER}&{at}",
                "AUTH_URL": f"http://127.0.0.1:{ports['auth-service']}",
                "TASK_URL": f"http://127.0.0.1:{ports['task-service']}",
                "SERVICE_SECRET": "of-this-test-0123456789",
                "METRICS_LOG_SECONDS": "0.2",
            }
            services[name] = HttpChild(name, module, folder / name, environment, ports[name])
            services[name].launch()
        for child in services.values():
            child.wait(child.ready)
        yield Board(services, proxies, aws.endpoint)
        for child in services.values():
            child.kill()
