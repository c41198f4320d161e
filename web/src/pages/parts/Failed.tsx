import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { ApiError } from "../../http/client";
import { explain } from "../../http/explain";
import { Empty } from "../../ui/Empty";

export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const missing = error instanceof ApiError && (error.status === 404 || error.status === 403);
  return (
    <Empty
      icon={missing ? "search" : "warn"}
      title={missing ? t`Not found` : t`This could not be loaded`}
      action={
        retry &&
        !missing && (
          <button type="button" className="button" onClick={retry}>
            <Trans>Try again</Trans>
          </button>
        )
      }
    >
      {explain(error)}
    </Empty>
  );
}
