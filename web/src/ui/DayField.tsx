import { type ReactNode, useRef } from "react";
import { Icon } from "./icons";

interface Props {
  value: string | null;
  onChange: (day: string | null) => void;
  /** Names the button, and what takes the day away. */
  label: string;
  remove: string;
  disabled: boolean;
  children: ReactNode;
}

/** The browser's own calendar under a readable chip. A day is YYYY-MM-DD. */
export function DayField({ value, onChange, label, remove, disabled, children }: Props) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <span className="chip due-chip">
      <button
        type="button"
        className="due-open"
        disabled={disabled}
        aria-label={label}
        onClick={() => input.current?.showPicker()}
      >
        {children}
      </button>
      <input
        ref={input}
        type="date"
        tabIndex={-1}
        aria-hidden="true"
        value={value ?? ""}
        disabled={disabled}
        onChange={(event) => onChange(event.target.value || null)}
      />
      {value && !disabled && (
        <button type="button" className="chip-clear" aria-label={remove} onClick={() => onChange(null)}>
          <Icon name="close" size={12} />
        </button>
      )}
    </span>
  );
}
