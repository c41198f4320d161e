import { Trans } from "@lingui/react/macro";
import { dayOf, daysUntil, dueText } from "../lib/dates";
import { Icon } from "./icons";

/** A due day, marked by word and colour when it is today or has passed; a finished task is never late. */
export function Due({ due, done }: { due: string; done: boolean }) {
  const days = daysUntil(due, dayOf());
  const state = done ? "" : days < 0 ? "late" : days === 0 ? "today" : days <= 2 ? "soon" : "";
  return (
    <span className={`due ${state}`}>
      <Icon name="calendar" size={14} />
      {state === "late" && (
        <span className="sr-only">
          <Trans>Overdue:</Trans>
        </span>
      )}
      <time dateTime={due}>{dueText(due)}</time>
    </span>
  );
}
