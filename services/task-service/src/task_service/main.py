"""The composition root of task-service."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from fastapi import FastAPI

from contracts import project, reader, task, user
from contracts.codecs import PROJECT_CODEC, READER_CODEC, TASK_CODEC, USER_CODEC
from kernel.http.app import add_health
from kernel.http.app import create_app as create_service
from kernel.identity.ended_sessions import ask_of
from kernel.identity.people import People
from kernel.identity.security import Authenticator, JwksClient, PersonalTokenClient
from kernel.identity.service_client import ServiceClient
from kernel.log.batch import Batches
from kernel.log.decider import Decider
from kernel.log.streams import MIB, Streams
from kernel.process.background import Background
from kernel.process.platform import Platform
from kernel.process.serve import serve
from task_service.addresses import Addresses
from task_service.api import ROUTES
from task_service.asking import Asking
from task_service.batches import TaskBatches
from task_service.captures import Captures
from task_service.changes import CaughtUp, Changes
from task_service.commands.projects import Projects
from task_service.commands.tasks import Tasks
from task_service.deps import Deps
from task_service.insights import Insights
from task_service.invitations import Invitations
from task_service.keys import ProjectKeys
from task_service.lists import Lists
from task_service.memberships import Memberships
from task_service.numbers import Numbers
from task_service.past import Past
from task_service.past_lists import PastLists
from task_service.places import Places
from task_service.proofs import Proofs
from task_service.queries import Queries
from task_service.registered import Registered
from task_service.searches import Searches
from task_service.settings import Settings
from task_service.undos import Undos

REMEMBERED_TASKS: Final = 48 * MIB
REMEMBERED_USERS: Final = 8 * MIB
"""Bytes of states; a task of a few lines has some 3 KB."""

_NAMES_WAIT_SECONDS: Final = 1.0
"""A comment is written though auth-service is slow: then nobody is found by a name in it."""


def create_app(settings: Settings, platform: Platform | None = None) -> FastAPI:
    """The service; without a platform it stands alone on its own."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            own = await stack.enter_async_context(Platform()) if platform is None else platform
            store = await own.event_store(settings.event_store_url)
            read_model = await own.database(settings.read_model_url)
            http = await own.http(settings.auth_url)
            auth = ServiceClient(http, service="task-service", secret=settings.service_secret, audience="auth-service")
            queries = Queries(read_model)
            tasks = Streams(store, TASK_CODEC, task.evolve, REMEMBERED_TASKS)
            registered = Registered(Streams(store, USER_CODEC, user.evolve, REMEMBERED_USERS))
            project_streams = Streams(store, PROJECT_CODEC, project.evolve)
            projects = Projects(
                Decider(project_streams),
                registered,
                Memberships(queries),
                settings.joining,
                ProjectKeys(store, queries),
            )
            numbers, directory, keys = Numbers(store), People(auth, wait=_NAMES_WAIT_SECONDS), JwksClient(http)
            batches = TaskBatches(Batches(tasks), projects, numbers)
            readers = Streams(store, READER_CODEC, reader.evolve)
            commands = Tasks(
                Decider(tasks), projects, numbers, Places(tasks, queries), directory, settings.min_version_wait
            )
            past_lists = PastLists(queries, tasks)
            app.state.deps = Deps(
                authenticator=Authenticator(
                    keys,
                    personal=PersonalTokenClient(auth),
                    ended=own.ended,
                    secure=settings.public_url.startswith("https:"),
                ),
                services=Authenticator(keys, audience="task-service"),
                public_url=settings.public_url.rstrip("/"),
                projects=projects,
                tasks=commands,
                batches=batches,
                captures=Captures(projects, batches, directory, queries),
                lists=Lists(queries, projects, Asking(directory)),
                insights=Insights(queries, projects),
                invitations=Invitations(projects, Addresses(auth), directory),
                past=Past(projects, commands, project_streams, tasks, past_lists),
                undos=Undos(Decider(tasks), commands, projects),
                searches=Searches(queries, projects, tasks, Asking(directory)),
                proofs=Proofs(store, queries, projects),
                changes=Changes(projects, tasks, queries, CaughtUp(Decider(readers))),
            )
            if platform is None:  # embedded, auth-service tells of them in the same process
                background = await stack.enter_async_context(Background())
                background.start("ended-sessions", lambda: own.ended.follow(ask_of(auth)))
            app.state.checks = {"event_store": store.ping, "read_model": read_model.ping}
            yield

    app = create_service("Taskledger: projects and tasks", lifespan)
    app.router.routes.extend(ROUTES)
    if platform is None:
        add_health(app, lambda: app.state.checks)
    return app


def run() -> None:
    """Serve the app, as a container does."""
    serve("task-service", Settings, create_app)
