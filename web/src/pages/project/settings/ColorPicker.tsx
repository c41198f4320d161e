import type { ReactNode } from "react";
import type { Color } from "../../../http/types";
import { COLORS } from "../../../lib/colors";
import { Dot } from "../../../ui/icons";
import { type Option, Picker } from "../../../ui/Picker";
import { colorName } from "../../../ui/words";

interface Props {
  label: string;
  value: Color | undefined;
  /** What it is called to have no colour of one's own, where that can be picked. */
  none?: string;
  onPick: (color: Color | undefined) => void;
  children: ReactNode;
}

/** A button that shows a colour and opens the list of all. */
export function ColorPicker({ label, value, none, onPick, children }: Props) {
  const options: Option[] = COLORS.map((color) => ({
    id: color,
    label: colorName(color),
    icon: <Dot color={color} />,
  }));
  if (none) options.unshift({ id: "", label: none, icon: <Dot color={undefined} /> });
  return (
    <Picker
      label={label}
      className="icon-button"
      options={options}
      selected={[value ?? ""]}
      onPick={(id) => onPick(COLORS.find((color) => color === id))}
    >
      {children}
    </Picker>
  );
}
