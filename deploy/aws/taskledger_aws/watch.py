"""What wakes somebody, and one page that shows the way from a click to a mail."""

from typing import Any, Final

from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from taskledger_aws import application_metrics as own
from taskledger_aws import handed_over as made
from taskledger_aws.alarms import Alarms
from taskledger_aws.canary import EVERY, FAILED, SECONDS, Canary
from taskledger_aws.compute import ComputeStack
from taskledger_aws.dashboard import dashboard
from taskledger_aws.edge import EdgeStack
from taskledger_aws.event_changes import EventChanges
from taskledger_aws.events import EventsStack
from taskledger_aws.given import Given
from taskledger_aws.handed_over import handed_over
from taskledger_aws.metrics import Metrics
from taskledger_aws.network import NetworkStack
from taskledger_aws.objective import OBJECTIVE, TIERS, burns
from taskledger_aws.operator_tasks import OperatorStack
from taskledger_aws.profile import Profile
from taskledger_aws.stores import Stores
from taskledger_aws.topics import topic
from taskledger_aws.verification import Verification
from taskledger_aws.watch_platform import Platform, budget, system_errors

_MINUTE: Final = Duration.minutes(1)
_FIVE: Final = Duration.minutes(5)


class WatchStack(Stack):
    """Alarms, each with its runbook, on one topic; the dashboard."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        profile: Profile,
        given: Given,
        events: EventsStack,
        network: NetworkStack,
        edge: EdgeStack,
        compute: ComputeStack,
        operator: OperatorStack,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self.topic = topic(self, given, "taskledger-alarms")
        self._alarms = Alarms(self, self.topic)
        stores, pipe = Stores(self, given), handed_over(self, made.PIPE)
        metrics = Metrics(stores=stores, pipe_name=pipe, events=events, edge=edge, compute=compute)
        changes = EventChanges(self, "EventChanges", log=stores.log_with_stream())
        self._log(stores, changes, metrics)
        self._hints(events, metrics)
        self._consumers()
        self._requests(metrics)
        self._objective(metrics)
        self._database(profile, metrics)
        self._mails(profile, metrics)
        self._verified(operator)
        self._walked(profile, edge)
        Platform(self, "Platform", alarms=self._alarms, profile=profile, nat=network.nat_gateways)
        budget(self, profile.budget, given.alarm_email)
        dashboard(self, metrics)
        CfnOutput(self, "AlarmTopicArn", value=self.topic.topic_arn)

    # --- what is watched, along the way of a change ---

    def _log(self, stores: Stores, changes: EventChanges, metrics: Metrics) -> None:
        self._alarms.add(
            "event-changed",
            "An event of the log was changed or removed",
            changes.queue.metric_approximate_number_of_messages_visible(statistic="Maximum", period=_MINUTE),
            above=0,
        )
        for name, table in (("log", stores.log), ("keys", stores.keys)):
            self._alarms.add(
                f"throttled-{name}",
                f"DynamoDB refuses calls to the table of the {name}",
                metrics.throttled(table),
                above=50,
                runbook="throttled",
            )
            self._alarms.add(
                f"table-faults-{name}",
                f"DynamoDB answers calls to the table of the {name} with faults of its own",
                system_errors(table),
                above=5,
                times=2,
                runbook="throttled",
            )

    def _hints(self, events: EventsStack, metrics: Metrics) -> None:
        for name, queue in events.queues.items():
            short = name.removeprefix("taskledger-")
            self._alarms.add(
                f"queue-age-{short}",
                f"The {short} has not taken the oldest message of its queue for minutes",
                queue.metric_approximate_age_of_oldest_message(statistic="Maximum", period=_MINUTE),
                above=300,
                times=3,
                runbook="queue-age",
            )
            self._alarms.add(
                f"dead-letters-{short}",
                f"Messages that the {short} could not handle",
                events.dead[name].metric_approximate_number_of_messages_visible(statistic="Maximum", period=_MINUTE),
                above=0,
                runbook="dead-letters",
            )
        self._alarms.add(
            "dead-letters-pipe",
            "What the pipe or a rule could not deliver",
            events.pipe_failures.metric_approximate_number_of_messages_visible(statistic="Maximum", period=_MINUTE),
            above=0,
            runbook="dead-letters",
        )
        self._alarms.add(
            "pipe-fails",
            "Executions of the pipe from the log to the bus fail",
            metrics.pipe_failures(),
            above=0,
            times=2,
        )
        self._alarms.add(
            "pipe-silent",
            "The log is written to and the pipe carries nothing",
            metrics.written_unseen(),
            above=0,
            times=3,
            runbook="pipe-fails",
        )

    def _consumers(self) -> None:
        for measured in own.LAGS:
            self._alarms.own(measured, "projection-lag", "What is applied is old", above=60, times=5)
        for measured in own.BLOCKED:
            self._alarms.own(measured, "blocked-streams", "Streams stopped by an event that cannot be applied", above=0)
        for measured in own.BEHIND:
            self._alarms.own(
                measured,
                "streams-behind",
                "Reconciliation finds again and again what no message told",
                above=15,  # some are always on their way, for a second or two
                times=10,
            )
        for measured in own.TURNS:
            self._alarms.own(
                measured,
                "consumer-stuck",
                "The consumer takes no turn, or says nothing",
                above=300,
                times=5,
                missing=cloudwatch.TreatMissingData.BREACHING,
            )
        for measured in own.UNREADABLE:
            self._alarms.own(measured, "unreadable-messages", "Messages that nobody can read", above=0, statistic="Sum")

    def _requests(self, metrics: Metrics) -> None:
        self._alarms.add(
            "server-errors", "Answers of 5xx, by services or by the balancer", metrics.errors(_FIVE), above=10, times=2
        )
        self._alarms.add(
            "slow-answers",
            "One answer of a hundred takes more than a second",
            metrics.response_time("p99", _FIVE),
            above=1.0,
            times=3,
        )
        for name, healthy in metrics.healthy().items():
            self._alarms.add(
                f"no-healthy-{name}",
                f"No container of {name} answers",
                healthy,
                below=1,
                times=2,
                runbook="no-healthy-container",
                missing=cloudwatch.TreatMissingData.BREACHING,
            )

    def _objective(self, metrics: Metrics) -> None:
        for tier in TIERS:
            burns(self._alarms, "budget", "Faults", tier, metrics.error_ratio, objective=OBJECTIVE)

    def _database(self, profile: Profile, metrics: Metrics) -> None:
        gib = 1024**3
        self._alarms.add(
            "database-cpu",
            "MySQL's processor is busy",
            metrics.database("CPUUtilization"),
            above=80,
            times=3,
            runbook="database",
        )
        self._alarms.add(
            "database-storage",
            "MySQL's disk is nearly full",
            metrics.database("FreeStorageSpace", "Minimum"),
            below=profile.database_storage * gib // 10,
            runbook="database",
        )
        self._alarms.add(
            "database-connections",
            "Nearly all connections of MySQL are taken",
            metrics.database("DatabaseConnections", "Maximum"),
            above=profile.database_connections,
            times=2,
            runbook="database",
        )
        self._alarms.add(
            "database-memory",
            "MySQL's memory is nearly used up",
            metrics.database("FreeableMemory", "Minimum"),
            below=64 * 1024**2,
            times=3,
            runbook="database",
        )

    def _mails(self, profile: Profile, metrics: Metrics) -> None:
        self._alarms.own(
            own.OLDEST_MAIL, "mails-wait", "A mail has waited for a quarter of an hour", above=900, times=3
        )
        self._alarms.add(
            "mail-quota",
            "Nearly as many mails went out in a day as SES lets go",
            metrics.mails("Send").with_(period=Duration.days(1)),
            above=0.8 * profile.mails_a_day,
        )
        # SES reviews an account at 5 % and 0.1 %: https://docs.aws.amazon.com/ses/latest/dg/reputationdashboard-bounce-rate.html
        self._alarms.add(
            "mail-bounces",
            "Too many mails come back",
            metrics.reputation("BounceRate"),
            above=0.03,
            runbook="mail-reputation",
        )
        self._alarms.add(
            "mail-complaints",
            "People call mails spam",
            metrics.reputation("ComplaintRate"),
            above=0.0005,
            runbook="mail-reputation",
        )

    def _walked(self, profile: Profile, edge: EdgeStack) -> None:
        """Whoever goes a person's way tells of what nobody thought of an alarm for."""
        Canary(self, "Walker", profile=profile, url=edge.url)
        for name, metric, limit, times in (("canary", FAILED, 0.0, 2), ("canary-slow", SECONDS, 15.0, 3)):
            self._alarms.add(
                name,
                "A person's way through the board fails"
                if metric == FAILED
                else "A person's way through the board is slow",
                cloudwatch.Metric(
                    namespace=own.NAMESPACE,
                    metric_name=metric,
                    dimensions_map={own.DIMENSION: "canary"},
                    statistic="Maximum",
                    period=EVERY,
                ),
                above=limit,
                times=times,
                runbook="canary",
                missing=cloudwatch.TreatMissingData.BREACHING,
            )

    def _verified(self, operator: OperatorStack) -> None:
        found = Verification.measured(self, operator.lines)
        self._alarms.add(
            "read-model-differs",
            "The read model is not what the log says",
            found.with_(statistic="Maximum", period=_FIVE),
            above=0,
            missing=cloudwatch.TreatMissingData.IGNORE,  # as the last night left it, until another says otherwise
        )
        self._alarms.add(
            "nobody-verified",
            "Nobody has compared the read model with the log for two days",
            found.with_(statistic="SampleCount", period=Duration.days(1)),
            below=1,
            times=2,
            runbook="read-model-differs",
            missing=cloudwatch.TreatMissingData.BREACHING,
        )
