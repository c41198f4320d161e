"""What notify-service reads from its environment."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from kernel.process.settings import Settings as Shared


class Settings(Shared):
    """The shared settings, and those of notify-service alone. Times are in seconds."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    mail_max_age: float = Field(
        default=86_400, gt=0, description="a change older than this is not mailed any more; the inbox still has it"
    )
    mail_timeout: float = Field(default=10, gt=0, description="how long one mail may take to be handed over")
    mail_lease: float = Field(default=60, gt=0, description="how long a sender that died keeps its mails from others")
    mails_per_reader: int = Field(
        default=500, ge=1, description="mails to one person in an hour; the inbox has the rest"
    )
    mails_per_sender: int = Field(default=2000, ge=1, description="mails because of one person in an hour")
    feed_max_age: float = Field(default=7 * 86_400, gt=0, description="how far back the live stream can be resumed")
    feed_max_rows: int = Field(default=100_000, ge=1, description="how many events the live stream keeps at most")
    heartbeat: float = Field(default=15, gt=0, description="between signs of life on an idle live stream")
    poll: float = Field(default=0.5, gt=0, description="how often to look for what other processes wrote")
