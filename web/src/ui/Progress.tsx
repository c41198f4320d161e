import { t } from "@lingui/core/macro";
import { progress } from "../lib/checklist";

/** How much of a text's checklist is done: a ring that fills, green with a tick at the end. */
export function Progress({ text, className = "" }: { text: string; className?: string }) {
  const found = progress(text);
  if (!found) return null;
  const { done, total } = found;
  const words = t`${done} of ${total} points done`;
  return (
    <span className={`progress ${done === total ? "complete" : ""} ${className}`} title={words}>
      <svg width="14" height="14" viewBox="0 0 16 16" aria-hidden="true">
        {done === total ? (
          <path d="M3.2 8.4 6.4 11.8 12.8 4.6" />
        ) : (
          <>
            <circle cx="8" cy="8" r="5.8" className="rest" />
            {done > 0 && <circle cx="8" cy="8" r="5.8" pathLength={total} strokeDasharray={`${done} ${total}`} />}
          </>
        )}
      </svg>
      <span aria-hidden="true">
        {done}/{total}
      </span>
      <span className="sr-only">{words}</span>
    </span>
  );
}
