import { t } from "@lingui/core/macro";
import { seldom } from "../pages/seldom";
import { Dialog } from "../ui/Dialog";
import { useTexts } from "../ui/texts";

export default function ShortcutHelp({ onClose }: { onClose: () => void }) {
  useTexts(seldom);
  const groups: [string, [string[], string][]][] = [
    [
      t`Everywhere`,
      [
        [["Ctrl", "K"], t`Search or jump to`],
        [["Ctrl", "Z"], t`Undo the last change`],
        [["Ctrl", "Shift", "Z"], t`Redo what was undone`],
        [["?"], t`This help`],
        [["g", "m"], t`My tasks`],
        [["g", "i"], t`Inbox`],
        [["g", "c"], t`Catch up`],
        [["g", "p"], t`Projects`],
        [["g", "a"], t`Account`],
      ],
    ],
    [
      t`In a project`,
      [
        [["c"], t`New task`],
        [["/"], t`Search the tasks`],
        [["b"], t`Board`],
        [["t"], t`Table`],
        [["k"], t`Calendar`],
        [["i"], t`Insights`],
        [["h"], t`Time machine`],
      ],
    ],
    [
      t`On a card`,
      [
        [["←", "↑", "↓", "→"], t`Go to another card`],
        [["Enter"], t`Open`],
        [["m"], t`Move to …`],
        [["Shift", "← ↑ ↓ →"], t`Carry it along`],
      ],
    ],
    [
      t`In the table`,
      [
        [["↑", "↓"], t`Go to another row`],
        [["x"], t`Select the row`],
        [["Shift", "↑ ↓"], t`Extend the selection`],
        [["Ctrl", "A"], t`Select all`],
      ],
    ],
    [
      t`In the calendar`,
      [
        [["←", "↑", "↓", "→"], t`Go to another task`],
        [["Shift", "← →"], t`A day earlier or later`],
        [["Shift", "↑ ↓"], t`A week earlier or later`],
        [["[", "]"], t`Another month`],
      ],
    ],
    [
      t`In a task`,
      [
        [["Ctrl", "Enter"], t`Save or send`],
        [["Esc"], t`Close`],
      ],
    ],
  ];
  return (
    <Dialog title={t`Keyboard shortcuts`} onClose={onClose} className="help">
      <div className="help-groups">
        {groups.map(([name, entries]) => (
          <section key={name}>
            <h3>{name}</h3>
            <dl>
              {entries.map(([combination, text]) => (
                <div key={text}>
                  <dt>{text}</dt>
                  <dd>
                    {combination.map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
