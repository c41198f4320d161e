import { i18n } from "@lingui/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Link, Redirect, useLocation, useSearchParams } from "wouter";
import { ApiError } from "../http/client";
import { login, register } from "../http/endpoints";
import { explain, said } from "../http/explain";
import type { Locale, User } from "../http/types";
import { hadPasskey } from "../lib/passkeys";
import { keys } from "../sync/cache";
import { rememberSignedIn, signedInBefore } from "../sync/prefs";
import { useConfig, useMe } from "../sync/queries";
import { Icon, Logo } from "../ui/icons";
import { PasswordField } from "../ui/PasswordField";
import { useTitle } from "../ui/title";
import { CodeField } from "./parts/CodeField";
import { Entrance } from "./parts/Entrance";
import { Field } from "./parts/Field";
import { Mailed } from "./parts/Mailed";
import { PasskeyLogin } from "./parts/PasskeyLogin";

/** An address inside the site; anything else that came with the link is ignored. */
export function safeNext(next: string | null): string {
  // As a browser reads it, which takes "\\" for "/" and leaves out tabs and line ends.
  const url = next?.startsWith("/") && URL.canParse(next, location.origin) ? new URL(next, location.origin) : null;
  return url?.origin === location.origin ? url.pathname + url.search + url.hash : "/projects";
}

export default function Login({ mode }: { mode: "login" | "register" }) {
  const client = useQueryClient();
  const me = useMe(signedInBefore());
  const closed = useConfig().data?.registration === "closed";
  const [, go] = useLocation();
  const [search] = useSearchParams();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [password, setPassword] = useState("");
  const [mailed, setMailed] = useState("");
  /** Whose password was right, where a code is needed too. */
  const [half, setHalf] = useState("");
  const [code, setCode] = useState("");
  const registering = mode === "register";
  const next = safeNext(search.get("next"));
  const other = `${registering ? "/login" : "/register"}${search.size > 0 ? `?${search}` : ""}`;
  useTitle(registering ? t`Create an account` : t`Sign in`);
  if (me.data && !busy) return <Redirect to={next} replace />;
  if (registering && closed) return <Redirect to={other} replace />;

  if (mailed) return <Mailed to={mailed} />;

  function enter(user: User): void {
    client.clear();
    client.setQueryData(keys.me, user);
    rememberSignedIn(true);
    go(next, { replace: true });
  }

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => `${form.get(name) ?? ""}`;
    const email = half || text("email").trim();
    setBusy(true);
    setError(null);
    try {
      const user = await (registering
        ? register({ email, password, name: text("name").trim(), locale: i18n.locale as Locale })
        : login({ email, password, ...(half ? { totp: code } : {}) }));
      if (!user) return setMailed(email);
      enter(user);
    } catch (cause) {
      const asked = cause instanceof ApiError && cause.code === "totp_required";
      if (asked) setHalf(email);
      setCode("");
      setError(asked ? null : cause);
      setBusy(false);
    }
  }

  const problem = error instanceof ApiError ? error : null;
  const about = (name: string) => said(problem?.field(name));
  const fields = ["name", "email", "password"].filter(about);
  if (half)
    return (
      <Entrance>
        <form className="login-form" onSubmit={submit}>
          <Logo />
          <h1>
            <Trans>A code of your authenticator</Trans>
          </h1>
          <CodeField
            value={code}
            onChange={setCode}
            error={
              problem?.code === "invalid_credentials"
                ? t`The code is wrong or was used before. Check the clock of your device.`
                : error
                  ? explain(error)
                  : undefined
            }
          />
          <button type="submit" className="button primary wide" disabled={busy || !code.trim()}>
            {t`Sign in`}
          </button>
          <button type="button" className="link-button" onClick={() => setHalf("")}>
            <Trans>Back to signing in</Trans>
          </button>
        </form>
      </Entrance>
    );
  const passkey = !registering && <PasskeyLogin onIn={enter} onError={setError} />;
  return (
    <Entrance>
      <form className="login-form" onSubmit={submit}>
        <Logo />
        <h1>{registering ? t`Create an account` : t`Sign in`}</h1>
        {problem && fields.length === 0 && (
          <p className="form-error" role="alert">
            <Icon name="warn" />
            {problem.status === 409
              ? t`There is an account with this e-mail already. Sign in instead.`
              : explain(problem)}
          </p>
        )}
        {error !== null && !problem && (
          <p className="form-error" role="alert">
            {explain(error)}
          </p>
        )}
        {hadPasskey() && passkey}
        {registering && (
          <Field label={t`Name`} name="name" autoComplete="name" maxLength={100} error={about("name")} autoFocus />
        )}
        <Field
          label={t`E-mail`}
          name="email"
          type="email"
          autoComplete={registering ? "email" : "username webauthn"}
          error={about("email")}
          autoFocus={!registering}
        />
        <PasswordField
          label={t`Password`}
          autoComplete={registering ? "new-password" : "current-password"}
          value={password}
          onChange={setPassword}
          rules={registering}
          error={about("password")}
        />
        {!registering && (
          <p className="login-forgot">
            <Link href="/forgot">
              <Trans>Forgot your password?</Trans>
            </Link>
          </p>
        )}
        <button type="submit" className="button primary wide" disabled={busy}>
          {busy ? <span className="spinner" /> : null}
          {registering ? t`Create account` : t`Sign in`}
        </button>
        {!hadPasskey() && passkey}
        {closed ? (
          <p className="login-other">
            <Trans>New here? Ask whoever runs this board for an account.</Trans>
          </p>
        ) : (
          <p className="login-other">
            {registering ? t`Already have an account?` : t`New here?`}{" "}
            <Link href={other} onClick={() => setError(null)}>
              {registering ? t`Sign in` : t`Create an account`}
            </Link>
          </p>
        )}
      </form>
    </Entrance>
  );
}
