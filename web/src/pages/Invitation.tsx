/** Whoever follows an invitation sees whose project it is and what will happen, and lands on the board. */
import { i18n } from "@lingui/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Link, useLocation } from "wouter";
import { acceptInvitation, invitation as invitationOf } from "../http/account";
import { ApiError } from "../http/client";
import { login, register } from "../http/endpoints";
import { explain, said } from "../http/explain";
import type { Locale, User } from "../http/types";
import { keys } from "../sync/cache";
import { rememberSignedIn, signedInBefore } from "../sync/prefs";
import { useMe } from "../sync/queries";
import { Icon, Logo } from "../ui/icons";
import { PasswordField } from "../ui/PasswordField";
import { useTexts } from "../ui/texts";
import { useTitle } from "../ui/title";
import { roleName } from "../ui/words";
import { Entrance } from "./parts/Entrance";
import { Field } from "./parts/Field";
import { Mailed } from "./parts/Mailed";
import { useToken } from "./parts/token";
import { seldom } from "./seldom";

export default function Invitation() {
  useTexts(seldom);
  const token = useToken();
  const before = signedInBefore();
  const me = useMe(before);
  const settled = !before || !me.isPending;
  const found = useQuery({
    queryKey: [...keys.invitation(token), me.data?.id ?? ""],
    queryFn: () => invitationOf(token),
    enabled: settled,
    retry: false,
    staleTime: 0,
  });
  useTitle(t`Invitation`);
  if (found.isPending) return <Entrance>{null}</Entrance>;
  if (!found.data) return <Nothing error={found.error} />;
  return <Open token={token} me={me.data} shown={found.data} />;
}

type Shown = Awaited<ReturnType<typeof invitationOf>>;

function Nothing({ error }: { error: unknown }) {
  const gone = error instanceof ApiError && error.status === 404;
  return (
    <Entrance>
      <section className="login-form" role="alert">
        <Logo />
        <h1>{gone ? t`This invitation cannot be used any more` : t`The invitation cannot be shown right now`}</h1>
        <p>
          {gone ? (
            <Trans>It was used, withdrawn, or is too old. Ask whoever sent it for another one.</Trans>
          ) : (
            explain(error)
          )}
        </p>
        <Link href="/" className="button wide">
          <Trans>Go to Taskledger</Trans>
        </Link>
      </section>
    </Entrance>
  );
}

function Open({ token, me, shown }: { token: string; me: User | undefined; shown: Shown }) {
  const client = useQueryClient();
  const [, go] = useLocation();
  const ready = shown.needs === null;
  const [known, setKnown] = useState(shown.needs === "login");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [mailed, setMailed] = useState("");
  if (mailed) return <Mailed to={mailed} />;
  const problem = error instanceof ApiError ? error : null;
  const about = (name: string) => said(problem?.field(name));

  async function enter(form: FormData): Promise<boolean> {
    const text = (name: string) => `${form.get(name) ?? ""}`.trim();
    const email = text("email");
    const user = known
      ? await login({ email, password })
      : await register({
          email,
          password,
          name: text("name"),
          locale: i18n.locale as Locale,
          invitation: token,
        });
    if (!user) {
      setMailed(email);
      return false;
    }
    client.clear();
    client.setQueryData(keys.me, user);
    rememberSignedIn(true);
    return true;
  }

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      if (!ready && !(await enter(new FormData(event.currentTarget)))) return;
      const project = await acceptInvitation(token);
      client.setQueryData(keys.project(project.id), project);
      await client.invalidateQueries({ queryKey: keys.projects });
      go(`/projects/${project.id}`, { replace: true });
    } catch (cause) {
      setError(cause);
      setBusy(false);
    }
  }

  const inviter = shown.invited_by.name ?? t`Somebody`;
  const project = shown.project.name ?? "";
  const role = roleName(shown.role);
  const fields = ["name", "email", "password"].filter(about);
  return (
    <Entrance>
      <form className="login-form" onSubmit={submit}>
        <Logo />
        <h1>
          <Trans>
            {inviter} invites you to {project}
          </Trans>
        </h1>
        <p className="muted">
          <Trans>
            You will be in the project as: {role}. Its members see your name, and you're notified about what concerns
            you.
          </Trans>
        </p>
        {error !== null && fields.length === 0 && (
          <p className="form-error" role="alert">
            <Icon name="warn" />
            {refusal(error)}
          </p>
        )}
        {ready ? (
          <p>
            <Trans>You are signed in as {me?.name ?? ""}.</Trans>
          </p>
        ) : (
          <>
            {me && (
              <p className="note">
                <Trans>The invitation is for somebody else than {me.name}, as whom you are signed in here.</Trans>
              </p>
            )}
            {!known && <Field label={t`Name`} name="name" autoComplete="name" maxLength={100} error={about("name")} />}
            <Field
              label={t`E-mail`}
              name="email"
              type="email"
              autoComplete={known ? "username" : "email"}
              defaultValue={shown.email ?? undefined}
              readOnly={shown.email !== null}
              error={about("email")}
            />
            <PasswordField
              label={t`Password`}
              autoComplete={known ? "current-password" : "new-password"}
              value={password}
              onChange={setPassword}
              rules={!known}
              error={about("password")}
            />
          </>
        )}
        <button type="submit" className="button primary wide" disabled={busy}>
          {busy ? <span className="spinner" /> : null}
          {ready ? t`Join ${project}` : known ? t`Sign in and join` : t`Create account and join`}
        </button>
        {!ready && (
          <p className="login-other">
            {known ? t`No account yet?` : t`Already have an account?`}{" "}
            <button type="button" className="link-button" onClick={() => setKnown(!known)}>
              {known ? t`Create an account` : t`Sign in`}
            </button>
          </p>
        )}
      </form>
    </Entrance>
  );
}

function refusal(error: unknown): string {
  if (!(error instanceof ApiError)) return explain(error);
  if (error.status === 404) return t`This invitation cannot be used any more. Somebody else may have used it.`;
  if (error.status === 409) return t`There is an account with this e-mail already. Sign in instead.`;
  return explain(error);
}
