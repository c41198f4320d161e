import "../../styles/calendar/index.css";
import { t } from "@lingui/core/macro";
import { useLingui } from "@lingui/react";
import { Plural, Trans } from "@lingui/react/macro";
import { type KeyboardEvent, type RefObject, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useSearchParams } from "wouter";
import type { Project, Task } from "../../http/types";
import { addMonths, firstDayOfWeek, isMonth, monthOf, weeksOf } from "../../lib/calendar";
import { monthName } from "../../lib/dates";
import { useToday } from "../../ui/clock";
import { dragWithin } from "../../ui/drag";
import { Icon } from "../../ui/icons";
import { useShortcuts } from "../../ui/shortcuts";
import { Agenda } from "./calendar/Agenda";
import { useCarry } from "./calendar/carry";
import { useDays, usePutOn } from "./calendar/days";
import { Month } from "./calendar/Month";
import { Unscheduled } from "./calendar/Unscheduled";

interface Props {
  project: Project;
  tasks: Task[];
  openId: string | undefined;
  onNew: (due: string) => void;
}

/** What is due, on the day it is due; dragged to another day, it is due then. The address has the month. */
export default function Calendar({ project, tasks, openId, onNew }: Props) {
  const { i18n } = useLingui();
  const root = useRef<HTMLDivElement>(null);
  const [search, setSearch] = useSearchParams();
  const [beside, setBeside] = useState(false);
  const phone = useMedia("screen and (max-width: 720px)");
  const today = useToday();
  const asked = search.get("month");
  const month = isMonth(asked) ? asked : monthOf(today);
  const weeks = useMemo(() => weeksOf(month, firstDayOfWeek(i18n.locale)), [month, i18n.locale]);
  const writable = project.role !== "viewer";
  const putOn = usePutOn();

  function turn(to: string): void {
    const next = new URLSearchParams(search);
    if (to === monthOf(today)) next.delete("month");
    else next.set("month", to);
    setSearch(next, { replace: true });
  }
  const carry = useCarry(tasks, putOn, (day) => weeks.flat().includes(day) || turn(monthOf(day)));
  const days = useDays(project, carry.tasks);
  const unscheduled = days.get("") ?? NO_TASKS;
  const dragged = useDragged(root, writable, putOn, (by) => turn(addMonths(month, by)));
  useShortcuts({ "[": () => turn(addMonths(month, -1)), "]": () => turn(addMonths(month, 1)) });

  /** Arrow keys walk over the tasks, with Shift they take one to another day. */
  function onKeyDown(event: KeyboardEvent): void {
    const at = event.target as HTMLElement;
    if (!at.matches(".entry-link") || carry.carrying || event.ctrlKey || event.metaKey || event.altKey) return;
    const id = at.closest<HTMLElement>("[data-task]")?.dataset.task;
    const task = tasks.find((one) => one.id === id);
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (event.shiftKey) {
      const from = task?.due ?? (monthOf(today) === month ? today : `${month}-01`);
      if (!task || !writable || !carry.begin(task, from, event.key)) return;
    } else if (step) {
      const links = [...(root.current?.querySelectorAll<HTMLElement>(".entry-link") ?? [])];
      links[links.indexOf(at) + step]?.focus();
    } else return;
    event.preventDefault();
  }

  const view = {
    project,
    month,
    weeks,
    days,
    today,
    openId,
    search: search.size > 0 ? `?${search}` : "",
    carried: carry.id,
    dragged: dragged?.id ?? "",
    over: dragged?.over ?? null,
    onNew: writable ? onNew : undefined,
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys bubble here from the tasks' links
    <div ref={root} className={`calendar ${beside ? "beside" : ""}`} onKeyDown={onKeyDown}>
      <header className="calendar-head">
        <button
          type="button"
          className="icon-button"
          data-turn="-1"
          aria-label={t`Previous month`}
          title={t`Previous month`}
          onClick={() => turn(addMonths(month, -1))}
        >
          <Icon name="left" />
        </button>
        <button
          type="button"
          className="icon-button"
          data-turn="1"
          aria-label={t`Next month`}
          title={t`Next month`}
          onClick={() => turn(addMonths(month, 1))}
        >
          <Icon name="right" />
        </button>
        <h2 aria-live="polite">{monthName(month)}</h2>
        <button type="button" className="button small" onClick={() => turn(monthOf(today))}>
          <Trans>Today</Trans>
        </button>
        {!phone && (
          <button
            type="button"
            className={`chip beside-toggle ${beside ? "on" : ""}`}
            aria-expanded={beside}
            onClick={() => setBeside(!beside)}
          >
            <Plural value={unscheduled.length} one="# without a date" other="# without a date" />
          </button>
        )}
      </header>
      {phone ? (
        <Agenda {...view} />
      ) : (
        <div className="calendar-body">
          <Month {...view} />
          <Unscheduled
            project={project}
            tasks={unscheduled}
            openId={openId}
            search={view.search}
            dragged={view.dragged}
            over={view.over === ""}
          />
        </div>
      )}
    </div>
  );
}

const NO_TASKS: readonly Task[] = [];

interface Dragged {
  id: string;
  over: string | null;
}

const TURN_MILLISECONDS = 600;

/** Dragging from day to day; resting on an arrow at the top turns the month. */
function useDragged(
  root: RefObject<HTMLDivElement | null>,
  writable: boolean,
  putOn: (id: string, day: string) => boolean,
  turn: (by: number) => void,
): Dragged | null {
  const [dragged, setDragged] = useState<Dragged | null>(null);
  const act = useRef({ putOn, turn });
  act.current = { putOn, turn };
  useEffect(() => {
    if (!root.current || !writable) return undefined;
    let now: Dragged | null = null;
    let resting = { on: "", since: 0 };
    const show = (next: Dragged | null) => {
      if (next?.id === now?.id && next?.over === now?.over) return;
      now = next;
      setDragged(next);
    };
    return dragWithin(root.current, {
      source: (at) => at.closest<HTMLElement>("[data-task]"),
      start: (entry) => show({ id: entry.dataset.task ?? "", over: null }),
      over(under) {
        if (!now) return;
        const on = under?.closest<HTMLElement>("[data-turn]")?.dataset.turn ?? "";
        if (on !== resting.on) resting = { on, since: performance.now() };
        if (on && performance.now() - resting.since > TURN_MILLISECONDS) {
          resting.since = performance.now();
          act.current.turn(Number(on));
        }
        show({ id: now.id, over: under?.closest<HTMLElement>("[data-day]")?.dataset.day ?? null });
      },
      drop() {
        if (now && now.over !== null) act.current.putOn(now.id, now.over);
      },
      landed: (entry) => root.current?.querySelector(`[data-task="${entry.dataset.task}"]`) ?? null,
      end: () => show(null),
    });
  }, [root, writable]);
  return dragged;
}

function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = matchMedia(query);
      media.addEventListener("change", listener);
      return () => media.removeEventListener("change", listener);
    },
    () => matchMedia(query).matches,
  );
}
