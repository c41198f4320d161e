"""What a month of Taskledger on AWS costs at list prices: `python deploy/aws/cost.py` prints the table of docs/operate.

Prices are those of us-east-1 on demand, in US dollars, without free tiers, taxes and discounts. A month has 730 hours.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

HOURS: Final = 730
MILLION: Final = 1e6

# Prices, each as AWS lists it.
INSTANCE_HOUR: Final = {"t4g.small": 0.0168, "t4g.medium": 0.0336, "m7g.large": 0.0816}
DATABASE_HOUR: Final = {"t4g.micro": 0.016, "m7g.large": 0.168}
"""RDS for MySQL in one zone; Multi-AZ is twice that, storage too."""
DATABASE_GB: Final = 0.115
DISK_GB: Final = 0.08
NAT_HOUR, NAT_GB = 0.045, 0.045
ALB_HOUR, LCU_HOUR = 0.0225, 0.008
WRITE_UNITS, READ_UNITS = 0.625, 0.125
"""A million of DynamoDB on demand."""
TABLE_GB, RECOVERY_GB = 0.25, 0.20
BUS_ENTRIES, PIPE_REQUESTS, QUEUE_REQUESTS = 1.00, 0.40, 0.40
"""A million each."""
MAILS: Final = 0.10
"""A thousand."""
CDN_GB, CDN_REQUESTS = 0.085, 1.00
"""The second for a million of HTTPS requests."""
ALARM, COMPOSITE_ALARM, METRIC, DASHBOARD = 0.10, 0.50, 0.30, 3.00
LOG_GB: Final = 0.50
SECRET, KEY = 0.40, 1.00
ADDRESS: Final = 3.65
"""A public address of version 4, a month."""
TABLE_BACKUP_GB, SNAPSHOT_GB, BETWEEN_REGIONS_GB = 0.10, 0.095, 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """A deployment and what a month brings to it."""

    name: str
    people: int
    changes: float
    """Changes a month."""
    reads: float
    """Requests a month that read."""
    mails: float
    log_events: float
    """Events in the log by then."""
    instance: str
    instances: int
    database: str
    zones: int
    """2 for a database in two zones."""
    storage_gb: int
    nat_gateways: int
    copies: int
    """Regions that backups are copied to."""
    metrics: int


IDLE: Final = Size(
    name="idle",
    people=0,
    changes=0,
    reads=0,
    mails=0,
    log_events=0,
    instance="t4g.small",
    instances=2,
    database="t4g.micro",
    zones=1,
    storage_gb=20,
    nat_gateways=1,
    copies=0,
    metrics=50,
)


def _used_by(people: int, deployed: Size, *, log_events: float) -> Size:
    """A deployment with so many people: 40 changes, 400 reads and 30 mails each on 22 days."""
    return replace(
        deployed,
        name=f"{people:,} people",
        people=people,
        changes=people * 40 * 22,
        reads=people * 400 * 22,
        mails=people * 30 * 22,
        log_events=log_events,
    )


_LARGE: Final = replace(
    IDLE,
    instance="m7g.large",
    instances=6,
    database="m7g.large",
    zones=2,
    storage_gb=200,
    nat_gateways=2,
    copies=1,
    metrics=55,
)
SIZES: Final = (IDLE, _used_by(50, IDLE, log_events=1e6), _used_by(5000, _LARGE, log_events=100e6))

ALARMED_METRICS: Final = 113
"""Metrics that alarms look at, each of those in an expression: ours, and those that scaling makes for itself."""
COMPOSITE_ALARMS: Final = 6
DETAILED_METRICS: Final = 7
"""Of each machine with detailed monitoring."""
EDGE_METRICS: Final = 8
"""Additional metrics of CloudFront."""
OWN_METRICS: Final = 5
"""The canary's, failed deployments and rotations, differences of the nightly verification."""
KEYS: Final = 2
"""Of the database and of the backups; one more in each region with copies."""
BACKUPS_KEPT: Final = 7
EVENT_KB: Final = 1.0
"""What an event with its envelope and command record takes in the log."""
WRITE_UNITS_PER_CHANGE: Final = 10
"""Head, event and command record, each twice as part of a transaction; an index entry; a kept answer."""
READ_UNITS_PER_CHANGE: Final = 8
READ_UNITS_PER_READ: Final = 1.5
"""A read asks the log whether it has something newer: a consistent read of a head."""
READ_KB: Final = 8
POLLS: Final = 4 * 3 * HOURS * 3600 / 20
"""Long polls of idle consumers: two queues, up to two processes, each with three at a time."""


def lines(size: Size) -> Mapping[str, float]:
    """What each part costs a month, in US dollars."""
    written, read = size.changes, size.reads
    served_gb = (read * READ_KB + size.people * 22 * 300) / MILLION
    log_gb = size.log_events * EVENT_KB / MILLION
    return {
        "ECS instances and disks": size.instances * (INSTANCE_HOUR[size.instance] * HOURS + 30 * DISK_GB),
        "RDS MySQL": size.zones * (DATABASE_HOUR[size.database] * HOURS + size.storage_gb * DATABASE_GB),
        "NAT gateways and their addresses": size.nat_gateways * (NAT_HOUR * HOURS + ADDRESS) + served_gb * 0.2 * NAT_GB,
        "Load balancer": ALB_HOUR * HOURS + (1 + (read + written) / HOURS / 3600 / 25) * LCU_HOUR * HOURS,
        "DynamoDB": (written * WRITE_UNITS_PER_CHANGE * WRITE_UNITS / MILLION)
        + ((written * READ_UNITS_PER_CHANGE + read * READ_UNITS_PER_READ) * READ_UNITS / MILLION)
        + log_gb * (TABLE_GB + RECOVERY_GB),
        "Backups and copies": BACKUPS_KEPT
        * (1 + size.copies)
        * (log_gb * TABLE_BACKUP_GB + size.storage_gb * 0.5 * SNAPSHOT_GB)
        + 30 * size.copies * log_gb * BETWEEN_REGIONS_GB,
        "Pipe, bus and queues": written / MILLION * (PIPE_REQUESTS + BUS_ENTRIES + 2 * 3 * QUEUE_REQUESTS)
        + POLLS / MILLION * QUEUE_REQUESTS,
        "SES": size.mails / 1000 * MAILS,
        "CloudFront and S3": served_gb * CDN_GB + (read + written) / MILLION * CDN_REQUESTS,
        "CloudWatch": ALARMED_METRICS * ALARM
        + COMPOSITE_ALARMS * COMPOSITE_ALARM
        + (size.metrics + OWN_METRICS + EDGE_METRICS + size.instances * DETAILED_METRICS) * METRIC
        + DASHBOARD
        + (0.5 + (read + written) * 0.5 / MILLION) * LOG_GB,
        "Secrets and keys": 3 * SECRET + (KEYS + size.copies) * KEY,
    }


def table() -> str:
    """The page's table, in Markdown."""
    parts = [lines(size) for size in SIZES]
    rows = [["a month, US$", *(size.name for size in SIZES)], ["---", *("---:" for _ in SIZES)]]
    rows += [[name, *(f"{part[name]:,.0f}" for part in parts)] for name in parts[0]]
    rows.append(["**together**", *(f"**{sum(part.values()):,.0f}**" for part in parts)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    print(table())
