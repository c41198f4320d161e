"""Reading templates of CloudFormation."""

from typing import Any

Resource = dict[str, Any]


def of_type(template: dict[str, Any], kind: str) -> dict[str, Resource]:
    """The properties of every resource of a type, by logical id."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def only(template: dict[str, Any], kind: str) -> Resource:
    """The properties of the one resource of a type."""
    (found,) = of_type(template, kind).values()
    return found


def text(value: Any) -> str:
    """A value as one line: what only AWS knows is its name in angle brackets."""
    match value:
        case str():
            return value
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
        case {"Fn::ImportValue": name}:
            return f"<{text(name).rpartition(':')[2]}>"
        case {"Fn::Join": [between, parts]}:
            return str(between).join(text(part) for part in parts)
        case {"Fn::Select": [index, {"Fn::Split": [_, of]}]}:
            return f"<part {index} of {text(of)}>"
        case _:
            return str(value)


def statements(template: dict[str, Any], role: str) -> list[dict[str, Any]]:
    """What the policies of a role, by its logical id, allow."""
    return [
        statement
        for policy in of_type(template, "AWS::IAM::Policy").values()
        if {"Ref": role} in policy.get("Roles", [])
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def as_list(value: Any) -> list[Any]:
    """What a policy writes as one thing or as several."""
    return value if isinstance(value, list) else [value]
