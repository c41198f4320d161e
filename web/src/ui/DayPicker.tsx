import { t } from "@lingui/core/macro";
import { useLingui } from "@lingui/react";
import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { addMonths, firstDayOfWeek, monthOf, weekend, weeksOf } from "../lib/calendar";
import { addDays, capitalised, dayHeading, dayOf, fullDay, monthName, weekdayName } from "../lib/dates";
import { composing } from "../lib/keys";
import { useToday } from "./clock";
import { Icon } from "./icons";
import { place } from "./place";

interface Props {
  /** Names the button and the days. */
  label: string;
  value: string | null;
  /** Told once, when the calendar closes: of the day that was chosen by then, if it is another one. */
  onPick: (day: string | null) => void;
  className: string;
  disabled?: boolean;
  /** What takes the day away, where that may be done. */
  none?: string;
  children: ReactNode;
}

const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

/**
 * A button that opens a month: arrow keys go from day to day, Page Up and Page Down from month to month; Enter, a click on a
 * day and a click beside it choose, Escape leaves everything as it was. Days between are nobody's business.
 */
export function DayPicker({ label, value, onPick, className, disabled = false, none, children }: Props) {
  const id = useId();
  const { i18n } = useLingui();
  const button = useRef<HTMLButtonElement>(null);
  const popover = useRef<HTMLDivElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(() => value ?? dayOf());
  /** What closing saves; undefined as long as nothing was chosen. */
  const chosen = useRef<string | null | undefined>(undefined);
  const today = useToday();
  const month = monthOf(at);

  function show(): void {
    if (popover.current?.matches(":popover-open")) {
      popover.current.hidePopover();
      return;
    }
    chosen.current = undefined;
    flushSync(() => {
      setAt(value ?? dayOf());
      setOpen(true);
    });
    popover.current?.showPopover();
    place(button.current, popover.current, "start");
    grid.current?.focus({ preventScroll: true });
  }

  function go(day: string): void {
    chosen.current = day;
    setAt(day);
  }

  function close(day: string | null | undefined): void {
    chosen.current = day;
    popover.current?.hidePopover();
    button.current?.focus();
  }

  function closed(): void {
    const day = chosen.current;
    chosen.current = undefined;
    setOpen(false);
    if (day !== undefined && day !== value) onPick(day);
  }

  /** The same day of another month, or its last one. */
  function inMonth(count: number): string {
    const other = addMonths(month, count);
    const days = weeksOf(other, 0)
      .flat()
      .filter((day) => monthOf(day) === other);
    return days[Math.min(Number(at.slice(8)), days.length) - 1] ?? at;
  }

  /** The day that a key leads to, if it is one that moves. */
  function reached(key: string): string | undefined {
    if (key in STEPS) return addDays(at, STEPS[key] ?? 0);
    return key === "PageUp" ? inMonth(-1) : key === "PageDown" ? inMonth(1) : undefined;
  }

  function onKeyDown(event: KeyboardEvent): void {
    event.stopPropagation();
    if (composing(event)) return;
    if (event.key === "Escape") {
      event.preventDefault();
      close(undefined);
      return;
    }
    if (event.target !== grid.current) return;
    const day = reached(event.key);
    if (day) go(day);
    else if (event.key === "Enter" || event.key === " ") close(at);
    else return;
    event.preventDefault();
  }

  const near = [today, addDays(today, 1), addDays(today, 7)];
  const weeks = open ? weeksOf(month, firstDayOfWeek(i18n.locale)) : [];
  return (
    <>
      <button
        ref={button}
        type="button"
        className={className}
        aria-label={label}
        aria-haspopup="dialog"
        aria-expanded={open}
        disabled={disabled}
        popoverTarget={id}
        onClick={(event) => {
          event.preventDefault();
          event.stopPropagation();
          show();
        }}
      >
        {children}
      </button>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys bubble here from the days and the buttons inside */}
      <div
        ref={popover}
        id={id}
        popover="auto"
        className="popover day-picker"
        onToggle={(event) => event.newState === "closed" && closed()}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => event.stopPropagation()}
        onClick={(event) => event.stopPropagation()}
      >
        {open && (
          <>
            <header className="day-picker-head">
              <button
                type="button"
                className="icon-button"
                aria-label={t`Previous month`}
                onClick={() => setAt(inMonth(-1))}
              >
                <Icon name="left" />
              </button>
              <strong aria-live="polite">{monthName(month)}</strong>
              <button
                type="button"
                className="icon-button"
                aria-label={t`Next month`}
                onClick={() => setAt(inMonth(1))}
              >
                <Icon name="right" />
              </button>
            </header>
            <div className="day-picker-week" aria-hidden="true">
              {weeks[0]?.map((day) => (
                <span key={day} className={weekend(day)}>
                  {weekdayName(day)}
                </span>
              ))}
            </div>
            <div
              ref={grid}
              className="day-picker-days"
              role="listbox"
              tabIndex={0}
              aria-label={label}
              aria-activedescendant={`${id}-${at}`}
            >
              {weeks.flat().map((day) => (
                // biome-ignore lint/a11y/useFocusableInteractive: the focus stays on the days, which point here
                // biome-ignore lint/a11y/useKeyWithClickEvents: the days handle the keys
                <div
                  key={day}
                  id={`${id}-${day}`}
                  role="option"
                  aria-label={fullDay(day)}
                  aria-selected={day === value}
                  className={`pick-day ${weekend(day)} ${monthOf(day) === month ? "" : "outside"} ${day === today ? "today" : ""} ${day === at ? "at" : ""}`}
                  onClick={() => close(day)}
                >
                  {Number(day.slice(8))}
                </div>
              ))}
            </div>
            <footer className="day-picker-near">
              {near.map((day) => (
                <button key={day} type="button" className="button small" onClick={() => close(day)}>
                  {day === near[2] ? t`In a week` : capitalised(dayHeading(day))}
                </button>
              ))}
              {none && value && (
                <button type="button" className="button small" onClick={() => close(null)}>
                  {none}
                </button>
              )}
            </footer>
          </>
        )}
      </div>
    </>
  );
}
