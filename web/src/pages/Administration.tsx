/** Who is here, and what was done to accounts: for administrators. */
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useMe } from "../sync/queries";
import { ownTexts, useTexts } from "../ui/texts";
import { useTitle } from "../ui/title";
import { Audit } from "./administration/Audit";
import { Everyone } from "./administration/Everyone";
import NotFound from "./NotFound";

const texts = ownTexts({
  en: () => import("../locales/account/en.po"),
  ko: () => import("../locales/account/ko.po"),
});

export default function Administration() {
  useTexts(texts);
  useTitle(t`Administration`);
  const me = useMe().data;
  if (!me?.admin) return <NotFound />;
  return (
    <div className="page narrow settings">
      <header className="page-head">
        <h1>
          <Trans>Administration</Trans>
        </h1>
      </header>
      <Everyone me={me} />
      <Audit />
    </div>
  );
}
