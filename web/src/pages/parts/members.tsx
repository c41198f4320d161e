import { useQueries } from "@tanstack/react-query";
import type { Project } from "../../http/types";
import { userQuery } from "../../sync/queries";
import type { Option } from "../../ui/Picker";
import { Avatar } from "./People";

/** The members' names as options, each loaded once. */
export function useMemberOptions(project: Project | undefined): Option[] {
  const ids = project?.members.map((member) => member.user_id) ?? [];
  const users = useQueries({ queries: ids.map(userQuery) });
  return ids.map((id, index) => ({ id, label: users[index]?.data?.name ?? "…", icon: <Avatar id={id} /> }));
}
