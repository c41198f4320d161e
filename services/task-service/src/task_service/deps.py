"""What the routes stand on."""

from dataclasses import dataclass

from kernel.identity.security import Authenticator
from task_service.batches import TaskBatches
from task_service.captures import Captures
from task_service.changes import Changes
from task_service.commands.projects import Projects
from task_service.commands.tasks import Tasks
from task_service.insights import Insights
from task_service.invitations import Invitations
from task_service.lists import Lists
from task_service.past import Past
from task_service.proofs import Proofs
from task_service.searches import Searches
from task_service.undos import Undos


@dataclass(frozen=True, slots=True)
class Deps:
    """Made once by the composition root; on `app.state.deps`.

    `authenticator` knows people, `services` whoever comes with a token made for task-service.
    """

    authenticator: Authenticator
    services: Authenticator
    public_url: str
    projects: Projects
    tasks: Tasks
    batches: TaskBatches
    captures: Captures
    lists: Lists
    insights: Insights
    invitations: Invitations
    past: Past
    changes: Changes
    proofs: Proofs
    searches: Searches
    undos: Undos
