"""What is asked for fits on the machines, and services follow their load up and down without fighting themselves."""

from itertools import pairwise

import pytest
from conftest import Template
from templates import of_type, text

from capacity import Deployed, deployed, followed
from taskledger_aws.containers import CONTAINERS, NOTIFY
from taskledger_aws.scaling import STREAMS_FOR_EACH

Templates = dict[str, Template]

KIB_OF_A_STREAM = 34
"""Of memory, as measured."""


@pytest.fixture
def given(templates: Templates) -> Deployed:
    return deployed(templates)


def test_machines_hold_every_task_that_scaling_may_ask_for_and_a_release_besides(given: Deployed) -> None:
    most = sum(each.at_most for each in given.services)
    rolling = 2 * given.services[0].at_least  # two services are replaced at a time, each doubled
    assert given.machines_for(most + rolling) <= given.machines_at_most


def test_machines_that_are_always_there_hold_the_services_at_rest_and_a_release(given: Deployed) -> None:
    least = sum(each.at_least for each in given.services)
    assert given.machines_for(least) <= given.machines


def test_a_service_at_its_limit_has_more_than_a_core(given: Deployed, profile: str) -> None:
    for each in given.services:
        assert each.cpu >= 512
        assert each.at_most * each.cpu / 1024 >= (1 if profile == "small" else 8)


def test_nothing_counts_in_steps_beside_what_tracks_a_target(templates: Templates) -> None:
    policies = of_type(templates["TaskledgerCompute"], "AWS::ApplicationAutoScaling::ScalingPolicy").values()
    assert {policy["PolicyType"] for policy in policies} == {"TargetTrackingScaling"}
    by_backlog = [p for p in policies if "Metrics" in str(p.get("TargetTrackingScalingPolicyConfiguration", {}))]
    assert len(by_backlog) == len([container for container in CONTAINERS if container.queue])


def test_a_consumer_follows_what_waits_for_each_of_its_tasks(templates: Templates) -> None:
    policies = of_type(templates["TaskledgerCompute"], "AWS::ApplicationAutoScaling::ScalingPolicy").values()
    watched = set()
    for policy in policies:
        metrics = (
            policy["TargetTrackingScalingPolicyConfiguration"].get("CustomizedMetricSpecification", {}).get("Metrics")
        )
        if metrics:
            by_id = {metric["Id"]: metric for metric in metrics}
            assert by_id["each"]["ReturnData"] is True
            assert by_id["running"]["MetricStat"]["Stat"] == "SampleCount"
            watched |= {
                (text(running["Value"]), text(waiting["Value"]))
                for running in by_id["running"]["MetricStat"]["Metric"]["Dimensions"]
                if running["Name"] == "ServiceName"
                for waiting in by_id["waiting"]["MetricStat"]["Metric"]["Dimensions"]
            }
    assert watched == {(container.name, container.queue.name) for container in CONTAINERS if container.queue}


def test_live_streams_are_spread_before_they_fill_a_task(templates: Templates) -> None:
    policies = of_type(templates["TaskledgerCompute"], "AWS::ApplicationAutoScaling::ScalingPolicy").values()
    tracked = [policy["TargetTrackingScalingPolicyConfiguration"] for policy in policies]
    (own,) = [each for each in tracked if "MetricName" in each.get("CustomizedMetricSpecification", {})]
    assert own["CustomizedMetricSpecification"]["Dimensions"] == [{"Name": "service", "Value": NOTIFY.name}]
    assert own["TargetValue"] == STREAMS_FOR_EACH
    assert NOTIFY.memory / 2 > STREAMS_FOR_EACH * KIB_OF_A_STREAM / 1024


def test_a_rush_is_worked_off_and_tasks_go_again_without_swinging(given: Deployed) -> None:
    (consumer,) = [each for each in given.services if each.name == "log-projector"]
    rush = 0.7 * consumer.at_most * 300
    went = followed(consumer, [*[20.0] * 10, *[rush] * 60, *[20.0] * 60], each_second=300)
    assert max(minute.tasks for minute in went) > consumer.at_least
    during = went[30:70]  # machines have come by then
    assert max(minute.waiting for minute in during) == 0
    assert len({minute.tasks for minute in during}) <= 2  # settled
    assert went[-1].tasks == consumer.at_least
    changes = [after.tasks - before.tasks for before, after in pairwise(went) if after.tasks != before.tasks]
    turns = sum(1 for one, two in pairwise(changes) if one * two < 0)
    assert turns <= 2
