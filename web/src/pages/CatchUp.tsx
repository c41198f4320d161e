import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useSearchParams } from "wouter";
import { addDays, dayOf, isDay } from "../lib/dates";
import { ownTexts, useTexts } from "../ui/texts";
import { useTitle } from "../ui/title";
import { Handover } from "./catch-up/Handover";
import { Unseen } from "./catch-up/Unseen";
import "../styles/catch-up/index.css";

const texts = ownTexts({
  en: () => import("../locales/catch-up/en.po"),
  ko: () => import("../locales/catch-up/ko.po"),
});

const HOLIDAY_DAYS = 14;

/** What one has missed: since one last said so, or of everything that one had on a day, which the address names. */
export default function CatchUp() {
  useTexts(texts);
  const [search, setSearch] = useSearchParams();
  const today = dayOf();
  const asked = search.get("since");
  const since = isDay(asked) && asked <= today ? asked : null;
  useTitle(t`Catch up`);
  return (
    <div className="page narrow">
      <header className="page-head">
        <h1>
          <Trans>Catch up</Trans>
        </h1>
      </header>
      <div className="catch-up-choice">
        <fieldset className="segments small" aria-label={t`Show`}>
          <button type="button" aria-pressed={since === null} onClick={() => setSearch({}, { replace: true })}>
            <Trans>Not seen yet</Trans>
          </button>
          <button
            type="button"
            aria-pressed={since !== null}
            onClick={() => setSearch({ since: since ?? addDays(today, -HOLIDAY_DAYS) }, { replace: true })}
          >
            <Trans>After a holiday</Trans>
          </button>
        </fieldset>
        {since !== null && (
          <label className="catch-up-since">
            <Trans>What I had on</Trans>
            <input
              type="date"
              className="input short"
              value={since}
              max={today}
              onChange={(event) => {
                // A half-typed day is none, and what is asked for stays.
                if (isDay(event.target.value)) setSearch({ since: event.target.value }, { replace: true });
              }}
            />
          </label>
        )}
      </div>
      {since === null ? <Unseen /> : <Handover day={since} />}
    </div>
  );
}
