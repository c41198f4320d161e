import { t } from "@lingui/core/macro";
import { DayField } from "../../ui/DayField";
import { type Plain, type PlainName, type PlainValue, plainText } from "../../ui/fields";
import { Icon } from "../../ui/icons";
import { NumberField } from "../../ui/NumberField";

interface Props {
  name: PlainName;
  field: Plain;
  value: PlainValue;
  onChange: (name: PlainName, value: PlainValue) => void;
  disabled?: boolean;
}

/** The editor of a plain field, by its form. */
export function PlainEditor({ name, field, value, onChange, disabled = false }: Props) {
  const label = field.label();
  if (field.form.kind === "number") {
    return (
      <NumberField
        value={value as number | null}
        onChange={(number) => onChange(name, number)}
        label={label}
        icon={field.icon}
        steps={field.form}
        disabled={disabled}
      />
    );
  }
  const text = plainText(field, value);
  return (
    <DayField
      value={value as string | null}
      onChange={(day) => onChange(name, day)}
      label={text ? `${label}: ${text}` : label}
      remove={t`Remove: ${label}`}
      disabled={disabled}
    >
      <Icon name={field.icon} />
      {text ? <time dateTime={String(value)}>{text}</time> : label}
    </DayField>
  );
}
