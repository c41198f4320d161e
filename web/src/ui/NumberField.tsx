import { t } from "@lingui/core/macro";
import { useId, useState } from "react";
import { numberTyped, type Steps, stepped } from "../lib/steps";
import { Icon, type IconName } from "./icons";

interface Props {
  value: number | null;
  onChange: (value: number | null) => void;
  label: string;
  icon: IconName;
  steps: Steps;
  disabled: boolean;
}

/** A number in a chip, typed or stepped by the arrow keys. What does not fit stays in the field and is not saved. */
export function NumberField({ value, onChange, label, icon, steps, disabled }: Props) {
  const [draft, setDraft] = useState<string | null>(null);
  const hint = useId();
  const typed = draft === null ? value : numberTyped(draft, steps);
  const { lowest, highest, step } = steps;
  const told = t`${lowest} to ${highest}, in steps of ${step}`;
  function save(): void {
    if (typed === undefined) return;
    setDraft(null);
    if (typed !== value) onChange(typed);
  }
  return (
    <label className={`chip number-chip ${typed === undefined ? "bad" : ""}`}>
      <Icon name={icon} />
      <input
        ref={(input) => input?.setCustomValidity(typed === undefined ? told : "")}
        inputMode="decimal"
        autoComplete="off"
        aria-label={label}
        aria-invalid={typed === undefined}
        aria-describedby={typed === undefined ? hint : undefined}
        placeholder={label}
        maxLength={12}
        value={draft ?? (value === null ? "" : `${value}`)}
        disabled={disabled}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={save}
        onKeyDown={(event) => {
          const up = { ArrowUp: 1, ArrowDown: -1 }[event.key];
          if (event.key === "Enter") {
            event.preventDefault();
            save();
          } else if (event.key === "Escape" && draft !== null) {
            event.stopPropagation();
            event.preventDefault();
            setDraft(null);
          } else if (up) {
            event.preventDefault();
            setDraft(`${stepped(typed ?? value, up, steps)}`);
          }
        }}
      />
      {typed === undefined && (
        <span id={hint} role="alert" className="number-hint">
          {told}
        </span>
      )}
    </label>
  );
}
