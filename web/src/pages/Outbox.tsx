import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type SyntheticEvent, useMemo, useState } from "react";
import type { Mail } from "../http/types";
import { fullTime } from "../lib/dates";
import { useMe, useOutbox } from "../sync/queries";
import { Ago } from "../ui/Ago";
import { Empty } from "../ui/Empty";
import { useTexts } from "../ui/texts";
import { useTitle } from "../ui/title";
import { Failed } from "./parts/Failed";
import { Skeleton } from "./parts/Skeleton";
import { seldom } from "./seldom";

/** The mails that this installation would have sent to whoever is signed in. */
export default function Outbox() {
  useTexts(seldom);
  const mails = useOutbox();
  const me = useMe().data;
  const [chosen, setChosen] = useState<string | null>(null);
  useTitle(t`Outbox`);
  const items = mails.data?.pages.flatMap((page) => page.items) ?? [];
  const mail =
    items.find((one) => one.id === chosen) ?? (matchMedia("(min-width: 900px)").matches ? items[0] : undefined);
  return (
    <div className={`outbox ${chosen ? "reading" : ""}`}>
      <div className="outbox-list">
        <header className="page-head">
          <h1>
            <Trans>Outbox</Trans>
          </h1>
        </header>
        <p className="section-hint">
          <Trans>
            This installation sends no real mail. Here is what would have gone to {me?.email ?? me?.name ?? ""}.
          </Trans>
        </p>
        {mails.isPending && <Skeleton />}
        {mails.error && !mails.data && <Failed error={mails.error} retry={() => void mails.refetch()} />}
        {mails.data && items.length === 0 && (
          <Empty icon="mail" title={t`No mail yet`}>
            <Trans>When someone else changes a task that concerns you, the mail appears here.</Trans>
          </Empty>
        )}
        <ul>
          {items.map((item) => (
            <li key={item.id}>
              <button
                type="button"
                className="mail-item"
                aria-pressed={item.id === mail?.id}
                onClick={() => setChosen(item.id)}
              >
                <span className="mail-subject">{item.subject}</span>
                <span className="mail-text">{item.text.slice(0, 120)}</span>
                <Ago time={item.date} />
              </button>
            </li>
          ))}
        </ul>
        {mails.hasNextPage && (
          <button type="button" className="button" onClick={() => void mails.fetchNextPage()}>
            <Trans>Show earlier</Trans>
          </button>
        )}
      </div>
      {mail && <Reading key={mail.id} mail={mail} onBack={() => setChosen(null)} />}
    </div>
  );
}

function Reading({ mail, onBack }: { mail: Mail; onBack: () => void }) {
  const [tab, setTab] = useState<"html" | "text">(mail.html ? "html" : "text");
  const html = useMemo(() => withoutStyles(mail.html), [mail.html]);
  return (
    <article className="mail">
      <header className="mail-head">
        <button type="button" className="button small phone-only" onClick={onBack}>
          <Trans>Back</Trans>
        </button>
        <h2>{mail.subject}</h2>
        <p>
          <Trans>To {mail.to}</Trans> · <time dateTime={mail.date}>{fullTime(mail.date)}</time>
        </p>
        <div className="segments small" role="tablist" aria-label={t`Form of the mail`}>
          <button
            type="button"
            role="tab"
            aria-selected={tab === "html"}
            disabled={!mail.html}
            onClick={() => setTab("html")}
          >
            HTML
          </button>
          <button type="button" role="tab" aria-selected={tab === "text"} onClick={() => setTab("text")}>
            <Trans>Text</Trans>
          </button>
        </div>
      </header>
      {tab === "html" ? (
        <iframe
          className="mail-html"
          title={mail.subject}
          srcDoc={html}
          // No scripts. The same origin only lets this page apply the mail's styles; links open in a tab of their own.
          sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
          onLoad={applyStyles}
        />
      ) : (
        <pre className="mail-plain">{mail.text}</pre>
      )}
    </article>
  );
}

/**
 * The page's policy also holds in the frame and allows no styles in the markup: they are put aside under other names, and
 * the page itself sets them once the frame is there.
 */
function withoutStyles(html: string): string {
  return html
    .replace(/\sstyle=(?=["'])/gi, " data-style=")
    .replace(/<style[^>]*>/gi, "<data hidden data-sheet>")
    .replace(/<\/style>/gi, "</data>");
}

function applyStyles(event: SyntheticEvent<HTMLIFrameElement>): void {
  const page = event.currentTarget.contentDocument;
  const view = event.currentTarget.contentWindow as (Window & typeof globalThis) | null;
  if (!page || !view) return;
  for (const element of page.querySelectorAll<HTMLElement>("[data-style]")) {
    element.style.cssText = element.dataset.style ?? "";
  }
  page.adoptedStyleSheets = [...page.querySelectorAll("[data-sheet]")].map(({ textContent }) => {
    const sheet = new view.CSSStyleSheet();
    sheet.replaceSync(textContent ?? "");
    return sheet;
  });
  for (const link of page.querySelectorAll("a")) link.target = "_blank";
}
