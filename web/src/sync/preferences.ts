/** Changes of what one is told of: each is one tick, so that what another device has changed meanwhile stands. */
import type { QueryClient } from "@tanstack/react-query";
import type { Preferences } from "../http/types";
import { keys } from "./cache";
import { type Change, change } from "./change";
import type { PreferenceCommand } from "./commands";
import { preferencesWith } from "./unsent";

function preferring(client: QueryClient, command: PreferenceCommand, told: string): Change<PreferenceCommand> {
  const inverse = { ...command, on: !command.on };
  const show = (one: PreferenceCommand) =>
    client.setQueryData<Preferences>(keys.preferences, (now) => now && preferencesWith(now, one));
  return {
    command,
    scope: "preferences",
    about: told,
    told,
    show: () => show(command),
    rollback: () => show(inverse),
    back: () => preferring(client, inverse, told),
  };
}

/** Sets one tick; `told` is what the toast says. */
export async function prefer(client: QueryClient, command: PreferenceCommand, told: string): Promise<void> {
  await change(client, preferring(client, command, told));
}
