"""How names stand in the ids of constructs."""


def title(name: str) -> str:
    """`log-projector` as LogProjector."""
    return "".join(part.title() for part in name.split("-"))
