import { t } from "@lingui/core/macro";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { composing } from "../lib/keys";
import { folded } from "../lib/text";
import { Icon } from "./icons";
import { place } from "./place";

export interface Option {
  id: string;
  label: string;
  /** What it is found by as well, in lower case and whole. */
  also?: string | undefined;
  icon?: ReactNode;
  hint?: string | undefined;
  danger?: boolean;
  /** Begins another group: a line stands above it. */
  apart?: boolean;
}

interface Props {
  /** Names the list, and the button together with what it shows. */
  label: string;
  options: Option[];
  selected?: readonly string[];
  /** Keeps the list open and shows a tick at each chosen option. */
  multiple?: boolean;
  search?: string;
  onPick: (id: string) => void;
  /** Offers to make what was typed, where nothing is called exactly so. */
  onCreate?: (text: string) => void;
  onSearch?: (text: string) => void;
  className?: string;
  title?: string;
  disabled?: boolean;
  /** Opens as soon as it is there: for lists that are made only when they are wanted. */
  startOpen?: boolean;
  align?: "start" | "end";
  children: ReactNode;
}

/**
 * A button that opens a list: menu, select, or searchable multi-select. Arrow keys move, letters jump or search, Enter
 * picks, Escape closes. On a phone the list is a sheet at the bottom.
 */
export function Picker(props: Props) {
  const { label, selected = [], multiple = false, onPick, onCreate, className = "chip", align = "start" } = props;
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const popover = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const [open, setOpen] = useState(false);
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const typed = useRef({ text: "", at: 0 });

  const shown = useMemo(() => {
    const wanted = folded(query.trim());
    const found = wanted
      ? props.options.filter((option) => folded(option.label).includes(wanted) || option.also === wanted)
      : props.options;
    const create =
      onCreate && wanted && !props.options.some((option) => folded(option.label) === wanted)
        ? [{ id: "\0create", label: t`Create “${query.trim()}”`, icon: <Icon name="plus" /> }]
        : [];
    return [...found, ...create] as Option[];
  }, [props.options, query, onCreate]);

  const close = (): void => popover.current?.hidePopover();

  /** Shows the list with the focus in it, all at once: keys that follow the click find their place. */
  function toggle(): void {
    if (popover.current?.matches(":popover-open")) {
      close();
      return;
    }
    props.onSearch?.("");
    const first = props.options.findIndex((option) => selected.includes(option.id));
    flushSync(() => {
      setQuery("");
      setActive(Math.max(0, first));
      setOpen(true);
    });
    popover.current?.showPopover();
    place(button.current, popover.current, align);
    (input.current ?? list.current)?.focus({ preventScroll: true });
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: once, at the start
  useEffect(() => {
    if (props.startOpen) queueMicrotask(() => popover.current?.matches(":popover-open") || toggle());
  }, []);

  function pick(option: Option | undefined): void {
    if (!option) return;
    if (option.id === "\0create") onCreate?.(query.trim());
    else onPick(option.id);
    if (multiple) {
      setQuery("");
      input.current?.focus();
    } else {
      close();
      button.current?.focus();
    }
  }

  function move(to: number): void {
    const next = (to + shown.length) % Math.max(1, shown.length);
    setActive(next);
    list.current?.children[next]?.scrollIntoView({ block: "nearest" });
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (composing(event)) return;
    const jump: Record<string, number> = { ArrowDown: active + 1, ArrowUp: active - 1, Home: 0, End: shown.length - 1 };
    if (event.key in jump && !(input.current && (event.key === "Home" || event.key === "End"))) {
      event.preventDefault();
      move(jump[event.key] ?? 0);
    } else if (event.key === "Enter" || (event.key === " " && !input.current)) {
      event.preventDefault();
      pick(shown[active]);
    } else if (event.key === "Tab") {
      close();
    } else if (!input.current && event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
      const now = Date.now();
      typed.current = { text: (now - typed.current.at < 600 ? typed.current.text : "") + event.key, at: now };
      const start = folded(typed.current.text);
      const found = shown.findIndex((option) => folded(option.label).startsWith(start));
      if (found >= 0) move(found);
    }
    event.stopPropagation();
  }

  return (
    <>
      <button
        ref={button}
        type="button"
        className={className}
        aria-haspopup="listbox"
        aria-expanded={open}
        title={props.title}
        disabled={props.disabled}
        popoverTarget={id}
        onClick={(event) => {
          event.preventDefault();
          event.stopPropagation();
          toggle();
        }}
      >
        <span className="sr-only">{label} </span>
        {props.children}
      </button>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys bubble here from the field and the list inside */}
      <div
        ref={popover}
        id={id}
        popover="auto"
        className="popover"
        onToggle={(event) => event.newState === "closed" && setOpen(false)}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => event.stopPropagation()}
      >
        {open && (
          <>
            {props.search && (
              <input
                ref={input}
                className="popover-search"
                type="text"
                role="combobox"
                aria-expanded="true"
                aria-controls={`${id}-list`}
                aria-activedescendant={shown[active] ? `${id}-${active}` : undefined}
                aria-label={props.search}
                placeholder={props.search}
                value={query}
                autoComplete="off"
                onChange={(event) => {
                  setQuery(event.target.value);
                  setActive(0);
                  props.onSearch?.(event.target.value);
                }}
              />
            )}
            <div
              ref={list}
              id={`${id}-list`}
              className="popover-list"
              role="listbox"
              aria-label={label}
              aria-multiselectable={multiple || undefined}
              tabIndex={props.search ? undefined : 0}
              aria-activedescendant={!props.search && shown[active] ? `${id}-${active}` : undefined}
            >
              {shown.map((option, index) => (
                // biome-ignore lint/a11y/useFocusableInteractive: the focus stays on the list, which points here
                // biome-ignore lint/a11y/useKeyWithClickEvents: the list handles the keys
                <div
                  key={option.id}
                  id={`${id}-${index}`}
                  role="option"
                  aria-selected={selected.includes(option.id)}
                  className={`option ${index === active ? "active" : ""} ${option.danger ? "danger" : ""} ${option.apart ? "apart" : ""}`}
                  onPointerMove={() => setActive(index)}
                  onClick={(event) => {
                    event.stopPropagation();
                    pick(option);
                  }}
                >
                  {option.icon}
                  <span className="option-label">{option.label}</span>
                  {option.hint && <kbd className="option-hint">{option.hint}</kbd>}
                  {selected.includes(option.id) && <Icon name="check" />}
                </div>
              ))}
              {shown.length === 0 && <p className="popover-empty">{t`Nothing found`}</p>}
            </div>
          </>
        )}
      </div>
    </>
  );
}
