/** Where a second factor is required, whoever has none sets one up before anything else. */
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { ownTexts, useTexts } from "../ui/texts";
import { useTitle } from "../ui/title";
import { Passkeys } from "./account/Passkeys";
import { SecondFactor } from "./account/SecondFactor";
import { useLogout } from "./parts/leaving";

const texts = ownTexts({
  en: () => import("../locales/account/en.po"),
  ko: () => import("../locales/account/ko.po"),
});

export default function Enrol() {
  useTexts(texts);
  useTitle(t`A second factor is required here`);
  const leave = useLogout();
  // The session has shown a second factor now, so what it may do is asked anew.
  const go = () => location.reload();
  return (
    <main className="page narrow settings" id="main">
      <header className="page-head">
        <h1>
          <Trans>A second factor is required here</Trans>
        </h1>
      </header>
      <p>
        <Trans>Set up one of these. Then you get to your projects.</Trans>
      </p>
      <Passkeys onAdded={go} />
      <SecondFactor onAdded={go} />
      <button type="button" className="button" onClick={() => void leave()}>
        <Trans>Sign out</Trans>
      </button>
    </main>
  );
}
