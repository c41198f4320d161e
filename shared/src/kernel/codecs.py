"""The codecs of the published language, with every upcaster there has ever been a need for."""

from typing import Final

from kernel.codec import Codec
from kernel.contracts import project, task, user
from kernel.contracts.project import ProjectEvent
from kernel.contracts.task import TaskEvent
from kernel.contracts.user import UserEvent

TASK_CODEC: Final[Codec[TaskEvent]] = Codec(task.EVENT_NAMES)
PROJECT_CODEC: Final[Codec[ProjectEvent]] = Codec(project.EVENT_NAMES)
USER_CODEC: Final[Codec[UserEvent]] = Codec(user.EVENT_NAMES)
