"""What log-projector reads from its environment."""

from pydantic_settings import SettingsConfigDict

from kernel.process.settings import Settings as Shared


class Settings(Shared):
    """The shared settings; log-projector has none of its own."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")
