import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useId } from "react";

interface Props {
  value: string;
  onChange: (value: string) => void;
  error?: string | undefined;
}

/** A code of an authenticator, which phones and password managers fill in, or a recovery code. */
export function CodeField({ value, onChange, error }: Props) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>
        <Trans>Code</Trans>
      </label>
      <input
        id={id}
        name="totp"
        className="input"
        autoComplete="one-time-code"
        autoCapitalize="off"
        autoCorrect="off"
        spellCheck={false}
        maxLength={40}
        required
        data-autofocus
        // biome-ignore lint/a11y/noAutofocus: the code is all that is asked for here
        autoFocus
        placeholder={t`6 digits, or a recovery code`}
        value={value}
        aria-invalid={!!error}
        aria-describedby={error && `${id}-error`}
        onChange={(event) => onChange(event.target.value)}
      />
      {error && (
        <p id={`${id}-error`} className="field-error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
