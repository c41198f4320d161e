import { useState } from "react";

/** The token of a link: behind the `#`, which no server and no other site is sent. */
export function useToken(): string {
  const [token] = useState(() => location.hash.slice(1));
  return token;
}
