"""A stand-in for auth-service behind its HTTP contract, for tests of the other services."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from joserfc import jwt
from joserfc.jwk import ECKey

from contracts.invitation import Token
from kernel.identity.security import ISSUER, USER_AUDIENCE
from kernel.log.ids import new_id

AUTH_URL = "http://auth"


@dataclass
class Auth:
    """auth-service as other services see it: keys, service tokens, the directory, personal tokens, invitations."""

    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "test", "use": "sig"}))
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By id, what the directory shows of somebody."""
    personal_tokens: dict[str, str] = field(default_factory=dict)
    bounds: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By personal token: its id, scopes and projects."""
    invited: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By the id of an invitation: the address, the hash of the token in the mail, whose verified address it is."""
    away: bool = False

    def register(self, name: str, email: str | None = None, locale: str = "en") -> str:
        """A person; returns the id."""
        user_id = new_id()
        address = email or f"{user_id}@example.org"
        self.people[user_id] = {"id": user_id, "name": name, "email": address, "locale": locale}
        return user_id

    def token(self, user_id: str, *, seconds: float = 600, **claims: Any) -> str:
        """An access token."""
        now = time.time()
        standard = {"iss": ISSUER, "aud": USER_AUDIENCE, "sub": user_id, "iat": now, "exp": now + seconds}
        return jwt.encode({"alg": "ES256", "kid": "test"}, {**standard, **claims}, self.key)

    def app(self) -> FastAPI:
        """The stand-in's app."""
        app = FastAPI()

        @app.middleware("http")
        async def answer_if_there(request: Request, answer: Callable[[Request], Awaitable[Any]]) -> Any:
            if self.away:
                raise httpx.ConnectError("auth-service is away")
            return await answer(request)

        @app.get("/api/auth/.well-known/jwks.json")
        async def jwks() -> Any:
            return {"keys": [self.key.as_dict(private=False)]}

        @app.post("/api/auth/service-token")
        async def service_token() -> Any:
            return {"access_token": "a-service-token", "expires_in": 300}

        @app.post("/api/auth/introspect")
        async def introspect(body: dict[str, str]) -> Any:
            user_id = self.personal_tokens.get(body["token"])
            return {"active": user_id is not None, "user_id": user_id, **self.bounds.get(body["token"], {})}

        @app.get("/api/users")
        async def users(ids: str) -> Any:
            found = [self.people[user_id] for user_id in ids.split(",") if user_id in self.people]
            return {"items": found, "next_cursor": None}

        @app.post("/api/internal/invited")
        async def keep(body: dict[str, Any]) -> Any:
            if "@" not in body["email"]:
                errors = [{"field": "email", "message": "must be an e-mail address", "code": "not_an_address"}]
                problem = {"code": "validation_failed", "detail": "must be an e-mail address", "errors": errors}
                return JSONResponse(problem, 422)
            self.invited[body["id"]] = {"email": body["email"], "token_hash": "", "mailed_at": None, "people": {}}
            return {}

        @app.post("/api/internal/invited/mail")
        async def mail(body: dict[str, Any]) -> Any:
            self.invited[body["id"]] |= {"mailed_at": "2026-11-30T00:00:00Z", "project_id": body["project_id"]}
            return {}

        @app.post("/api/internal/invited/see")
        async def see(body: dict[str, Any]) -> Any:
            kept = self.invited[body["id"]]
            person = kept["people"].get(body["user_id"], "other") if body["user_id"] else None
            mailed = kept["token_hash"] == body["token_hash"]
            email = kept["email"] if mailed else None
            return {"mailed": mailed, "person": person, "known": bool(kept["people"]), "email": email}

        @app.post("/api/internal/invited/list")
        async def listed(body: dict[str, Any]) -> Any:
            return {"items": [{"id": each, **self.invited[each]} for each in body["ids"] if each in self.invited]}

        return app

    def mailed(self, invitation_id: str) -> str:
        """The token in the mail of an invitation."""
        kept = self.invited[invitation_id]
        token = Token.new(kept["project_id"], invitation_id)
        kept["token_hash"] = token.hash
        return token.text
