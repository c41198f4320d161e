"""The composition root of notify-service."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Final, cast

from fastapi import FastAPI

from contracts import project, task
from contracts.codecs import PROJECT_CODEC, TASK_CODEC
from kernel.consuming import checkpoints, steps
from kernel.consuming.consumer import Consumer
from kernel.http.app import add_health
from kernel.http.app import create_app as create_service
from kernel.identity.ended_sessions import ask_of
from kernel.identity.people import People
from kernel.identity.security import Authenticator, JwksClient, PersonalTokenClient
from kernel.identity.service_client import ServiceClient
from kernel.log.streams import MIB, Streams
from kernel.process.background import Background
from kernel.process.platform import Platform
from kernel.process.serve import serve
from notify_service import rows, tables
from notify_service.api import public, router
from notify_service.channels.mail import MailChannel, MailLimits
from notify_service.deps import Deps, Outbox
from notify_service.feed import Feed
from notify_service.inbox import Inbox
from notify_service.projections import Bounds, Notifier
from notify_service.sender import Limits, Sender
from notify_service.settings import Settings
from notify_service.stream import LiveStream
from notify_service.unsubscribing import Unsubscribing

CONSUMER: Final = "notifier"

REMEMBERED_TASKS: Final = 24 * MIB
REMEMBERED_PROJECTS: Final = 8 * MIB
"""Bytes of states."""


def create_app(settings: Settings, platform: Platform | None = None) -> FastAPI:
    """The service; without a platform it stands alone on its own."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            own = await stack.enter_async_context(Platform()) if platform is None else platform
            log = await own.event_store(settings.event_store_url)
            database = await own.database(settings.notify_db_url)
            await database.create(checkpoints.metadata)
            await steps.lift(database, "notify-service", tables.metadata, tables.STEPS)
            await database.write(rows.PREPARE)
            store = await own.key_value_store(settings.key_value_url)
            mailer = await own.mailer(settings.mailer_url)
            http = await own.http(settings.auth_url)
            auth = ServiceClient(
                http, service="notify-service", secret=settings.service_secret, audience="auth-service"
            )
            people = People(auth)
            tasks = Streams(log, TASK_CODEC, task.evolve, budget=REMEMBERED_TASKS)
            projects = Streams(log, PROJECT_CODEC, project.evolve, budget=REMEMBERED_PROJECTS)
            feed_age = timedelta(seconds=settings.feed_max_age)
            feed = Feed(database, projects, poll=settings.poll, max_age=feed_age, max_rows=settings.feed_max_rows)
            inbox = Inbox(database, tasks, projects, people)
            unsubscribing = Unsubscribing(settings.service_secret, settings.public_url)
            mails = MailChannel(
                database,
                mailer,
                MailLimits(
                    timeout=settings.mail_timeout,
                    per_reader=settings.mails_per_reader,
                    per_sender=settings.mails_per_sender,
                ),
                public_url=settings.public_url,
                unsubscribing=unsubscribing,
                counts=store,
            )
            limits = Limits(
                max_age=timedelta(seconds=settings.mail_max_age), lease=timedelta(seconds=settings.mail_lease)
            )
            sender = Sender(database, people, projects, limits, [mails])

            def committed() -> None:
                feed.wake()
                sender.wake()

            consumer = Consumer(
                CONSUMER,
                store=log,
                database=database,
                handler=Notifier(
                    database,
                    tasks,
                    projects,
                    Bounds(mail=timedelta(seconds=settings.mail_max_age), feed=feed_age),
                ),
                subscription=await own.subscription(settings.subscription_url, CONSUMER, log),
                committed=committed,
            )
            background = await stack.enter_async_context(Background())
            background.start("notifier", consumer.run, drain=consumer.stop)
            background.start("feed", feed.run)
            background.start("feed-purge", feed.purge_for_ever)
            if platform is None:
                background.start("ended-sessions", lambda: own.ended.follow(ask_of(auth)))
            background.start("sender", sender.run, drain=sender.stop)
            app.state.deps = Deps(
                mode="services" if platform is None else "embedded",
                registration=settings.registration,
                authenticator=Authenticator(
                    JwksClient(http),
                    personal=PersonalTokenClient(auth),
                    ended=own.ended,
                    secure=settings.public_url.startswith("https:"),
                ),
                store=store,
                inbox=inbox,
                people=people,
                unsubscribing=unsubscribing,
                feed=feed,
                stream=LiveStream(feed, inbox, own.ended, heartbeat=settings.heartbeat),
                outbox=cast(Outbox, mailer) if settings.mailer_url.startswith("maildir:") else None,
            )
            app.state.checks = {
                "event_store": log.ping,
                "key_value_store": store.ping,
                "notify_db": database.ping,
                "mailer": mailer.ping,
                "notifier": background.check,
            }
            yield

    app = create_service("Taskledger: inbox, mail and live stream", lifespan)
    # Flat, so that a 405 names every method of a path; and FastAPI matches an included router at three times the cost.
    app.router.routes.extend((*router.routes, *public.routes))
    if platform is None:
        add_health(app, lambda: app.state.checks)
    return app


def run() -> None:
    """Serve the app, as a container does."""
    serve("notify-service", Settings, create_app)
