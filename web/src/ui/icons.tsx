import type { Color, Priority, Status } from "../http/types";

const paths = {
  board: "M2.5 3h3v10h-3zM6.75 3h3v7h-3zM11 3h3v5h-3z",
  table: "M2.5 3.5h11v9h-11zM2.5 6.5h11M2.5 9.5h11M6.5 6.5v6",
  chart: "M2.5 2.5v11h11M5.5 10.5v-3M8.5 10.5v-6M11.5 10.5V6.5",
  download: "M8 2.5v7M5 7l3 3 3-3M2.5 13h11",
  activity: "M1.5 8.5h3l2-5 3 9 2-4h3",
  settings: "M2.5 4.5h6M11.5 4.5h2M2.5 11.5h2M7.5 11.5h6M8.5 2.8v3.4M4.5 9.8v3.4",
  inbox: "M2.5 9.5 4.4 3.5h7.2l1.9 6v3h-11zM2.5 9.5h3.2a2.3 2.3 0 0 0 4.6 0h3.2",
  mine: "M2.5 4 3.7 5.2 6 2.8M8.5 4h5M2.5 9 3.7 10.2 6 7.8M8.5 9h5M8.5 13h5M3 13h2",
  folder: "M2 4.2c0-.6.4-1 1-1h3l1.4 1.6H13c.6 0 1 .4 1 1v6c0 .6-.4 1-1 1H3c-.6 0-1-.4-1-1z",
  mail: "M2.5 4h11v8.5h-11zM2.8 4.3 8 8.6l5.2-4.3",
  up: "M8 13V3.5M4.2 7.2 8 3.4l3.8 3.8",
  down: "M8 3v9.5M4.2 8.8 8 12.6l3.8-3.8",
  top: "M3 2.5h10M8 13.5V5.8M4.6 9 8 5.6 11.4 9",
  bottom: "M3 13.5h10M8 2.5v7.7M4.6 7 8 10.4 11.4 7",
  plus: "M8 3v10M3 8h10",
  close: "M4 4l8 8M12 4l-8 8",
  check: "M3 8.5 6.3 12 13 4.5",
  chevron: "M4.5 6.3 8 9.8l3.5-3.5",
  left: "M9.8 4 6 8l3.8 4",
  right: "M6.2 4 10 8l-3.8 4",
  search: "M7.2 12.2a5 5 0 1 0 0-10 5 5 0 0 0 0 10zM10.8 10.8l3 3",
  filter: "M2 4h12M4.5 8h7M6.8 12h2.4",
  sort: "M5 3v10M2.8 10.8 5 13l2.2-2.2M11 13V3M8.8 5.2 11 3l2.2 2.2",
  clock: "M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4zM8 4.6V8l2.4 1.6",
  play: "M5 3.2v9.6L12.6 8z",
  pause: "M5.2 3.5v9M10.8 3.5v9",
  calendar: "M2.5 4h11v9.5h-11zM2.5 7h11M5.5 2.2V5M10.5 2.2V5",
  estimate: "M3.5 13v-3M8 13V7M12.5 13V3.5",
  flag: "M4 14V2.5h8.5l-2.2 3.3 2.2 3.2H4",
  tag: "M2.5 2.8h5l6 6-4.8 4.7-6.2-6zM5.4 5.6h.1",
  person: "M8 8a2.8 2.8 0 1 0 0-5.6A2.8 2.8 0 0 0 8 8zM2.8 13.6c.4-2.6 2.5-4 5.2-4s4.8 1.4 5.2 4",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  trash: "M2.8 4.3h10.4M6 4V2.5h4V4M4 4.3l.6 9.2h6.8l.6-9.2M6.7 7v4M9.3 7v4",
  link: "M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2-2a2.6 2.6 0 0 0-3.7-3.7l-.8.8M9.2 6.8a2.6 2.6 0 0 0-3.7 0l-2 2a2.6 2.6 0 0 0 3.7 3.7l.8-.8",
  edit: "M3 13l.6-2.8 7-7 2.2 2.2-7 7zM9.3 4.5l2.2 2.2",
  undo: "M3 6.5h6.5a3.3 3.3 0 0 1 0 6.6H6M5.5 3.5l-3 3 3 3",
  eye: "M1.5 8S4 3.7 8 3.7 14.5 8 14.5 8 12 12.3 8 12.3 1.5 8 1.5 8zM8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  eyeOff:
    "M2.5 2.5l11 11M6.3 4c.5-.2 1.1-.3 1.7-.3 4 0 6.5 4.3 6.5 4.3s-.7 1.2-2 2.4M9.6 12.1c-.5.1-1 .2-1.6.2C4 12.3 1.5 8 1.5 8s.8-1.4 2.3-2.6",
  comment: "M2.5 3.2h11v8h-6l-3 2.6v-2.6h-2z",
  bell: "M4 11V7a4 4 0 0 1 8 0v4l1 1.3H3zM6.7 14h2.6",
  logout: "M9.5 3h-6v10h6M7 8h7M11.5 5.5 14 8l-2.5 2.5",
  keyboard: "M1.5 4.5h13v7h-13zM4 7h.01M6.7 7h.01M9.3 7h.01M12 7h.01M5 9.3h6",
  warn: "M8 2.5 14.5 13.5h-13zM8 6.5v3.3M8 11.7h.01",
  offline: "M2 6.5a9 9 0 0 1 4-2.2M10.5 4.4A9 9 0 0 1 14 6.5M4.5 9.2a5 5 0 0 1 2.3-1.3M8 12.5h.01M2.5 2.5l11 11",
  computer: "M3.5 3.5h9v6.5h-9zM1.5 12.5h13",
  phone: "M4.8 2h6.4v12H4.8zM7.3 12h1.4",
  terminal: "M2 3.5h12v9H2zM4.5 6.5 6.5 8l-2 1.5M8 10h3",
  shield: "M8 1.5l5.5 2v4c0 3.3-2.2 5.7-5.5 7-3.3-1.3-5.5-3.7-5.5-7v-4zM5.7 8l1.6 1.6 3-3.2",
  key: "M5.2 10.8a2.9 2.9 0 1 0 0-5.8 2.9 2.9 0 0 0 0 5.8zM8 7.9h6v2.3M11.5 7.9v1.8",
  user: "M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4zM8 8.8a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4zM4 12.6c.6-1.7 2.1-2.5 4-2.5s3.4.8 4 2.5",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  const dots = name === "more" || name === "keyboard";
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} strokeWidth={dots ? 1.8 : undefined} />
    </svg>
  );
}

