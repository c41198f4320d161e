import { t } from "@lingui/core/macro";
import { useQueries } from "@tanstack/react-query";
import type { Project } from "../../http/types";
import { folded } from "../../lib/text";
import { userQuery } from "../../sync/queries";
import type { Option } from "../../ui/Picker";
import { Avatar } from "./People";

/**
 * The members' names as options, each loaded once. `others` are people who stand somewhere without being members, such as
 * one who has left with tasks: whoever can be seen can be chosen.
 */
export function useMemberOptions(project: Project | undefined, others: readonly string[] = []): Option[] {
  const members = project?.members.map((member) => member.user_id) ?? [];
  const ids = [...new Set([...members, ...others])];
  const users = useQueries({ queries: ids.map(userQuery) });
  const options = ids.map((id, index) => {
    const user = users[index]?.data;
    const label = user ? user.name || t`Someone who has left` : "…";
    const hint = members.includes(id) ? undefined : t`No longer a member`;
    return { id, label, hint, icon: <Avatar id={id} /> };
  });
  return toldApart(options);
}

/** People of one name have the end of their id beside it: it is the same for everyone and tells nothing else. */
export function toldApart(options: Option[]): Option[] {
  const counts = new Map<string, number>();
  for (const { label } of options) counts.set(folded(label), (counts.get(folded(label)) ?? 0) + 1);
  return options.map((option) =>
    (counts.get(folded(option.label)) ?? 0) < 2
      ? option
      : { ...option, hint: [option.hint, `#${option.id.slice(-4)}`].filter(Boolean).join(" · ") },
  );
}
