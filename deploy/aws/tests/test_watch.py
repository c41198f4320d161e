"""Alarms that lead somewhere: to a person, to a page that exists, from a metric that somebody writes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import Template
from templates import of_type, only, text

from cost import ALARMED_METRICS, COMPOSITE_ALARMS
from taskledger_aws.application_metrics import ALL, DIMENSION, NAMESPACE
from taskledger_aws.containers import CONTAINERS
from taskledger_aws.event_changes import FILTER as CHANGED
from taskledger_aws.events import FILTER as NEW
from taskledger_aws.guarantees import GUARANTEES
from taskledger_aws.verification import METRIC
from taskledger_local.topology import QUEUES

Templates = dict[str, Template]

ROOT = Path(__file__).parents[3]
CANARY = [{"Name": "service", "Value": "canary"}]
RUNBOOKS = ROOT / "docs" / "operate" / "runbooks"


@pytest.fixture
def watch(templates: Templates) -> Template:
    return templates["TaskledgerWatch"]


def alarms(watch: Template) -> dict[str, dict[str, Any]]:
    """Every alarm by its name without the prefix."""
    simple = {alarm["AlarmName"]: alarm for alarm in of_type(watch, "AWS::CloudWatch::Alarm").values()}
    both = {alarm["AlarmName"]: alarm for alarm in of_type(watch, "AWS::CloudWatch::CompositeAlarm").values()}
    return {name.removeprefix("taskledger-"): alarm for name, alarm in {**simple, **both}.items()}


def test_every_alarm_names_a_runbook_that_exists_and_every_runbook_has_an_alarm(
    watch: Template, templates: Templates, profile: str
) -> None:
    named = set()
    for alarm in [*alarms(watch).values(), *alarms(templates["TaskledgerEdgeWatch"]).values()]:
        found = re.search(r"\. docs/operate/runbooks/([a-z-]+)\.md$", alarm["AlarmDescription"])
        assert found is not None
        named.add(found[1])
    alone = {"credits"} if profile == "production" else {"certificate"}  # of machines with credits, of a domain
    assert named == {page.stem for page in RUNBOOKS.glob("*.md")} - {"README"} - alone


def test_every_alarm_reaches_the_topic_or_one_that_does(watch: Template) -> None:
    (topic,) = of_type(watch, "AWS::SNS::Topic")
    rules = " ".join(text(alarm["AlarmRule"]) for alarm in alarms(watch).values() if "AlarmRule" in alarm)
    for name, alarm in of_type(watch, "AWS::CloudWatch::Alarm").items():
        if f"<{name}.Arn>" in rules:
            assert "AlarmActions" not in alarm
        else:
            assert alarm["AlarmActions"] == [{"Ref": topic}]
    for composite in of_type(watch, "AWS::CloudWatch::CompositeAlarm").values():
        assert composite["AlarmActions"] == [{"Ref": topic}]


def test_alarms_may_tell_the_topic_and_it_tells_whom_it_was_told_of(watch: Template, profile: str) -> None:
    told = [each["Endpoint"] for each in of_type(watch, "AWS::SNS::Subscription").values()]
    assert told == (["operators@example.org"] if profile == "production" else [])
    statements = only(watch, "AWS::SNS::TopicPolicy")["PolicyDocument"]["Statement"]
    (let_in,) = [each for each in statements if each["Effect"] == "Allow"]
    assert let_in["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert let_in["Action"] == "sns:Publish"


def test_every_metric_of_our_own_is_one_that_a_service_writes(watch: Template) -> None:
    """`tests/aws` starts the services and reads that they do."""
    written = {(measured.name, measured.service) for measured in ALL}
    watched = set()
    for alarm in of_type(watch, "AWS::CloudWatch::Alarm").values():
        if alarm.get("Namespace") == NAMESPACE and alarm.get("Dimensions") not in (None, CANARY):
            (dimension,) = alarm["Dimensions"]
            assert dimension["Name"] == DIMENSION
            watched.add((alarm["MetricName"], dimension["Value"]))
    assert watched
    assert watched <= written
    shown = only(watch, "AWS::CloudWatch::Dashboard")["DashboardBody"]
    assert {
        (name, service) for name, service in re.findall(rf'"{NAMESPACE}","(\w+)","{DIMENSION}","([\w-]+)"', text(shown))
    } <= written


def test_a_person_walks_through_the_board_every_five_minutes_and_silence_is_an_alarm(watch: Template) -> None:
    (every,) = [r for r in of_type(watch, "AWS::Events::Rule").values() if "ScheduleExpression" in r]
    assert every["ScheduleExpression"] == "rate(5 minutes)"
    function = only(watch, "AWS::Lambda::Function")
    assert len(function["Code"]["ZipFile"]) <= 4096
    assert "VpcConfig" not in function  # it comes in as people do
    for name in ("canary", "canary-slow"):
        assert alarms(watch)[name]["TreatMissingData"] == "breaching"


def test_what_is_missing_and_what_fails_outside_the_services_is_told(watch: Template, profile: str) -> None:
    known = set(alarms(watch))
    wanted = {f"containers-missing-{container.name}" for container in CONTAINERS}
    wanted |= {"deployment-failed", "rotation-failed", "mail-quota", "nat-ports-1", "table-faults-log"}
    wanted |= {"credits-machines"} if profile == "small" else {"nat-ports-2"}
    assert wanted <= known
    kept = {group["LogGroupName"] for group in of_type(watch, "AWS::Logs::LogGroup").values()}
    assert "/aws/events/taskledger" in kept
    tells = {
        rule["Name"]: rule["EventPattern"]
        for rule in of_type(watch, "AWS::Events::Rule").values()
        if "EventPattern" in rule
    }
    assert "ECS Deployment State Change" in tells["taskledger-containers"]["detail-type"]
    budget = only(watch, "AWS::Budgets::Budget")
    assert budget["Budget"]["BudgetLimit"]["Amount"] > 0
    assert ("NotificationsWithSubscribers" in budget) == (profile == "production")  # which says who is told


def test_the_edge_is_in_the_objective_where_its_metrics_are(templates: Templates, profile: str) -> None:
    edge = alarms(templates["TaskledgerEdgeWatch"])
    assert {f"edge-budget-{tier}" for tier in ("fast", "slow", "creeping")} | {"edge-slow"} <= set(edge)
    assert ("certificate-ends" in edge) == (profile == "production")
    assert all(alarm["MetricName"] == "OriginLatency" for name, alarm in edge.items() if name == "edge-slow")


def test_one_fault_of_few_requests_wakes_nobody(templates: Templates) -> None:
    for stack, faults in (("TaskledgerWatch", "theirs"), ("TaskledgerEdgeWatch", "percent")):
        for name, alarm in alarms(templates[stack]).items():
            if re.fullmatch(r"(edge-)?budget-\w+-\w+", name):
                (expression,) = [metric["Expression"] for metric in alarm["Metrics"] if "Expression" in metric]
                least = re.search(r">= (\d+),", expression)
                assert faults in expression
                assert least is not None
                assert int(least[1]) == (10 if name.endswith("-long") else 3)


def test_every_promise_has_an_alarm_or_a_reason_why_none_can_tell(watch: Template) -> None:
    assert list(GUARANTEES) == list(range(1, 13))
    known = set(alarms(watch))
    for guarantee in GUARANTEES.values():
        assert bool(guarantee.alarms) != bool(guarantee.unseen)
        assert set(guarantee.alarms) <= known


def test_every_dead_letter_queue_wakes_somebody(templates: Templates, watch: Template) -> None:
    watched = {
        text(dimension["Value"])
        for alarm in of_type(watch, "AWS::CloudWatch::Alarm").values()
        if alarm.get("MetricName") == "ApproximateNumberOfMessagesVisible"
        for dimension in alarm["Dimensions"]
    }
    assert len(watched) == len(QUEUES) + 2  # that of the pipe, and changed events


def test_a_changed_event_is_what_the_other_pipe_leaves(watch: Template) -> None:
    changed, new = json.loads(CHANGED), json.loads(NEW)
    assert changed["dynamodb"] == new["dynamodb"]
    assert sorted([*changed["eventName"], *new["eventName"]]) == ["INSERT", "MODIFY", "REMOVE"]
    pipe = only(watch, "AWS::Pipes::Pipe")
    assert json.loads(pipe["SourceParameters"]["FilterCriteria"]["Filters"][0]["Pattern"]) == changed


def test_the_budget_is_watched_over_two_windows_each(watch: Template) -> None:
    found = alarms(watch)
    periods = {
        name: {metric["MetricStat"]["Period"] for metric in alarm["Metrics"] if "MetricStat" in metric}
        for name, alarm in found.items()
        if re.fullmatch(r"budget-\w+-\w+", name)
    }
    assert periods == {
        "budget-fast-long": {3600},
        "budget-fast-short": {300},
        "budget-slow-long": {21600},
        "budget-slow-short": {1800},
        "budget-creeping-long": {86400},
        "budget-creeping-short": {21600},
    }
    assert found["budget-creeping-long"]["Threshold"] == pytest.approx(0.001)
    assert found["budget-creeping-long"]["EvaluationPeriods"] == 3
    assert found["budget-fast-long"]["Threshold"] == pytest.approx(0.0144)
    assert found["budget-slow-long"]["Threshold"] == pytest.approx(0.006)
    assert " AND " in text(found["budget-fast"]["AlarmRule"])


def test_the_dashboard_goes_from_a_click_to_a_mail(watch: Template) -> None:
    body = json.loads(text(only(watch, "AWS::CloudWatch::Dashboard")["DashboardBody"]))
    titles = [widget["properties"]["markdown"] for widget in body["widgets"] if widget["type"] == "text"]
    assert [title.split(".")[0] for title in titles] == [f"### {number}" for number in range(1, 7)]


def test_the_read_model_is_verified_every_night(templates: Templates) -> None:
    (rule,) = [
        each
        for each in of_type(templates["TaskledgerOperator"], "AWS::Events::Rule").values()
        if "ScheduleExpression" in each
    ]
    (target,) = rule["Targets"]
    assert json.loads(target["Input"]) == {"containerOverrides": [{"name": "operator", "command": ["verify"]}]}
    filters = of_type(templates["TaskledgerWatch"], "AWS::Logs::MetricFilter").values()
    made = {each["MetricTransformations"][0]["MetricName"]: each["MetricTransformations"][0] for each in filters}
    assert made[METRIC]["MetricValue"] == "$differences"


def test_alarms_cost_what_the_page_says(templates: Templates) -> None:
    counted = [kind for template in templates.values() for kind in _types(template)]
    looked_at = 0
    for template in templates.values():
        for alarm in of_type(template, "AWS::CloudWatch::Alarm").values():
            looked_at += sum("MetricStat" in metric for metric in alarm.get("Metrics", [])) or 1
        for policy in of_type(template, "AWS::ApplicationAutoScaling::ScalingPolicy").values():
            own = policy["TargetTrackingScalingPolicyConfiguration"].get("CustomizedMetricSpecification", {})
            # What tracks a target makes two alarms for itself, at deployment.
            looked_at += 2 * (sum("MetricStat" in metric for metric in own.get("Metrics", [])) or 1)
    assert abs(looked_at - ALARMED_METRICS) <= 1  # of credits in one profile, of a second gateway in the other
    assert counted.count("AWS::CloudWatch::CompositeAlarm") == COMPOSITE_ALARMS


def _types(template: Template) -> list[str]:
    return [resource["Type"] for resource in template["Resources"].values()]
