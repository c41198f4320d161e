"""One page that tells the story of a change, from the click to the mail, top to bottom."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from taskledger_aws import application_metrics as own
from taskledger_aws.application_metrics import Measured
from taskledger_aws.metrics import Metrics

_WIDTH = 8
_HEIGHT = 6


def dashboard(scope: Construct, metrics: Metrics) -> cloudwatch.Dashboard:
    """The dashboard `taskledger`."""
    made = cloudwatch.Dashboard(scope, "Dashboard", dashboard_name="taskledger", default_interval=Duration.hours(3))
    services = metrics.compute.services.values()
    balanced = [f"{name}" for name in metrics.compute.groups]
    _row(
        made,
        "1. A click: CloudFront and the balancer pass it to a service",
        _graph("Requests and faults", [metrics.requests()], [metrics.errors()]),
        _graph("Seconds to an answer", [metrics.response_time(each) for each in ("p50", "p90", "p99")]),
        _graph(f"Containers that answer ({', '.join(balanced)})", list(metrics.healthy().values())),
    )
    _row(
        made,
        "2. A command: one transaction of the log, the only write",
        _graph("Written to the log, in units", [metrics.table(metrics.stores.log, "ConsumedWriteCapacityUnits")]),
        _graph(
            "Refused or decided again",
            [metrics.table(metrics.stores.log, "TransactionConflict")],
            [
                metrics.table(table, metric)
                for table in (metrics.stores.log, metrics.stores.keys)
                for metric in ("ReadThrottleEvents", "WriteThrottleEvents")
            ],
        ),
        _graph("Processors of the services, %", [service.metric_cpu_utilization() for service in services]),
    )
    queues = metrics.events.queues.values()
    _row(
        made,
        "3. A hint: the log's stream, the pipe, the bus, a queue for each consumer",
        _graph("The pipe", [metrics.pipe("Invocations")], [metrics.pipe_failures()]),
        _graph("Messages that wait", [queue.metric_approximate_number_of_messages_visible() for queue in queues]),
        _graph(
            "Seconds that the oldest has waited",
            [queue.metric_approximate_age_of_oldest_message(statistic="Maximum") for queue in queues],
        ),
    )
    _row(
        made,
        "4. A consumer: the event is applied, in order, once in effect",
        _graph("Seconds from event to applied", [_own(each) for each in own.LAGS]),
        _graph("Events applied", [_own(each, "Sum") for each in own.APPLIED]),
        _graph(
            "Streams blocked; seconds that the oldest stream behind has waited",
            [_own(each) for each in own.BLOCKED],
            [_own(each) for each in own.BEHIND],
        ),
    )
    _row(
        made,
        "5. A list: the read model in MySQL",
        _graph("Processor, %", [metrics.database("CPUUtilization")]),
        _graph("Connections", [metrics.database("DatabaseConnections", "Maximum")]),
        _graph(
            "Memory and disk that are free, bytes",
            [metrics.database("FreeableMemory", "Minimum")],
            [metrics.database("FreeStorageSpace", "Minimum")],
        ),
    )
    _row(
        made,
        "6. A person is told: live, in the inbox, by mail",
        _graph("Open live streams", [_own(own.LIVE_STREAMS)]),
        _graph("Mails that wait, and seconds of the oldest", [_own(own.MAILS_PENDING)], [_own(own.OLDEST_MAIL)]),
        _graph("Mails by SES", [metrics.mails(each) for each in ("Send", "Delivery", "Bounce", "Complaint")]),
    )
    return made


def _row(made: cloudwatch.Dashboard, title: str, *widgets: cloudwatch.IWidget) -> None:
    made.add_widgets(cloudwatch.TextWidget(markdown=f"### {title}", width=3 * _WIDTH, height=1))
    made.add_widgets(*widgets)


def _graph(
    title: str, left: Sequence[cloudwatch.IMetric], right: Sequence[cloudwatch.IMetric] = ()
) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(left), right=list(right), width=_WIDTH, height=_HEIGHT)


def _own(measured: Measured, statistic: str = "Maximum") -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace=own.NAMESPACE,
        metric_name=measured.name,
        dimensions_map={own.DIMENSION: measured.service},
        statistic=statistic,
        period=Duration.minutes(1),
        label=measured.service,
    )
