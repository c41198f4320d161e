"""Runs the `taskledger` command beside the services on AWS: `operate.py verify`, `operate.py unblock STREAM`.

It is a task of ECS with the operator's image: the database stands in a private network. What the command prints is
shown when it has ended, and its exit status is ours. Credentials and region are those of the AWS tools.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any, Final

import boto3

CLUSTER: Final = "taskledger"
TASK: Final = "taskledger-operator"
CONTAINER: Final = "operator"
LOG_GROUP: Final = "/taskledger/operator"

_LOOK_AGAIN_SECONDS: Final = 5.0


class NotRun(Exception):
    """ECS did not start the task, or stopped it before the command ended."""


def run(ecs: Any, command: Sequence[str], *, look_again: float = _LOOK_AGAIN_SECONDS) -> tuple[str, int]:
    """Run a command to its end: the task's id, and the exit status. Raises NotRun."""
    providers = ecs.describe_clusters(clusters=[CLUSTER])["clusters"][0]["capacityProviders"]
    answer = ecs.run_task(
        cluster=CLUSTER,
        taskDefinition=TASK,
        count=1,
        capacityProviderStrategy=[{"capacityProvider": providers[0], "weight": 1}],
        overrides={"containerOverrides": [{"name": CONTAINER, "command": list(command)}]},
    )
    if answer["failures"]:
        raise NotRun(", ".join(failure["reason"] for failure in answer["failures"]))
    task = answer["tasks"][0]
    while task["lastStatus"] != "STOPPED":
        time.sleep(look_again)
        task = ecs.describe_tasks(cluster=CLUSTER, tasks=[task["taskArn"]])["tasks"][0]
    (container,) = task["containers"]
    if "exitCode" not in container:
        raise NotRun(container.get("reason") or task["stoppedReason"])
    return task["taskArn"].rpartition("/")[2], container["exitCode"]


def printed(logs: Any, task: str) -> Iterator[str]:
    """The lines that a task printed."""
    where = {"logGroupName": LOG_GROUP, "logStreamName": f"{CONTAINER}/{CONTAINER}/{task}", "startFromHead": True}
    page, token = logs.get_log_events(**where), None
    while page["nextForwardToken"] != token:  # the last page names itself
        for event in page["events"]:
            yield event["message"]
        token = page["nextForwardToken"]
        page = logs.get_log_events(**where, nextToken=token)


def main(arguments: list[str]) -> int:
    """Exit status: the command's; 1 where it was not run, 2 where none was given."""
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        task, status = run(boto3.client("ecs"), arguments)
    except NotRun as fault:
        print(fault, file=sys.stderr)
        return 1
    for line in printed(boto3.client("logs"), task):
        print(line)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
