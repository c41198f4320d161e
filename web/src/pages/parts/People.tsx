/** People as pages show them: the name, and a circle with its letters. */
import { t } from "@lingui/core/macro";
import { useQueries } from "@tanstack/react-query";
import { userQuery, useUser } from "../../sync/queries";

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

function More({ ids }: { ids: string[] }) {
  const names = useQueries({ queries: ids.map(userQuery) }).map(({ data }) => data?.name);
  return (
    <span className="avatar small more" title={names.filter(Boolean).join(", ")}>
      +{ids.length}
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
      {ids.length > most && <More ids={ids.slice(most)} />}
    </span>
  );
}
