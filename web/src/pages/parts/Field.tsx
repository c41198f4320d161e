import { useId } from "react";

interface FieldProps {
  label: string;
  name: string;
  type?: string;
  autoComplete: string;
  maxLength?: number;
  error?: string | undefined;
  autoFocus?: boolean;
  defaultValue?: string | undefined;
  readOnly?: boolean;
}

/** A text field of a form, with its message. */
export function Field({ label, error, ...input }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        {...input}
        id={id}
        className="input"
        required
        aria-invalid={!!error}
        aria-describedby={error && `${id}-error`}
      />
      {error && (
        <p id={`${id}-error`} className="field-error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
