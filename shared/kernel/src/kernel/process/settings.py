"""Settings that every service shares: which adapter stands behind each port, and where the others are."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

LogLevel = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(str.upper)]


class Settings(BaseSettings):
    """Read from the environment; the names are exactly the upper-case field names."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    event_store_url: str = "sqlite:///data/log.db"
    subscription_url: str = "tail:"
    key_value_url: str = "sqlite:///data/keys.db"
    read_model_url: str = "sqlite:///data/read.db"
    notify_db_url: str = "sqlite:///data/notify.db"
    mailer_url: str = "maildir:///data/mail"
    auth_url: str = "http://127.0.0.1:8001"
    task_url: str = "http://127.0.0.1:8002"
    public_url: str = Field(default="http://127.0.0.1:8000", description="where people open the site; links in mails")
    registration: Literal["open", "closed"] = Field(
        default="open", description="who may register: whoever reaches the site, or nobody"
    )
    service_secret: str = Field(default="", description="shared by the services; proves a service to auth-service")
    log_level: LogLevel = "INFO"
    metrics_log_seconds: float = Field(default=0, ge=0, description="between log lines with metrics; 0: there are none")
