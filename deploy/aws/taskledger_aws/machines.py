"""The cluster and the machines under it."""

from typing import Final

from aws_cdk import Duration, Stack
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_servicediscovery as discovery
from constructs import Construct

from taskledger_aws.acknowledged import acknowledge
from taskledger_aws.network import NetworkStack
from taskledger_aws.profile import Profile

NAMESPACE: Final = "taskledger"


class Machines(Construct):
    """An Auto Scaling group of Amazon Linux 2023 that ECS makes larger and smaller as containers need it."""

    def __init__(self, scope: Construct, construct_id: str, *, profile: Profile, network: NetworkStack) -> None:
        super().__init__(scope, construct_id)
        self.cluster = ecs.Cluster(
            self,
            "Cluster",
            vpc=network.vpc,
            cluster_name="taskledger",
            container_insights_v2=ecs.ContainerInsights.ENABLED if profile.insights else ecs.ContainerInsights.DISABLED,
        )
        if not profile.insights:
            acknowledge(self.cluster, {"AwsSolutions-ECS4": "The profile is a cheap one; what alarms watch is there."})
        self.cluster.add_default_cloud_map_namespace(
            name=NAMESPACE, type=discovery.NamespaceType.HTTP, use_for_service_connect=True
        )
        group = self._group(profile, network)
        self.capacity = ecs.AsgCapacityProvider(
            self,
            "Capacity",
            auto_scaling_group=group,
            enable_managed_scaling=True,
            # A machine with containers is not taken away; when it is to go, they are moved first.
            enable_managed_termination_protection=True,
            enable_managed_draining=True,
            target_capacity_percent=90,
        )
        self.cluster.add_asg_capacity_provider(self.capacity)

    def _group(self, profile: Profile, network: NetworkStack) -> autoscaling.AutoScalingGroup:
        kind = ec2.InstanceType(profile.machine_class)
        arm = kind.architecture == ec2.InstanceArchitecture.ARM_64
        role = self._role()
        template = ec2.LaunchTemplate(
            self,
            "Template",
            instance_type=kind,
            machine_image=ecs.EcsOptimizedImage.amazon_linux2023(
                ecs.AmiHardwareType.ARM if arm else ecs.AmiHardwareType.STANDARD
            ),
            security_group=network.services,
            role=role.without_policy_updates(),  # the CDK's own would allow every `Submit*`, on all resources
            user_data=self._user_data(),
            block_devices=[
                ec2.BlockDevice(
                    device_name="/dev/xvda",
                    volume=ec2.BlockDeviceVolume.ebs(30, encrypted=True, volume_type=ec2.EbsDeviceVolumeType.GP3),
                )
            ],
            require_imdsv2=True,
            # One hop: a container on the machine's bridge does not reach the machine's own credentials.
            http_put_response_hop_limit=1,
            detailed_monitoring=True,
        )
        group = autoscaling.AutoScalingGroup(
            self,
            "Group",
            vpc=network.vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
            launch_template=template,
            min_capacity=profile.machines,
            max_capacity=profile.machines_at_most,
            new_instances_protected_from_scale_in=True,
            # A month at most: then with the newest image.
            max_instance_lifetime=Duration.days(30),
            update_policy=autoscaling.UpdatePolicy.rolling_update(
                max_batch_size=1, min_instances_in_service=profile.machines
            ),
            group_metrics=[autoscaling.GroupMetrics.all()],
        )
        acknowledge(group, {"AwsSolutions-AS3": "Machines come and go unnoticed; alarms watch what runs on them."})
        return group

    @staticmethod
    def _user_data() -> ec2.UserData:
        data = ec2.UserData.for_linux()
        # Without it the agent does not offer what `no-new-privileges` asks for, and no task finds a machine.
        data.add_commands("echo ECS_SELINUX_CAPABLE=true >> /etc/ecs/ecs.config")
        return data

    def _role(self) -> iam.Role:
        """What the ECS agent of a machine does; containers have roles of their own.

        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/instance_IAM_role.html
        """
        role = iam.Role(
            self,
            "MachineRole",
            description="What the ECS agent of a machine does",
            assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"),
        )
        stack = Stack.of(self)
        cluster = self.cluster.cluster_arn
        own = stack.format_arn(service="ecs", resource="container-instance", resource_name="taskledger/*")
        role.add_to_policy(
            iam.PolicyStatement(
                actions=[
                    "ecs:DeregisterContainerInstance",
                    "ecs:RegisterContainerInstance",
                    "ecs:SubmitAttachmentStateChanges",
                    "ecs:SubmitContainerStateChange",
                    "ecs:SubmitTaskStateChange",
                ],
                resources=[cluster],
            )
        )
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["ecs:Poll", "ecs:StartTelemetrySession"],
                resources=[own],
                conditions={"ArnEquals": {"ecs:cluster": cluster}},
            )
        )
        # The proxy of Service Connect asks by these names, and without a cluster.
        proxies = stack.format_arn(service="ecs", resource="task-set", resource_name="cluster/*")
        role.add_to_policy(iam.PolicyStatement(actions=["ecs:Poll"], resources=[proxies]))
        role.add_to_policy(iam.PolicyStatement(actions=["ecs:DiscoverPollEndpoint"], resources=["*"]))
        acknowledge(
            role,
            {
                "AwsSolutions-IAM5[Resource::*]": "ecs:DiscoverPollEndpoint knows no resource.",
                f"AwsSolutions-IAM5[Resource::{own}]": "A machine's name is not known before it is there.",
                f"AwsSolutions-IAM5[Resource::{proxies}]": "Nor is a proxy's: AWS documents the pattern.",
            },
        )
        return role
