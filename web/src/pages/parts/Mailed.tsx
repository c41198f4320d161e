import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "wouter";
import { Logo } from "../../ui/icons";
import { Entrance } from "./Entrance";

/** Says that a mail is on its way, whether there is such an account or not. */
export function Mailed({ to }: { to: string }) {
  return (
    <Entrance>
      <section className="login-form" role="status">
        <Logo />
        <h1>{t`Look into your mail`}</h1>
        <p>
          <Trans>If that is possible with {to}, a mail with a link is on its way.</Trans>
        </p>
        <p className="login-other">
          <Link href="/login">
            <Trans>Back to signing in</Trans>
          </Link>
        </p>
      </section>
    </Entrance>
  );
}
