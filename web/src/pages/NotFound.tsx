import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "wouter";
import { Empty } from "../ui/Empty";
import { useTitle } from "../ui/title";

export default function NotFound() {
  useTitle(t`Not found`);
  return (
    <Empty
      alone
      icon="search"
      title={t`There is no such page`}
      action={
        <Link href="/projects" className="button">
          <Trans>Go to projects</Trans>
        </Link>
      }
    >
      <Trans>The address may be mistyped, or what was here is gone.</Trans>
    </Empty>
  );
}
