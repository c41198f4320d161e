import { Trans } from "@lingui/react/macro";
import { daysUntil, dueText } from "../lib/dates";
import { useToday } from "./clock";
import { Icon } from "./icons";

/** A due day, marked by word and colour when it is today or has passed; a finished task is never late. */
export function Due({ due, done }: { due: string; done: boolean }) {
  const today = useToday();
  const days = daysUntil(due, today);
  const state = done ? "" : days < 0 ? "late" : days === 0 ? "today" : days <= 2 ? "soon" : "";
  return (
    <span className={`due ${state}`}>
      <Icon name="calendar" size={14} />
      {state === "late" && (
        <span className="sr-only">
          <Trans>Overdue:</Trans>
        </span>
      )}
      <time dateTime={due}>{dueText(due, today)}</time>
    </span>
  );
}
