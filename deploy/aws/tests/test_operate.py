"""The operator's command, against answers such as ECS and CloudWatch give."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from operate import CLUSTER, LOG_GROUP, TASK, NotRun, printed, run

ARN = "arn:aws:ecs:eu-central-1:123456789012:task/taskledger/0123456789abcdef"


@pytest.fixture
def ecs() -> Any:
    return boto3.client("ecs", region_name="eu-central-1", aws_access_key_id="test", aws_secret_access_key="test")


def task(status: str, **container: Any) -> dict[str, Any]:
    return {
        "taskArn": ARN,
        "lastStatus": status,
        "stoppedReason": "Essential container exited",
        "containers": [container],
    }


def started(stub: Stubber, *command: str, **answer: Any) -> None:
    stub.add_response("describe_clusters", {"clusters": [{"capacityProviders": ["machines"]}]}, {"clusters": [CLUSTER]})
    stub.add_response(
        "run_task",
        {"tasks": [task("PROVISIONING", name="operator")], "failures": []} | answer,
        {
            "cluster": CLUSTER,
            "taskDefinition": TASK,
            "count": 1,
            "capacityProviderStrategy": [{"capacityProvider": "machines", "weight": 1}],
            "overrides": {"containerOverrides": [{"name": "operator", "command": list(command)}]},
        },
    )


def test_a_command_is_run_to_its_end(ecs: Any) -> None:
    with Stubber(ecs) as stub:
        started(stub, "unblock", "task-1")
        stub.add_response("describe_tasks", {"tasks": [task("RUNNING", name="operator")]})
        stub.add_response("describe_tasks", {"tasks": [task("STOPPED", name="operator", exitCode=1)]})
        assert run(ecs, ["unblock", "task-1"], look_again=0) == ("0123456789abcdef", 1)
        stub.assert_no_pending_responses()


def test_what_was_not_started_is_told(ecs: Any) -> None:
    with Stubber(ecs) as stub:
        started(stub, "verify", tasks=[], failures=[{"reason": "RESOURCE:MEMORY"}])
        with pytest.raises(NotRun, match="RESOURCE:MEMORY"):
            run(ecs, ["verify"], look_again=0)


def test_what_was_stopped_before_its_end_is_told(ecs: Any) -> None:
    with Stubber(ecs) as stub:
        started(stub, "verify")
        ended = task("STOPPED", name="operator", reason="CannotPullContainerError")
        stub.add_response("describe_tasks", {"tasks": [ended]})
        with pytest.raises(NotRun, match="CannotPullContainerError"):
            run(ecs, ["verify"], look_again=0)


def test_everything_printed_is_shown() -> None:
    logs = boto3.client("logs", region_name="eu-central-1", aws_access_key_id="test", aws_secret_access_key="test")
    where = {"logGroupName": LOG_GROUP, "logStreamName": "operator/operator/7", "startFromHead": True}
    with Stubber(logs) as stub:
        stub.add_response("get_log_events", {"events": [{"message": "one"}], "nextForwardToken": "f/1"}, where)
        stub.add_response(
            "get_log_events", {"events": [{"message": "two"}], "nextForwardToken": "f/2"}, {**where, "nextToken": "f/1"}
        )
        stub.add_response("get_log_events", {"events": [], "nextForwardToken": "f/2"}, {**where, "nextToken": "f/2"})
        assert list(printed(logs, "7")) == ["one", "two"]
