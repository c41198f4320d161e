import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type ReactNode, useEffect, useState } from "react";
import { ApiError } from "../api/client";
import { useUser } from "../api/queries";
import { useReachable } from "../api/reach";
import type { Project } from "../api/types";
import { said } from "../app/said";
import { dayOf, daysUntil, dueText } from "../lib/dates";
import { labelColor } from "../lib/labels";
import { Icon, type IconName } from "./icons";

/** A name for people; who has been erased is a former member. */
export function useName(id: string | null, known: string | null = null): string {
  const user = useUser(id ?? "");
  if (id === null) return known ?? t`Imported`;
  if (!user) return "…";
  return user.name || t`Former member`;
}

export function Name({ id, known = null }: { id: string | null; known?: string | null }) {
  return <>{useName(id, known)}</>;
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = [...(words[0] ?? "")];
  // A Korean given name tells people apart better than the family name.
  if (/[가-힣]/.test(name))
    return words.length === 1 && first.length > 2 ? first.slice(-2).join("") : first.slice(0, 2).join("");
  const last = words.length > 1 ? [...(words.at(-1) ?? "")][0] : first[1];
  return `${first[0] ?? "?"}${last ?? ""}`.toLocaleUpperCase();
}

interface AvatarProps {
  id: string | null;
  /** The name of someone who has no account here. */
  known?: string | null;
  size?: "small" | "large";
}

export function Avatar({ id, known = null, size = "small" }: AvatarProps) {
  const user = useUser(id ?? "");
  const name = user?.name ?? known ?? "";
  let hue = 0;
  // The end of a time-ordered id is its random part.
  for (const letter of (id ?? name).slice(-8)) hue = (hue * 31 + letter.charCodeAt(0)) % 12;
  return (
    <span className={`avatar ${size} hue-${hue}`} title={name}>
      <span aria-hidden="true">{name && initials(name)}</span>
      <span className="sr-only">{name}</span>
    </span>
  );
}

export function Avatars({ ids, most = 3 }: { ids: string[]; most?: number }) {
  if (ids.length === 0) return null;
  return (
    <span className="avatars">
      {ids.slice(0, most).map((id) => (
        <Avatar key={id} id={id} />
      ))}
      {ids.length > most && <span className="avatar small more">+{ids.length - most}</span>}
    </span>
  );
}

/** A due day, marked by word and colour when it is today or has passed; a finished task is never late. */
export function Due({ due, done }: { due: string; done: boolean }) {
  const days = daysUntil(due, dayOf());
  const state = done ? "" : days < 0 ? "late" : days === 0 ? "today" : days <= 2 ? "soon" : "";
  return (
    <span className={`due ${state}`}>
      <Icon name="calendar" size={14} />
      {state === "late" && (
        <span className="sr-only">
          <Trans>Overdue:</Trans>
        </span>
      )}
      <time dateTime={due}>{dueText(due)}</time>
    </span>
  );
}

export function Label({ name, project }: { name: string; project: Project | undefined }) {
  return (
    <span className={`label color-${labelColor(project, name)}`}>
      <i aria-hidden="true" />
      {name}
    </span>
  );
}

interface EmptyProps {
  icon: IconName;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  /** It is all that there is on the page. */
  alone?: boolean;
}

export function Empty({ icon, title, children, action, alone = false }: EmptyProps) {
  const Heading = alone ? "h1" : "h2";
  return (
    <div className="empty">
      <span className="empty-icon">
        <Icon name={icon} size={24} />
      </span>
      <Heading>{title}</Heading>
      {children && <p>{children}</p>}
      {action}
    </div>
  );
}

/** Stands in for what is being loaded; without a network it says that there is nothing to show yet. */
export function Skeleton({ rows = 6, className = "row" }: { rows?: number; className?: string }) {
  const reachable = useReachable();
  if (!reachable)
    return (
      <Empty icon="offline" title={t`Not on this device`}>
        <Trans>This page comes by itself when the server can be reached again.</Trans>
      </Empty>
    );
  return (
    <div className="skeletons" role="status">
      <span className="sr-only">
        <Trans>Loading</Trans>
      </span>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike
        <div key={index} className={`skeleton ${className}`} />
      ))}
    </div>
  );
}

/** What a failed call means to the person in front of it, and what to do. */
export function explain(error: unknown): string {
  if (!(error instanceof ApiError)) return t`Something went wrong here. Reload the page and try again.`;
  if (error.status === 0) return t`The server cannot be reached. Check your connection and try again.`;
  if (error.code === "invalid_credentials") return t`The e-mail or the password is wrong.`;
  if (error.status === 401) return t`You are signed out. Sign in again.`;
  if (error.status === 403) return t`Your role in this project does not allow that. Ask an owner.`;
  if (error.status === 404) return t`This does not exist any more, or you have no access to it.`;
  if (error.status === 412) return t`Someone changed this in the meantime.`;
  if (error.status === 413) return t`That is too large. Make it shorter.`;
  if (error.status === 429) return t`Too many attempts. Wait ${error.retryAfter ?? 60} seconds and try again.`;
  if (error.status >= 500) return t`The server has a problem right now. Try again in a moment.`;
  return said(error.errors[0]?.message ?? error.message);
}

export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const missing = error instanceof ApiError && (error.status === 404 || error.status === 403);
  return (
    <Empty
      icon={missing ? "search" : "warn"}
      title={missing ? t`Not found` : t`This could not be loaded`}
      action={
        retry &&
        !missing && (
          <button type="button" className="button" onClick={retry}>
            <Trans>Try again</Trans>
          </button>
        )
      }
    >
      {explain(error)}
    </Empty>
  );
}

/** Names the page in the browser's tab; undefined leaves the name to another part of the page. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    if (title !== undefined) document.title = title ? `${title} · Taskledger` : "Taskledger";
  }, [title]);
}

/** The value once it has been still for a moment. */
export function useSettled<T>(value: T, milliseconds = 200): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return settled;
}
