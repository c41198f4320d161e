"""What fits on the machines and how services follow a load, by the numbers of the templates: `capacity.py FOLDER`.

The folder has synthesised templates: `cdk.out` after `deploy/aws/cdk synth --all --quiet`. Nothing is asked of AWS.
"""

import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

MACHINES: Final[Mapping[str, tuple[int, int]]] = {
    "t4g.small": (2048, 1800),
    "t4g.medium": (2048, 3700),
    "m7g.large": (2048, 7600),
    "m7g.xlarge": (4096, 15300),
}
"""Instance class -> units and MiB that ECS has of it to give, rounded down."""

MINUTES_OF_A_MACHINE: Final = 4
"""From asking for a machine until tasks run on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service as its templates have it: the size of a task, how many, what its policies keep at which value."""

    name: str
    cpu: int
    memory: int
    at_least: int
    at_most: int
    cpu_target: float
    backlog_target: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """What one deployment gives."""

    services: Sequence[Service]
    beside: tuple[int, int]
    """Units and MiB that daemons take of each machine."""
    machine: str
    machines: int
    machines_at_most: int

    @property
    def tasks_of_a_machine(self) -> int:
        """How many of the largest tasks fit on one."""
        units, mib = MACHINES[self.machine]
        cpu, memory = max(each.cpu for each in self.services), max(each.memory for each in self.services)
        return min((units - self.beside[0]) // cpu, (mib - self.beside[1]) // memory)

    def machines_for(self, tasks: int) -> int:
        """How many machines so many tasks need."""
        return math.ceil(tasks / self.tasks_of_a_machine)


def deployed(templates: Mapping[str, Mapping[str, Any]]) -> Deployed:
    """Read it from the templates by stack."""
    compute, cluster = templates["TaskledgerCompute"]["Resources"], templates["TaskledgerCluster"]["Resources"]
    sizes = {name: each["Properties"] for name, each in _of(compute, "AWS::ECS::TaskDefinition")}
    services = {name: each["Properties"] for name, each in _of(compute, "AWS::ECS::Service")}
    targets = {name: each["Properties"] for name, each in _of(compute, "AWS::ApplicationAutoScaling::ScalableTarget")}
    policies: dict[str, list[Any]] = {}
    for _, each in _of(compute, "AWS::ApplicationAutoScaling::ScalingPolicy"):
        found = each["Properties"]
        policies.setdefault(found["ScalingTargetId"]["Ref"], []).append(
            found["TargetTrackingScalingPolicyConfiguration"]
        )
    made = []
    for logical, target in targets.items():
        (service,) = [name for name in services if name in json.dumps(target["ResourceId"])]
        task = sizes[services[service]["TaskDefinition"]["Ref"]]
        own = policies[logical]
        made.append(
            Service(
                name=services[service]["ServiceName"],
                cpu=int(task["Cpu"]),
                memory=int(task["Memory"]),
                at_least=target["MinCapacity"],
                at_most=target["MaxCapacity"],
                cpu_target=next(p["TargetValue"] for p in own if "PredefinedMetricSpecification" in p),
                backlog_target=next(
                    (p["TargetValue"] for p in own if "Metrics" in p.get("CustomizedMetricSpecification", {})), None
                ),
            )
        )
    daemons = [
        container
        for _, each in _of(cluster, "AWS::ECS::TaskDefinition")
        for container in each["Properties"]["ContainerDefinitions"]
    ]
    (group,) = [each["Properties"] for _, each in _of(cluster, "AWS::AutoScaling::AutoScalingGroup")]
    (template,) = [each["Properties"]["LaunchTemplateData"] for _, each in _of(cluster, "AWS::EC2::LaunchTemplate")]
    return Deployed(
        services=made,
        beside=(sum(each["Cpu"] for each in daemons), sum(each["Memory"] for each in daemons)),
        machine=template["InstanceType"],
        machines=int(group["MinSize"]),
        machines_at_most=int(group["MaxSize"]),
    )


def _of(resources: Mapping[str, Any], kind: str) -> list[tuple[str, Any]]:
    return [(name, each) for name, each in resources.items() if each["Type"] == kind]


@dataclass(frozen=True, slots=True)
class Minute:
    """One minute of a consumer: its tasks, what waits at its end, how busy its tasks were (0 to 100)."""

    tasks: int
    waiting: float
    busy: float


def followed(service: Service, arriving: Sequence[float], each_second: float) -> list[Minute]:
    """How a consumer follows so many messages a second in each minute, where a task does `each_second` at its limit.

    Target tracking as AWS describes it: tasks times metric over target, rounded up; the most of what the policies say;
    out within a minute, in after five minutes in which all said so.
    """
    tasks, waiting, since_out, calm = service.at_least, 0.0, 9, 0
    went: list[Minute] = []
    pending: list[tuple[int, int]] = []
    for minute, rate in enumerate(arriving):
        tasks = max([tasks, *(wanted for ready, wanted in pending if ready <= minute)])
        pending = [(ready, wanted) for ready, wanted in pending if ready > minute]
        able = tasks * each_second * 60
        done = min(able, waiting + rate * 60)
        waiting += rate * 60 - done
        busy = 100 * done / able
        went.append(Minute(tasks, waiting, busy))
        wanted = [math.ceil(tasks * busy / service.cpu_target)]
        if service.backlog_target is not None:
            wanted.append(math.ceil(waiting / service.backlog_target))
        desired = min(service.at_most, max(service.at_least, *wanted))
        since_out += 1
        calm = calm + 1 if desired < tasks else 0
        if desired > tasks and since_out > 1:
            pending.append((minute + MINUTES_OF_A_MACHINE, desired))
            since_out = 0
        elif calm > 5:
            tasks, calm = desired, 0
    return went


def table(of: Deployed, each_second: float = 300.0) -> str:
    """What there is room for, in Markdown."""
    rows = [
        "| service | task, units / MiB | tasks | cores at most | messages/s at most |",
        "| --- | --- | --- | --- | --- |",
    ]
    rows += [
        f"| {each.name} | {each.cpu} / {each.memory} | {each.at_least} to {each.at_most}"
        f" | {each.at_most * each.cpu / 1024:.1f} | {each.at_most * each_second if each.backlog_target else 0:,.0f} |"
        for each in of.services
    ]
    least, most = (sum(getattr(each, name) for each in of.services) for name in ("at_least", "at_most"))
    rows.append("")
    rows.append(
        f"{of.machine}: {of.tasks_of_a_machine} tasks each; {of.machines_for(least)} machines at rest, "
        f"{of.machines_for(most)} with all tasks, of {of.machines} to {of.machines_at_most}."
    )
    return "\n".join(rows)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print(
        table(
            deployed(
                {
                    path.name.partition(".")[0]: json.loads(path.read_text())
                    for path in Path(sys.argv[1]).glob("*.template.json")
                }
            )
        )
    )
