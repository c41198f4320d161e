"""Items and expressions as DynamoDB's JSON has them.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, TypeAlias

Value: TypeAlias = str | int | bytes
Encoded: TypeAlias = dict[str, str]
Operation: TypeAlias = dict[str, dict[str, Any]]
"""An operation of a transaction, such as `{"Put": {"Item": ...}}`; its table is named later."""

_NAME: Final = re.compile(r"#(\w+)")


def encoded(value: Value) -> Encoded:
    """A value with its type: S text, N number, B bytes."""
    match value:
        case str():
            return {"S": value}
        case int():
            return {"N": str(value)}
        case bytes():
            return {"B": b64encode(value).decode()}


def item(**attributes: Value) -> dict[str, Encoded]:
    """An item, or a part of one."""
    return {name: encoded(value) for name, value in attributes.items()}


def plain(item: Mapping[str, Encoded]) -> dict[str, Any]:
    """The attributes of an item: text, integers and bytes."""
    return {name: _decoded(*value.items()) for name, value in item.items()}


def expressions(values: Mapping[str, Value] | None = None, /, **texts: str) -> dict[str, Any]:
    """The part of a request that has expressions, such as `ConditionExpression="#version = :expected"`.

    Attributes stand in them as `#name`, for many names are reserved words; `values` are those of `:name`.
    """
    request: dict[str, Any] = {**texts, "ExpressionAttributeNames": _names(*texts.values())}
    if values:
        request["ExpressionAttributeValues"] = {f":{name}": encoded(value) for name, value in values.items()}
    return request


@lru_cache
def _names(*texts: str) -> dict[str, str]:
    return {f"#{name}": name for text in texts for name in _NAME.findall(text)}


def _decoded(typed: tuple[str, str]) -> Value:
    match typed:
        case ("N", number):
            return int(number)
        case ("B", data):
            return b64decode(data)
        case (_, text):
            return text
