import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { memo, type RefObject, useEffect, useRef, useState } from "react";
import type { Project, Task } from "../../../http/types";
import { monthOf, weekend } from "../../../lib/calendar";
import { fullDay, weekdayName } from "../../../lib/dates";
import { statusOf } from "../../../sync/queries";
import { Icon } from "../../../ui/icons";
import type { Days } from "./days";
import { Entry } from "./Entry";

export interface MonthProps {
  project: Project;
  month: string;
  weeks: readonly string[][];
  days: Days;
  today: string;
  openId: string | undefined;
  search: string;
  carried: string;
  dragged: string;
  /** The day that is dragged over; null where nothing is. */
  over: string | null;
  onNew: ((day: string) => void) | undefined;
}

const NO_TASKS: readonly Task[] = [];

export function Month({ weeks, days, over, carried, dragged, ...props }: MonthProps) {
  // The weeks that show every task of their days.
  const [full, setFull] = useState<ReadonlySet<string>>(new Set());
  const month = useRef<HTMLDivElement>(null);
  const row = useRowHeight(month, weeks.length);
  const room = Math.max(2, Math.floor((row - DAY_HEAD) / ENTRY));
  return (
    <div ref={month} className="month" data-scrolls="y">
      <div className="weekdays" aria-hidden="true">
        {weeks[0]?.map((day) => (
          <span key={day} className={weekend(day)}>
            {weekdayName(day)}
          </span>
        ))}
      </div>
      <ol className="days" style={{ gridAutoRows: `minmax(${row}px, auto)` }}>
        {weeks.flatMap((week) => {
          const first = week[0] ?? "";
          return week.map((day) => (
            <Day
              key={day}
              {...props}
              day={day}
              tasks={days.get(day) ?? NO_TASKS}
              over={over === day}
              carried={days.get(day)?.some((task) => task.id === carried) ? carried : ""}
              dragged={days.get(day)?.some((task) => task.id === dragged) ? dragged : ""}
              room={full.has(first) ? Number.POSITIVE_INFINITY : room}
              onFull={() => setFull((now) => new Set([...now, first]))}
            />
          ));
        })}
      </ol>
    </div>
  );
}

const HEAD = 31;
const DAY_HEAD = 32;
const ENTRY = 26;
const LEAST = 86;

/** The height of a week where all of them are to be seen at once, in pixels. */
function useRowHeight(month: RefObject<HTMLDivElement | null>, weeks: number): number {
  const [height, setHeight] = useState(0);
  useEffect(() => {
    if (!month.current) return undefined;
    const observer = new ResizeObserver(([entry]) => setHeight(entry?.contentRect.height ?? 0));
    observer.observe(month.current);
    return () => observer.disconnect();
  }, [month]);
  return Math.max(LEAST, Math.floor((height - HEAD) / weeks));
}

interface DayProps extends Omit<MonthProps, "weeks" | "days" | "over"> {
  day: string;
  tasks: readonly Task[];
  over: boolean;
  /** How many tasks are seen before one asks for the others. */
  room: number;
  onFull: () => void;
}

const Day = memo(function Day({ day, month, tasks, today, over, room, onFull, onNew, ...props }: DayProps) {
  const { project, carried } = props;
  const least = tasks.length <= room ? tasks.length : room - 1;
  const shown = tasks.filter((task, index) => index < least || task.id === carried);
  const hidden = tasks.length - shown.length;
  const name = fullDay(day);
  const state = `${weekend(day)} ${monthOf(day) === month ? "" : "outside"} ${day === today ? "today" : ""} ${over ? "over" : ""}`;
  return (
    <li
      className={`day-cell ${state}`}
      data-day={day}
      aria-label={name}
      aria-current={day === today ? "date" : undefined}
    >
      <div className="day-head">
        <time dateTime={day} className="day-number">
          {Number(day.slice(8))}
        </time>
        {onNew && (
          <button
            type="button"
            className="icon-button day-new"
            aria-label={t`New task due on ${name}`}
            title={t`New task`}
            onClick={() => onNew(day)}
          >
            <Icon name="plus" size={14} />
          </button>
        )}
      </div>
      {shown.map((task) => (
        <Entry
          key={task.id}
          project={project}
          task={task}
          late={day < today && statusOf(project, task.status).category !== "done"}
          open={task.id === props.openId}
          search={props.search}
          carried={task.id === carried}
          dragged={task.id === props.dragged}
        />
      ))}
      {hidden > 0 && (
        <button type="button" className="day-more" onClick={onFull}>
          <Trans>{hidden} more</Trans>
        </button>
      )}
    </li>
  );
});
