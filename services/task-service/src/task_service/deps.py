"""What the routes stand on."""

from dataclasses import dataclass

from kernel.identity.security import Authenticator
from task_service.commands import Projects, Tasks
from task_service.insights import Insights
from task_service.lists import Lists


@dataclass(frozen=True, slots=True)
class Deps:
    """Made once by the composition root; on `app.state.deps`."""

    authenticator: Authenticator
    projects: Projects
    tasks: Tasks
    lists: Lists
    insights: Insights
