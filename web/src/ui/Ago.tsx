import { ago, fullTime } from "../lib/dates";
import { useNow } from "./clock";

/** How long ago something was, going on with the clock; the time in full where one points at it. */
export function Ago({ time }: { time: string }) {
  useNow();
  return (
    <time dateTime={time} title={fullTime(time)}>
      {ago(time)}
    </time>
  );
}
