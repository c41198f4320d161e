/** Calls about accounts, who may come in, and who administers: whoever works on a board makes none of them. */

import { call } from "./client";
import { all, named, PAGE } from "./endpoints";
import type { NewInvitation, PersonState, Scope } from "./types";

export const forgotPassword = (email: string) => call("post", "/api/auth/password/forgot", { body: { email } });
export const resetPassword = (token: string, password: string) =>
  call("post", "/api/auth/password/reset", { body: { token, password } });
export const changeEmail = (email: string, password: string) =>
  call("post", "/api/auth/email", { body: { email, password } });
export const sendVerification = () => call("post", "/api/auth/email/verification");
export const verifyEmail = (token: string) => call("post", "/api/auth/email/verify", { body: { token } });

export const invitation = (token: string) => call("get", "/api/invitations/{token}", { path: { token } });
export const acceptInvitation = (token: string) => call("post", "/api/invitations/{token}/accept", { path: { token } });
export const invitations = (projectId: string) =>
  call("get", "/api/projects/{project_id}/invitations", { path: { project_id: projectId } }).then(({ items }) => items);
export const invite = (projectId: string, body: NewInvitation) =>
  call("post", "/api/projects/{project_id}/invitations", { path: { project_id: projectId }, body });
export const withdrawInvitation = (projectId: string, id: string) =>
  call("delete", "/api/projects/{project_id}/invitations/{invitation_id}", {
    path: { project_id: projectId, invitation_id: id },
  });
export const changePassword = (body: { old_password: string; new_password: string }) =>
  call("post", "/api/auth/password", { body });
export const eraseMe = (password: string) => call("delete", "/api/auth/me", { body: { password } });
export const sessions = () => all((cursor) => call("get", "/api/auth/sessions", { query: { cursor, limit: PAGE } }));
export const endSession = (id: string) =>
  call("delete", "/api/auth/sessions/{session_id}", { path: { session_id: id } });
export const endOtherSessions = () => call("delete", "/api/auth/sessions");
export const tokens = () => all((cursor) => call("get", "/api/auth/tokens", { query: { cursor, limit: PAGE } }));
export interface NewToken {
  name: string;
  scopes: Scope[];
  expires_in?: number;
}
export const addToken = (body: NewToken) => call("post", "/api/auth/tokens", { body });
export const secondFactor = () => call("get", "/api/auth/totp");
export const beginTotp = () => call("post", "/api/auth/totp", { body: {} });
export const confirmTotp = (code: string) =>
  call("post", "/api/auth/totp/confirm", { body: { code } }).then(({ recovery_codes }) => recovery_codes);
export const removeTotp = (code: string) => call("delete", "/api/auth/totp", { body: { code } });
export const passkeys = () => call("get", "/api/auth/passkeys").then(({ items }) => items);
export const passkeyOptions = () => call("post", "/api/auth/passkeys/options").then(({ publicKey }) => publicKey);
export const addPasskey = (name: string, credential: Record<string, unknown>) =>
  call("post", "/api/auth/passkeys", { body: { name, credential } });
export const removePasskey = (id: string) =>
  call("delete", "/api/auth/passkeys/{passkey_id}", { path: { passkey_id: id } });
export const passkeyLoginOptions = () =>
  call("post", "/api/auth/passkeys/login/options").then(({ publicKey }) => publicKey);
export const loginByPasskey = (credential: Record<string, unknown>) =>
  call("post", "/api/auth/passkeys/login", { body: { credential, session: "cookie" } }).then(({ user }) => named(user));
export const provePasskey = (passkey: Record<string, unknown>) =>
  call("post", "/api/auth/reauthenticate", { body: { passkey } });
export const reauthenticate = (password: string) => call("post", "/api/auth/reauthenticate", { body: { password } });
export const removeToken = (id: string) => call("delete", "/api/auth/tokens/{token_id}", { path: { token_id: id } });

export const accountLog = (cursor?: string) => call("get", "/api/auth/log", { query: { cursor, limit: 20 } });
export const everyone = (q: string, state: PersonState | undefined, cursor?: string) =>
  call("get", "/api/admin/users", { query: { q, state, cursor, limit: 50 } });
export const changePerson = (id: string, body: { active?: boolean; admin?: boolean }) =>
  call("patch", "/api/admin/users/{user_id}", { path: { user_id: id }, body });
export const resetLink = (id: string) =>
  call("post", "/api/admin/users/{user_id}/reset", { path: { user_id: id } }).then(({ url }) => url);
export const endSessionsOf = (id: string) =>
  call("delete", "/api/admin/users/{user_id}/sessions", { path: { user_id: id } });
export const removeFactorsOf = (id: string) =>
  call("delete", "/api/admin/users/{user_id}/factors", { path: { user_id: id } });
export const audit = (user: string | undefined, cursor?: string) =>
  call("get", "/api/admin/audit", { query: { user, cursor, limit: 50 } });
