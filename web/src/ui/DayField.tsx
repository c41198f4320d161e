import type { ReactNode } from "react";
import { DayPicker } from "./DayPicker";
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

/** A day in a readable chip that opens a calendar. A day is YYYY-MM-DD. */
export function DayField({ value, onChange, label, remove, disabled, children }: Props) {
  return (
    <span className="chip due-chip">
      <DayPicker label={label} className="due-open" value={value} onPick={onChange} disabled={disabled} none={remove}>
        {children}
      </DayPicker>
      {value && !disabled && (
        <button type="button" className="chip-clear" aria-label={remove} onClick={() => onChange(null)}>
          <Icon name="close" size={12} />
        </button>
      )}
    </span>
  );
}
