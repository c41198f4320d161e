import { t } from "@lingui/core/macro";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useMemo, useState } from "react";
import { useLocation } from "wouter";
import type { Task } from "../http/types";
import { composing } from "../lib/keys";
import { folded } from "../lib/text";
import { useLogout } from "../pages/parts/leaving";
import { keys } from "../sync/cache";
import { statusOf, useConfig, useProjects } from "../sync/queries";
import { Dialog } from "../ui/Dialog";
import { Icon, StatusIcon } from "../ui/icons";

interface Entry {
  id: string;
  group: string;
  label: string;
  hint?: string;
  icon: ReactNode;
  run: () => void;
}

/** Everything by name: pages, projects, and the tasks that this tab has seen. */
export default function Palette({ onClose, onHelp }: { onClose: () => void; onHelp: () => void }) {
  const client = useQueryClient();
  const projects = useProjects().data;
  const outbox = useConfig().data?.outbox;
  const leave = useLogout();
  const [, go] = useLocation();
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);

  const entries = useMemo(() => {
    const to = (path: string) => () => {
      onClose();
      go(path);
    };
    const pages: Entry[] = [
      {
        id: "mine",
        group: t`Go to`,
        label: t`My tasks`,
        hint: "g m",
        icon: <Icon name="mine" />,
        run: to("/my-tasks"),
      },
      {
        id: "catch-up",
        group: t`Go to`,
        label: t`Catch up`,
        hint: "g c",
        icon: <Icon name="activity" />,
        run: to("/catch-up"),
      },
      { id: "inbox", group: t`Go to`, label: t`Inbox`, hint: "g i", icon: <Icon name="inbox" />, run: to("/inbox") },
      {
        id: "projects",
        group: t`Go to`,
        label: t`Projects`,
        hint: "g p",
        icon: <Icon name="folder" />,
        run: to("/projects"),
      },
      ...(outbox
        ? [{ id: "outbox", group: t`Go to`, label: t`Outbox`, icon: <Icon name="mail" />, run: to("/outbox") }]
        : []),
      {
        id: "notifications",
        group: t`Go to`,
        label: t`Notification settings`,
        icon: <Icon name="bell" />,
        run: to("/notifications"),
      },
      {
        id: "account",
        group: t`Go to`,
        label: t`Account`,
        hint: "g a",
        icon: <Icon name="user" />,
        run: to("/account"),
      },
      { id: "new", group: t`Do`, label: t`New project`, icon: <Icon name="plus" />, run: to("/projects?new") },
      {
        id: "help",
        group: t`Do`,
        label: t`Keyboard shortcuts`,
        hint: "?",
        icon: <Icon name="keyboard" />,
        run: onHelp,
      },
      { id: "logout", group: t`Do`, label: t`Sign out`, icon: <Icon name="logout" />, run: () => void leave() },
    ];
    const named: Entry[] = (projects ?? []).map((project) => ({
      id: project.id,
      group: t`Projects`,
      label: project.name,
      hint: project.key,
      icon: <Icon name="board" />,
      run: to(`/projects/${project.id}`),
    }));
    const wanted = folded(query.trim());
    const seen = new Map<string, Task>();
    if (wanted) {
      const lists = [
        ...client.getQueriesData<Task[]>({ queryKey: ["tasks"] }),
        ...client.getQueriesData<Task[]>({ queryKey: keys.mine }),
      ];
      for (const [, list] of lists) for (const task of list ?? []) seen.set(task.id, task);
    }
    const tasks: Entry[] = [...seen.values()]
      .filter((task) => folded(`${task.key} ${task.title}`).includes(wanted))
      .slice(0, 30)
      .map((task) => ({
        id: task.id,
        group: t`Tasks`,
        label: task.title,
        hint: task.key,
        icon: (
          <StatusIcon
            of={statusOf(
              projects?.find((project) => project.id === task.project_id),
              task.status,
            )}
          />
        ),
        run: to(`/projects/${task.project_id}/tasks/${task.id}`),
      }));
    const matching = (entry: Entry) => folded(`${entry.label} ${entry.hint ?? ""}`).includes(wanted);
    return [...tasks, ...named.filter(matching), ...pages.filter(matching)];
  }, [client, projects, outbox, query, onClose, onHelp, go, leave]);

  const move = (to: number) => {
    const next = (to + entries.length) % Math.max(1, entries.length);
    setActive(next);
    document.getElementById(`palette-${next}`)?.scrollIntoView({ block: "nearest" });
  };
  return (
    <Dialog title={t`Search or jump to`} onClose={onClose} className="palette" bare>
      <div className="palette-field">
        <Icon name="search" />
        <input
          data-autofocus
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={entries[active] ? `palette-${active}` : undefined}
          aria-label={t`Search or jump to`}
          placeholder={t`A task, a project, a page …`}
          value={query}
          autoComplete="off"
          onChange={(event) => {
            setQuery(event.target.value);
            setActive(0);
          }}
          onKeyDown={(event) => {
            if (composing(event)) return;
            if (event.key === "ArrowDown") move(active + 1);
            else if (event.key === "ArrowUp") move(active - 1);
            else if (event.key === "Enter") entries[active]?.run();
            else return;
            event.preventDefault();
          }}
        />
        <kbd>Esc</kbd>
      </div>
      <div id="palette-list" className="palette-list" role="listbox" aria-label={t`Results`}>
        {entries.map((entry, index) => (
          <div key={entry.id} role="presentation">
            {entry.group !== entries[index - 1]?.group && <div className="palette-group">{entry.group}</div>}
            {/* biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field, which points here */}
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: the field handles the keys */}
            <div
              id={`palette-${index}`}
              role="option"
              aria-selected={index === active}
              className={`option ${index === active ? "active" : ""}`}
              onPointerMove={() => setActive(index)}
              onClick={entry.run}
            >
              {entry.icon}
              <span className="option-label">{entry.label}</span>
              {entry.hint && <kbd className="option-hint">{entry.hint}</kbd>}
            </div>
          </div>
        ))}
        {entries.length === 0 && <p className="popover-empty">{t`Nothing found`}</p>}
      </div>
    </Dialog>
  );
}
