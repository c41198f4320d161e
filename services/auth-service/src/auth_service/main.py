"""The composition root of auth-service."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI

from auth_service import schemas as views
from auth_service.accounts import Accounts
from auth_service.administration import Administration
from auth_service.api import ROUTES
from auth_service.commands import Auth
from auth_service.deps import Deps
from auth_service.devices import Devices
from auth_service.factors import SecondFactors
from auth_service.guessing import Guessing
from auth_service.invited import InvitedPeople
from auth_service.joining import Joining
from auth_service.journal import Journal
from auth_service.limits import Limits, RateLimits
from auth_service.mails.outbox import Outbox
from auth_service.once import OnceTokens
from auth_service.passkeys import Passkeys
from auth_service.passwords import Passwords
from auth_service.personal import PersonalTokens
from auth_service.projects import Projects
from auth_service.proving import Proving
from auth_service.recovery import Recovery
from auth_service.sessions import Sessions
from auth_service.settings import Settings
from auth_service.signing import SigningKeys
from contracts import user
from contracts.codecs import USER_CODEC
from kernel.http.app import add_health
from kernel.http.app import create_app as create_service
from kernel.identity.security import Authenticator, Principal, personal_principal
from kernel.log.decider import Decider
from kernel.log.streams import MIB, Streams
from kernel.ports.mailer import MailKeeper
from kernel.process.background import Background
from kernel.process.platform import Platform
from kernel.process.serve import serve


def _keeper(mailer: object) -> MailKeeper | None:
    return mailer if isinstance(mailer, MailKeeper) else None


def create_app(settings: Settings, platform: Platform | None = None) -> FastAPI:
    """The service; without a platform it stands alone on its own."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            own = await stack.enter_async_context(Platform()) if platform is None else platform
            log = await own.event_store(settings.event_store_url)
            store = await own.key_value_store(settings.key_value_url)
            passwords = Passwords()
            stack.callback(passwords.close)
            sessions, keys = Sessions(store, settings.refresh_grace, own.ended), SigningKeys(store)
            mailer = await own.mailer(settings.mailer_url)
            accounts, outbox = Accounts(store), Outbox(store, mailer)
            projects = Projects(await own.http(settings.task_url), keys)
            invited = InvitedPeople(store, accounts, outbox, settings.public_url)
            tokens = PersonalTokens(store, sessions)
            limits = RateLimits(store)
            rules = Limits.of(settings.login_attempts, settings.address_attempts, settings.registrations)
            devices, journal = Devices(store), Journal(store, outbox)
            auth = Auth(
                accounts=accounts,
                sessions=sessions,
                personal=tokens,
                passwords=passwords,
                limits=limits,
                factors=SecondFactors(store, limits),
                passkeys=Passkeys(store, settings.public_url),
                users=Decider(Streams(log, USER_CODEC, user.evolve, 8 * MIB)),
                rules=rules,
                devices=devices,
                journal=journal,
                guessing=Guessing(limits, rules, devices, journal),
                kept_mails=_keeper(mailer),
                verified_only=settings.verified_email == "required",
            )

            async def personal(text: str) -> Principal | None:
                found = await tokens.find(text)
                return None if found is None else personal_principal(views.introspected(*found))

            required = settings.verified_email == "required"
            recovery = Recovery(auth, OnceTokens(store), outbox, settings.public_url.rstrip("/"), required)
            app.state.deps = Deps(
                settings=settings,
                store=store,
                auth=auth,
                projects=projects,
                invited=invited,
                joining=Joining(auth, projects, invited, recovery),
                recovery=recovery,
                proving=Proving(auth, settings.require_second_factor),
                administration=Administration(auth, recovery),
                keys=keys,
                authenticator=Authenticator(
                    keys, personal=personal, ended=own.ended, secure=settings.public_url.startswith("https:")
                ),
                services=Authenticator(keys, audience="auth-service"),
            )
            background = await stack.enter_async_context(Background())
            background.start("mails", outbox.run)
            background.start("ended-sessions", lambda: own.ended.follow(sessions.ended))
            app.state.checks = {"event_store": log.ping, "key_value_store": store.ping, "mailer": mailer.ping}
            yield

    app = create_service("Taskledger: users, sessions and tokens", lifespan, compressed=False)
    app.router.routes.extend(ROUTES)
    if platform is None:
        add_health(app, lambda: app.state.checks)
    return app


def run() -> None:
    """Serve the app, as a container does."""
    serve("auth-service", Settings, create_app)
