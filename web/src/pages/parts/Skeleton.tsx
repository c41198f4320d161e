import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useReachable } from "../../http/reach";
import { Empty } from "../../ui/Empty";

/** Stands in for what is being loaded; without a network it says that there is nothing to show yet. */
export function Skeleton({ rows = 6, className = "row" }: { rows?: number; className?: string }) {
  const reachable = useReachable();
  if (!reachable)
    return (
      <Empty icon="offline" title={t`Not on this device`}>
        <Trans>This page comes by itself when the server can be reached again.</Trans>
      </Empty>
    );
  return (
    <div className="skeletons" role="status">
      <span className="sr-only">
        <Trans>Loading</Trans>
      </span>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike
        <div key={index} className={`skeleton ${className}`} />
      ))}
    </div>
  );
}
