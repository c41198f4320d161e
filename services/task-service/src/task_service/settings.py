"""What task-service reads from its environment."""

from typing import Literal, TypeAlias

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from kernel.process.settings import Settings as Shared

Joining: TypeAlias = Literal["direct", "invited"]


class Settings(Shared):
    """The shared settings, and those of task-service alone."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    min_version_wait: float = Field(
        default=1.0, ge=0, le=10, description="seconds that a reader waits for a version that the log does not have yet"
    )
    joining: Joining = Field(
        default="direct",
        description="how people come into a project: put there by its owners, or only by accepting an invitation",
    )
