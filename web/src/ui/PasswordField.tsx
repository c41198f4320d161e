import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type KeyboardEvent, useId, useState } from "react";
import { Icon, StatusIcon } from "./icons";

interface PasswordProps {
  label: string;
  autoComplete: string;
  value: string;
  onChange: (value: string) => void;
  rules?: boolean;
  error?: string | undefined;
}

/** A password that can be shown, warns of caps lock, and ticks off its rules while it is typed. */
export function PasswordField({ label, autoComplete, value, onChange, rules = false, error }: PasswordProps) {
  const id = useId();
  const [shown, setShown] = useState(false);
  const [caps, setCaps] = useState(false);
  const length = [...value].length;
  const watch = (event: KeyboardEvent) => setCaps(event.getModifierState("CapsLock"));
  const list: [boolean, string][] = [
    [length >= 8 && length <= 128, t`8 to 128 characters`],
    [new Set(value.toLowerCase()).size >= 3, t`At least three different ones`],
  ];
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="input-group">
        <input
          id={id}
          className="input"
          type={shown ? "text" : "password"}
          autoComplete={autoComplete}
          autoCapitalize="off"
          spellCheck={false}
          required
          minLength={rules ? 8 : undefined}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={watch}
          onKeyUp={watch}
          onBlur={() => setCaps(false)}
          aria-invalid={!!error}
          aria-describedby={`${id}-notes`}
        />
        <button
          type="button"
          className="icon-button"
          aria-pressed={shown}
          aria-label={shown ? t`Hide password` : t`Show password`}
          title={shown ? t`Hide password` : t`Show password`}
          onClick={() => setShown(!shown)}
        >
          <Icon name={shown ? "eyeOff" : "eye"} />
        </button>
      </div>
      <div id={`${id}-notes`}>
        {caps && (
          <p className="field-hint" role="status">
            <Trans>Caps lock is on.</Trans>
          </p>
        )}
        {error && (
          <p className="field-error" role="alert">
            {error}
          </p>
        )}
        {rules && (
          <ul className="password-rules">
            {list.map(([met, text]) => (
              <li key={text} className={met ? "met" : ""}>
                <StatusIcon of={{ category: met ? "done" : "waiting" }} />
                {text}
              </li>
            ))}
            <li className="note-rule">
              <Trans>What is easily guessed is refused: common words, names and dates, also with digits added.</Trans>
            </li>
          </ul>
        )}
      </div>
    </div>
  );
}
