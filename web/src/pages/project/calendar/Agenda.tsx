import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useEffect } from "react";
import { monthOf, weekend } from "../../../lib/calendar";
import { dayHeading, fullDay, weekdayName } from "../../../lib/dates";
import { statusOf } from "../../../sync/queries";
import { Icon } from "../../../ui/icons";
import { Entry } from "./Entry";
import type { MonthProps } from "./Month";

const scrollTo = (day: string) => document.getElementById(`day-${day}`)?.scrollIntoView({ block: "start" });

/** The month on a phone: a small calendar to look at and to drop on, and under it what is due, day by day. */
export function Agenda({
  project,
  month,
  weeks,
  days,
  today,
  openId,
  search,
  carried,
  dragged,
  over,
  onNew,
}: MonthProps) {
  const within = weeks.flat().filter((day) => monthOf(day) === month);
  const listed = within.filter((day) => days.has(day) || day === today || day === over);
  useEffect(() => {
    if (monthOf(today) === month) scrollTo(today);
  }, [month, today]);
  const entry = (day: string) =>
    days
      .get(day)
      ?.map((task) => (
        <Entry
          key={task.id}
          wide
          project={project}
          task={task}
          late={day !== "" && day < today && statusOf(project, task.status).category !== "done"}
          open={task.id === openId}
          search={search}
          carried={task.id === carried}
          dragged={task.id === dragged}
        />
      ));
  return (
    <div className="agenda">
      <div className="weekdays" aria-hidden="true">
        {weeks[0]?.map((day) => (
          <span key={day} className={weekend(day)}>
            {weekdayName(day, "narrow")}
          </span>
        ))}
      </div>
      <div className="small-month">
        {weeks.flat().map((day) => {
          const count = days.get(day)?.length ?? 0;
          const state = `${weekend(day)} ${monthOf(day) === month ? "" : "outside"} ${day === today ? "today" : ""}`;
          return (
            <button
              key={day}
              type="button"
              className={`small-day ${state} ${over === day ? "over" : ""}`}
              data-day={day}
              aria-current={day === today ? "date" : undefined}
              aria-label={count > 0 ? t`${fullDay(day)}: ${count} due` : fullDay(day)}
              onClick={() => scrollTo(day)}
            >
              {Number(day.slice(8))}
              <i data-count={Math.min(count, 3)} />
            </button>
          );
        })}
      </div>
      <div className="agenda-days" data-scrolls="y">
        {listed.map((day) => (
          <section key={day} id={`day-${day}`} className={over === day ? "over" : ""} data-day={day}>
            <header>
              <h2>{dayHeading(day, today)}</h2>
              {onNew && (
                <button
                  type="button"
                  className="icon-button"
                  aria-label={t`New task due on ${fullDay(day)}`}
                  onClick={() => onNew(day)}
                >
                  <Icon name="plus" />
                </button>
              )}
            </header>
            {entry(day) ?? (
              <p className="muted">
                <Trans>Nothing is due.</Trans>
              </p>
            )}
          </section>
        ))}
        <section className={over === "" ? "over" : ""} data-day="">
          <header>
            <h2>
              <Trans>Without a due date</Trans>
            </h2>
          </header>
          {entry("") ?? (
            <p className="muted">
              <Trans>Every task has its day.</Trans>
            </p>
          )}
        </section>
      </div>
    </div>
  );
}