/** A status by shape as well as colour: an empty ring waits, a half-filled one is under way, a tick is done. */
export function StatusIcon({ of: { category, color } }: { of: Pick<Status, "category" | "color"> }) {
  return (
    <svg
      className={`status-icon ${color ? `color-${color}` : category}`}
      width="16"
      height="16"
      viewBox="0 0 16 16"
      aria-hidden="true"
    >
      {category === "done" ? (
        <>
          <circle cx="8" cy="8" r="6.5" fill="currentColor" stroke="none" />
          <path d="M5 8.3 7.2 10.5 11.2 6" className="tick" />
        </>
      ) : (
        <>
          <circle cx="8" cy="8" r="5.7" strokeDasharray={category === "waiting" ? "2.4 1.6" : undefined} />
          {category === "active" && <path d="M8 4.6a3.4 3.4 0 0 1 0 6.8z" fill="currentColor" stroke="none" />}
        </>
      )}
    </svg>
  );
}

/** A colour; a ring where there is none. */
export function Dot({ color }: { color: Color | undefined }) {
  return <i className={`dot ${color ? `color-${color}` : "none"}`} aria-hidden="true" />;
}

const BARS: Record<Priority, number> = { none: 0, low: 1, medium: 2, high: 3, urgent: 4 };

export function PriorityIcon({ priority }: { priority: Priority }) {
  if (priority === "urgent") {
    return (
      <svg className="priority-icon urgent" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
        <rect x="1.5" y="1.5" width="13" height="13" rx="3.5" />
        <path d="M8 4.5v4.2M8 11.3h.01" />
      </svg>
    );
  }
  return (
    <svg className={`priority-icon ${priority}`} width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
      {[0, 1, 2].map((bar) => (
        <rect
          key={bar}
          x={2 + bar * 4.4}
          y={priority === "none" ? 7.2 : 10 - bar * 3}
          width="3"
          height={priority === "none" ? 1.6 : 4 + bar * 3}
          rx="1"
          className={bar < BARS[priority] ? "on" : "off"}
        />
      ))}
    </svg>
  );
}

export function Logo() {
  return (
    <svg className="logo" width="24" height="24" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" />
      <path d="M8 10h16M8 16h16M8 22h9" className="lines" />
      <path d="m17.5 20.6 3.2 3.2 5.8-7.4" className="tick" />
    </svg>
  );
}
