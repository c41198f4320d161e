"""Mail: who it comes from, and what comes back of it."""

import json
from typing import Any, Final

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_logs as logs
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_ses as ses
from constructs import Construct

from taskledger_aws.given import Given
from taskledger_aws.log_groups import log_group
from taskledger_aws.profile import Profile

FEEDBACK: Final = ("Email Bounced", "Email Complaint Received", "Email Rejected")
"""What SES tells of a mail that it took: https://docs.aws.amazon.com/ses/latest/dg/monitor-sending-using-event-publishing-setup.html"""


class MailStack(Stack):
    """An identity of SES that signs by DKIM, and a configuration set that remembers bounces and complaints.

    SES itself stops mailing an address that bounced or complained. That it did, when and why is in a log group; the
    ledger of notify-service says `sent`, for that is what SES answered when it took the mail.
    """

    def __init__(self, scope: Construct, construct_id: str, *, profile: Profile, given: Given, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self.sender = given.sender
        self.configuration_set = ses.ConfigurationSet(
            self,
            "Mails",
            configuration_set_name="taskledger",
            suppression_reasons=ses.SuppressionReasons.BOUNCES_AND_COMPLAINTS,
            tls_policy=ses.ConfigurationSetTlsPolicy.REQUIRE,
            reputation_metrics=True,
        )
        self.identity = self._identity(given)
        self.configuration_set.add_event_destination(
            "ToTheBus",
            destination=ses.EventDestination.event_bus(
                events.EventBus.from_event_bus_name(self, "DefaultBus", "default")
            ),
            events=[ses.EmailSendingEvent.BOUNCE, ses.EmailSendingEvent.COMPLAINT, ses.EmailSendingEvent.REJECT],
        )
        self.feedback = self._remember(profile)
        CfnOutput(self, "FeedbackLog", value=self.feedback.log_group_name)

    def _identity(self, given: Given) -> ses.EmailIdentity:
        if given.domain is None or given.zone is None or not given.sends_by_domain:
            # Another's address, or none of ours: SES mails a link to the sender, which its owner follows.
            return ses.EmailIdentity(self, "Sender", identity=ses.Identity.email(given.sender))
        identity = ses.EmailIdentity(
            self,
            "Sender",
            identity=ses.Identity.domain(given.domain),
            dkim_signing=True,
            feedback_forwarding=False,
            # Who takes the mail asks the envelope's domain too: with one below ours, SPF speaks for ours.
            mail_from_domain=f"mail.{given.domain}",
            mail_from_behavior_on_mx_failure=ses.MailFromBehaviorOnMxFailure.USE_DEFAULT_VALUE,
        )
        zone = route53.HostedZone.from_lookup(self, "Zone", domain_name=given.zone)
        for number, record in enumerate(identity.dkim_records):
            route53.CfnRecordSet(
                self,
                f"Dkim{number}",
                hosted_zone_id=zone.hosted_zone_id,
                type="CNAME",
                ttl="1800",
                name=f"{record.name}.",
                resource_records=[record.value],
            )
        mail_from, bounces = f"mail.{given.domain}.", f"feedback-smtp.{self.region}.amazonses.com"
        for construct_id, name, kind, value in (
            ("MailFrom", mail_from, "MX", f"10 {bounces}"),
            ("Spf", mail_from, "TXT", '"v=spf1 include:amazonses.com -all"'),
            # Whoever else writes in our name goes to the junk.
            ("Dmarc", f"_dmarc.{given.domain}.", "TXT", '"v=DMARC1; p=quarantine; adkim=r; aspf=r"'),
        ):
            route53.CfnRecordSet(
                self,
                construct_id,
                hosted_zone_id=zone.hosted_zone_id,
                type=kind,
                ttl="1800",
                name=name,
                resource_records=[value],
            )
        return identity

    def _remember(self, profile: Profile) -> logs.LogGroup:
        """Lines with addresses of people: they go when the other logs go."""
        group = log_group(self, "Feedback", "/aws/events/taskledger-mail", profile.log_days)
        # Not `targets.CloudWatchLogGroup`: that would bring a function to make this policy.
        logs.CfnResourcePolicy(
            self,
            "RulesMayWrite",
            policy_name="taskledger-mail",
            policy_document=json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]},
                            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                            "Resource": f"arn:{self.partition}:logs:{self.region}:{self.account}"
                            ":log-group:/aws/events/taskledger-mail:*",
                        }
                    ],
                }
            ),
        )
        events.CfnRule(
            self,
            "ToTheLog",
            name="taskledger-mail",
            description="Bounces and complaints to a log group",
            event_pattern={"source": ["aws.ses"], "detail-type": list(FEEDBACK)},
            targets=[events.CfnRule.TargetProperty(id="log", arn=self._arn_of(group))],
        )
        return group

    def _arn_of(self, group: logs.LogGroup) -> str:
        # Without the `:*` that a log group's own ARN ends with: a rule wants it so.
        return f"arn:{self.partition}:logs:{self.region}:{self.account}:log-group:{group.log_group_name}"
