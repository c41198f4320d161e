"""The network: public subnets for the balancer, private ones for containers, isolated ones for the database."""

from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from taskledger_aws.log_groups import log_group
from taskledger_aws.profile import Profile


class NetworkStack(Stack):
    """A VPC whose traffic to DynamoDB and S3 stays inside AWS, and whose flow is logged."""

    def __init__(self, scope: Construct, construct_id: str, *, profile: Profile, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            max_azs=profile.zones,
            nat_gateways=profile.nat_gateways,
            restrict_default_security_group=True,
            subnet_configuration=[
                ec2.SubnetConfiguration(name="public", subnet_type=ec2.SubnetType.PUBLIC, cidr_mask=24),
                ec2.SubnetConfiguration(name="private", subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS, cidr_mask=20),
                ec2.SubnetConfiguration(name="data", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=24),
            ],
            gateway_endpoints={
                "DynamoDb": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.DYNAMODB),
                "S3": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.S3),
            },
            flow_logs={
                "Rejected": ec2.FlowLogOptions(
                    traffic_type=ec2.FlowLogTrafficType.REJECT,
                    destination=ec2.FlowLogDestination.to_cloud_watch_logs(
                        log_group(self, "Flow", "/taskledger/flow", profile.log_days)
                    ),
                )
            },
        )
        self.nat_gateways = [each.ref for each in self.vpc.node.find_all() if isinstance(each, ec2.CfnNatGateway)]
        self.services = ec2.SecurityGroup(
            self, "Services", vpc=self.vpc, description="The containers of the services", allow_all_outbound=True
        )
        self.balancer = ec2.SecurityGroup(
            self, "Balancer", vpc=self.vpc, description="The load balancer", allow_all_outbound=False
        )
        # Containers have ports that Docker chooses.
        chosen = ec2.Port.tcp_range(32768, 65535)
        self.services.add_ingress_rule(self.balancer, chosen, "The load balancer")
        self.balancer.add_egress_rule(self.services, chosen, "The containers")
        self.services.add_ingress_rule(self.services, chosen, "Each other")
