/** Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), as our services write them: lines end in LF. */

export interface StreamEvent {
  type: string;
  data: string;
  /** The place in the stream behind this event; null if it says none. */
  id: string | null;
}

/** Answers what turns pieces of a stream, cut anywhere, into its events. Comments and what has no data are none. */
export function eventReader(): (piece: string) => StreamEvent[] {
  let rest = "";
  return (piece) => {
    const blocks = (rest + piece).split("\n\n");
    rest = blocks.pop() ?? "";
    return blocks.flatMap((block) => eventOf(block) ?? []);
  };
}

function eventOf(block: string): StreamEvent | null {
  const event: StreamEvent = { type: "message", data: "", id: null };
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") event.type = value;
    else if (name === "id") event.id = value;
    else if (name === "data") data.push(value);
  }
  return data.length > 0 ? { ...event, data: data.join("\n") } : null;
}
