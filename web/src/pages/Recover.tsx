/** Back in: a forgotten password, a new one, an address that is one's own. */
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { Link } from "wouter";
import { forgotPassword, resetPassword, verifyEmail } from "../http/account";
import { ApiError } from "../http/client";
import { explain, said } from "../http/explain";
import { keys } from "../sync/cache";
import { Icon, Logo } from "../ui/icons";
import { PasswordField } from "../ui/PasswordField";
import { useTexts } from "../ui/texts";
import { useTitle } from "../ui/title";
import { Entrance } from "./parts/Entrance";
import { Field } from "./parts/Field";
import { Mailed } from "./parts/Mailed";
import { useToken } from "./parts/token";
import { seldom } from "./seldom";

export default function Recover({ step }: { step: "forgot" | "reset" | "verify" }) {
  useTexts(seldom);
  switch (step) {
    case "forgot":
      return <Forgot />;
    case "reset":
      return <Reset />;
    case "verify":
      return <Verify />;
  }
}

function Forgot() {
  const [sent, setSent] = useState("");
  const [error, setError] = useState<unknown>(null);
  useTitle(t`Forgot your password?`);
  if (sent) return <Mailed to={sent} />;
  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const email = `${new FormData(event.currentTarget).get("email")}`.trim();
    try {
      await forgotPassword(email);
      setSent(email);
    } catch (cause) {
      setError(cause);
    }
  }
  return (
    <Entrance>
      <form className="login-form" onSubmit={submit}>
        <Logo />
        <h1>{t`Forgot your password?`}</h1>
        <p>
          <Trans>A link to set a new one goes to the address of your account.</Trans>
        </p>
        <Told error={error} />
        <Field label={t`E-mail`} name="email" type="email" autoComplete="username" autoFocus />
        <button type="submit" className="button primary wide">
          <Trans>Send the link</Trans>
        </button>
        <p className="login-other">
          <Trans>No mail? Whoever runs this board can give you a link.</Trans> <Back />
        </p>
      </form>
    </Entrance>
  );
}

function Reset() {
  const token = useToken();
  const client = useQueryClient();
  const [password, setPassword] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [done, setDone] = useState(false);
  useTitle(t`Set a new password`);
  if (done) return <Done title={t`Your new password is set`} />;
  const message = error instanceof ApiError ? said(error.field("password")) : undefined;
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    try {
      await resetPassword(token, password);
      client.removeQueries({ queryKey: keys.me });
      setDone(true);
    } catch (cause) {
      setError(cause);
    }
  }
  return (
    <Entrance>
      <form className="login-form" onSubmit={submit}>
        <Logo />
        <h1>{t`Set a new password`}</h1>
        <p>
          <Trans>Every session ends, on all devices.</Trans>
        </p>
        {!message && <Told error={error} />}
        <PasswordField
          label={t`New password`}
          autoComplete="new-password"
          value={password}
          onChange={setPassword}
          rules
          error={message}
        />
        <button type="submit" className="button primary wide">
          <Trans>Set the password</Trans>
        </button>
        <p className="login-other">
          <Back />
        </p>
      </form>
    </Entrance>
  );
}

function Verify() {
  const token = useToken();
  const client = useQueryClient();
  const [error, setError] = useState<unknown>(null);
  const [done, setDone] = useState(false);
  useTitle(t`Confirm your address`);
  if (done) return <Done title={t`Your address is confirmed`} />;
  // By a press: programs that look at mails follow links.
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    try {
      await verifyEmail(token);
      await client.invalidateQueries({ queryKey: keys.me });
      setDone(true);
    } catch (cause) {
      setError(cause);
    }
  }
  return (
    <Entrance>
      <form className="login-form" onSubmit={submit}>
        <Logo />
        <h1>{t`Confirm your address`}</h1>
        <Told error={error} />
        <button type="submit" className="button primary wide">
          <Trans>This is my address</Trans>
        </button>
      </form>
    </Entrance>
  );
}

function Done({ title }: { title: string }) {
  useEffect(() => history.replaceState(history.state, "", location.pathname), []);
  return (
    <Entrance>
      <section className="login-form" role="status">
        <Logo />
        <h1>{title}</h1>
        <Link href="/" className="button primary wide">
          <Trans>Go on</Trans>
        </Link>
      </section>
    </Entrance>
  );
}

function Back() {
  return (
    <Link href="/login">
      <Trans>Back to signing in</Trans>
    </Link>
  );
}

function Told({ error }: { error: unknown }) {
  if (error === null) return null;
  return (
    <p className="form-error" role="alert">
      <Icon name="warn" />
      {explain(error)}
    </p>
  );
}
