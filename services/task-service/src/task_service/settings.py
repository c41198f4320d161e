"""What task-service reads from its environment."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from kernel.process.settings import Settings as Shared


class Settings(Shared):
    """The shared settings, and those of task-service alone."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    min_version_wait: float = Field(
        default=1.0, ge=0, le=10, description="seconds that a reader waits for a version that the log does not have yet"
    )
