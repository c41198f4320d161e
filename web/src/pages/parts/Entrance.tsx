import { i18n } from "@lingui/core";
import { Trans } from "@lingui/react/macro";
import type { ReactNode } from "react";
import type { Locale } from "../../http/types";
import { chooseLocale, LOCALES } from "../../ui/i18n";
import { Logo, StatusIcon } from "../../ui/icons";

/** What is shown to who is not inside yet: the product at the side, a form, the languages. */
export function Entrance({ children }: { children: ReactNode }) {
  return (
    <div className="login">
      <aside className="login-side" aria-hidden="true">
        <div className="login-brand">
          <Logo />
          Taskledger
        </div>
        <p className="login-claim">
          <Trans>Every change, kept.</Trans>
        </p>
        <ol className="login-ledger">
          <li>
            <StatusIcon of={{ category: "waiting" }} />
            <span>
              <Trans>A task is written down</Trans>
            </span>
            <time>09:12</time>
          </li>
          <li>
            <StatusIcon of={{ category: "active" }} />
            <span>
              <Trans>Someone takes it on</Trans>
            </span>
            <time>10:40</time>
          </li>
          <li>
            <StatusIcon of={{ category: "done" }} />
            <span>
              <Trans>It is done, and everyone knows</Trans>
            </span>
            <time>16:05</time>
          </li>
        </ol>
      </aside>
      <main className="login-main">
        {children}
        <div className="login-languages">
          {(Object.keys(LOCALES) as Locale[]).map((locale) => (
            <button
              key={locale}
              type="button"
              lang={locale}
              className="link-button"
              aria-pressed={i18n.locale === locale}
              onClick={() => void chooseLocale(locale)}
            >
              {LOCALES[locale]}
            </button>
          ))}
        </div>
      </main>
    </div>
  );
}
