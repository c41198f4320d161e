"""Alarms that lead somewhere: to a person, to a page that exists, from a metric that somebody writes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import Template
from templates import of_type, only, text

from cost import ALARMS, COMPOSITE_ALARMS
from taskledger_aws.application_metrics import ALL, DIMENSION, NAMESPACE
from taskledger_aws.event_changes import FILTER as CHANGED
from taskledger_aws.events import FILTER as NEW
from taskledger_aws.guarantees import GUARANTEES
from taskledger_aws.verification import METRIC
from taskledger_local.topology import QUEUES

Templates = dict[str, Template]

ROOT = Path(__file__).parents[3]
RUNBOOKS = ROOT / "docs" / "operate" / "runbooks"


@pytest.fixture
def watch(templates: Templates) -> Template:
    return templates["TaskledgerWatch"]


def alarms(watch: Template) -> dict[str, dict[str, Any]]:
    """Every alarm by its name without the prefix."""
    simple = {alarm["AlarmName"]: alarm for alarm in of_type(watch, "AWS::CloudWatch::Alarm").values()}
    both = {alarm["AlarmName"]: alarm for alarm in of_type(watch, "AWS::CloudWatch::CompositeAlarm").values()}
    return {name.removeprefix("taskledger-"): alarm for name, alarm in {**simple, **both}.items()}


def test_every_alarm_names_a_runbook_that_exists_and_every_runbook_has_an_alarm(watch: Template) -> None:
    named = set()
    for alarm in alarms(watch).values():
        found = re.search(r"\. docs/operate/runbooks/([a-z-]+)\.md$", alarm["AlarmDescription"])
        assert found is not None
        named.add(found[1])
    assert named == {page.stem for page in RUNBOOKS.glob("*.md")} - {"README"}


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
        if alarm.get("Namespace") == NAMESPACE and alarm["MetricName"] != METRIC:
            (dimension,) = alarm["Dimensions"]
            assert dimension["Name"] == DIMENSION
            watched.add((alarm["MetricName"], dimension["Value"]))
    assert watched
    assert watched <= written
    shown = only(watch, "AWS::CloudWatch::Dashboard")["DashboardBody"]
    assert {
        (name, service) for name, service in re.findall(rf'"{NAMESPACE}","(\w+)","{DIMENSION}","([\w-]+)"', text(shown))
    } <= written


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
    }
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
    (made,) = of_type(templates["TaskledgerWatch"], "AWS::Logs::MetricFilter").values()
    assert made["MetricTransformations"][0]["MetricValue"] == "$differences"


def test_alarms_cost_what_the_page_says(templates: Templates) -> None:
    counted = [kind for template in templates.values() for kind in _types(template)]
    # What tracks a target makes two alarms for itself, at deployment.
    following = counted.count("AWS::ApplicationAutoScaling::ScalingPolicy") * 2
    assert counted.count("AWS::CloudWatch::Alarm") + following == ALARMS
    assert counted.count("AWS::CloudWatch::CompositeAlarm") == COMPOSITE_ALARMS


def _types(template: Template) -> list[str]:
    return [resource["Type"] for resource in template["Resources"].values()]
