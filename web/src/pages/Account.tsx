import { i18n } from "@lingui/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Link } from "wouter";
import { changePassword } from "../http/account";
import { ApiError } from "../http/client";
import { editMe } from "../http/endpoints";
import { explain } from "../http/explain";
import type { Locale, User } from "../http/types";
import { keys } from "../sync/cache";
import { chooseTheme, type Theme, theme } from "../sync/prefs";
import { useConfig, useMe } from "../sync/queries";
import { toast } from "../sync/toasts";
import { chooseLocale, LOCALES } from "../ui/i18n";
import { Icon } from "../ui/icons";
import { PasswordField } from "../ui/PasswordField";
import { ownTexts, useTexts } from "../ui/texts";
import { useTitle } from "../ui/title";
import { Address } from "./account/Address";
import { Erase } from "./account/Erase";
import { Log } from "./account/Log";
import { Passkeys } from "./account/Passkeys";
import { SecondFactor } from "./account/SecondFactor";
import { Sessions } from "./account/Sessions";
import { Tokens } from "./account/Tokens";
import { useLogout } from "./parts/leaving";
import { Avatar } from "./parts/People";

const texts = ownTexts({
  en: () => import("../locales/account/en.po"),
  ko: () => import("../locales/account/ko.po"),
});

export default function Account() {
  useTexts(texts);
  const me = useMe().data;
  const outbox = useConfig().data?.outbox;
  const leave = useLogout();
  useTitle(t`Account`);
  if (!me) return null;
  return (
    <div className="page narrow settings">
      <header className="page-head">
        <h1>
          <Trans>Account</Trans>
        </h1>
      </header>
      <Profile me={me} />
      <Appearance me={me} />
      <Address me={me} />
      <Password />
      <Passkeys />
      <SecondFactor />
      <Sessions />
      <Tokens />
      <Log />
      <section className="section">
        <h2>
          <Trans>More</Trans>
        </h2>
        <div className="section-actions">
          <Link href="/notifications" className="button">
            <Icon name="bell" />
            <Trans>Notification settings</Trans>
          </Link>
          {me.admin && (
            <Link href="/administration" className="button">
              <Icon name="shield" />
              <Trans>Administration</Trans>
            </Link>
          )}
          {outbox && (
            <Link href="/outbox" className="button">
              <Icon name="mail" />
              <Trans>Outbox</Trans>
            </Link>
          )}
          <button type="button" className="button" onClick={() => void leave()}>
            <Icon name="logout" />
            <Trans>Sign out</Trans>
          </button>
        </div>
      </section>
      <Erase />
    </div>
  );
}

function Profile({ me }: { me: User }) {
  const client = useQueryClient();
  const [name, setName] = useState(me.name);
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    try {
      const user = await editMe({ name: name.trim() });
      client.setQueryData(keys.me, user);
      client.setQueryData(keys.user(user.id), user);
      toast(t`Name saved`);
    } catch (error) {
      toast(explain(error), { kind: "error" });
    }
  }
  return (
    <section className="section">
      <h2>
        <Trans>Profile</Trans>
      </h2>
      <div className="profile">
        <Avatar id={me.id} size="large" />
        <div>
          <strong>{me.name}</strong>
          <small>{me.email}</small>
        </div>
      </div>
      <form className="inline-form" onSubmit={submit}>
        <div className="field">
          <label htmlFor="account-name">
            <Trans>Name</Trans>
          </label>
          <input
            id="account-name"
            className="input"
            autoComplete="name"
            value={name}
            maxLength={100}
            required
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        <button type="submit" className="button" disabled={!name.trim() || name.trim() === me.name}>
          <Trans>Save</Trans>
        </button>
      </form>
    </section>
  );
}

function Appearance({ me }: { me: User }) {
  const client = useQueryClient();
  const [chosen, setChosen] = useState<Theme>(theme());
  async function speak(locale: Locale): Promise<void> {
    await chooseLocale(locale);
    try {
      // Mails are written in the account's language.
      client.setQueryData(keys.me, await editMe({ locale }));
    } catch (error) {
      toast(explain(error), { kind: "error" });
    }
  }
  const themes: [Theme, string][] = [
    ["system", t`System`],
    ["light", t`Light`],
    ["dark", t`Dark`],
  ];
  const locale = i18n.locale as Locale;
  return (
    <section className="section">
      <h2>
        <Trans>Language and appearance</Trans>
      </h2>
      <fieldset className="choice">
        <legend>
          <Trans>Language</Trans>
        </legend>
        <div className="segments">
          {(Object.keys(LOCALES) as Locale[]).map((one) => (
            <button key={one} type="button" lang={one} aria-pressed={one === locale} onClick={() => void speak(one)}>
              {LOCALES[one]}
            </button>
          ))}
        </div>
        {me.locale && me.locale.slice(0, 2) !== locale && (
          <p className="field-hint">
            <Trans>
              Mails come in {LOCALES[me.locale.slice(0, 2) as Locale] ?? me.locale}. Choose the language again to change
              that.
            </Trans>
          </p>
        )}
      </fieldset>
      <fieldset className="choice">
        <legend>
          <Trans>Theme</Trans>
        </legend>
        <div className="segments">
          {themes.map(([one, label]) => (
            <button
              key={one}
              type="button"
              aria-pressed={one === chosen}
              onClick={() => {
                chooseTheme(one);
                setChosen(one);
              }}
            >
              {label}
            </button>
          ))}
        </div>
      </fieldset>
    </section>
  );
}

function Password() {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [error, setError] = useState<unknown>(null);
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setError(null);
    try {
      await changePassword({ old_password: current, new_password: next });
      setCurrent("");
      setNext("");
      toast(t`Password changed`);
    } catch (cause) {
      setError(cause);
    }
  }
  const problem = error instanceof ApiError ? error : null;
  const wrong = problem?.field("old_password") !== undefined;
  const weak = problem?.field("new_password") && explain(problem);
  return (
    <section className="section">
      <h2>
        <Trans>Password</Trans>
      </h2>
      <form className="form password-form" onSubmit={submit}>
        <PasswordField
          label={t`Current password`}
          autoComplete="current-password"
          value={current}
          onChange={setCurrent}
          error={wrong ? t`This is not your current password.` : undefined}
        />
        <PasswordField
          label={t`New password`}
          autoComplete="new-password"
          value={next}
          onChange={setNext}
          rules
          error={weak}
        />
        {error !== null && !wrong && !weak && (
          <p className="form-error" role="alert">
            {explain(error)}
          </p>
        )}
        <div>
          <button type="submit" className="button" disabled={!current || [...next].length < 8}>
            <Trans>Change password</Trans>
          </button>
        </div>
      </form>
    </section>
  );
}
