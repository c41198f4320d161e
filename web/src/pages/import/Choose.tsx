import { Trans } from "@lingui/react/macro";
import { type DragEvent, useState } from "react";
import { Icon } from "../../ui/icons";

interface ChooseProps {
  name: string | undefined;
  reading: boolean;
  take: (file: File | undefined) => void;
}

/** A place for a file, by a click, a key or a drop. */
export function Choose({ name, reading, take }: ChooseProps) {
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  };
  return (
    <label
      className={`drop-file ${over ? "over" : ""} ${name ? "chosen" : ""}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <input
        type="file"
        className="sr-only"
        accept=".json,.csv,.tsv,.txt,.xlsx"
        onChange={(event) => {
          take(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      <Icon name="folder" size={24} />
      <strong>{name ?? <Trans>Choose a file, or drop it here</Trans>}</strong>
      <span aria-live="polite">
        {reading ? (
          <Trans>Reading …</Trans>
        ) : name ? (
          <Trans>Choose another file</Trans>
        ) : (
          <Trans>
            Trello, Jira, Asana, Todoist, ClickUp, Linear, Notion, GitHub, GitLab, Monday, Planner and others; any table
            as CSV or Excel; todo.txt; an export of Taskledger.
          </Trans>
        )}
      </span>
    </label>
  );
}
