"""Taskledger on AWS, as a CDK app of small stacks with one subject each."""
