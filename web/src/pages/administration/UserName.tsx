import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { everyone } from "../../http/account";
import { keys } from "../../sync/cache";

/** Somebody's name as administrators know it; the directory has only those whom one shares a project with. */
export function UserName({ id }: { id: string }) {
  const all = useQuery({
    queryKey: [...keys.allPeople, "names"],
    queryFn: async () => {
      const names = new Map<string, string>();
      let cursor: string | undefined;
      do {
        const page = await everyone("", undefined, cursor);
        for (const person of page.items) names.set(person.id, person.name);
        cursor = page.next_cursor ?? undefined;
      } while (cursor && names.size < 2000);
      return names;
    },
  });
  return <>{all.data?.get(id) ?? (all.isPending ? "…" : <Trans>Former member</Trans>)}</>;
}
