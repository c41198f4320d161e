import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useEffect, useState } from "react";
import { fullTime } from "../../../lib/dates";
import { fromField, neighbours, previous, stride, toField, within } from "../../../lib/moments";
import { useChangeTimes } from "../../../sync/past";
import { Icon } from "../../../ui/icons";
import { useShortcuts } from "../../../ui/shortcuts";

const FRAME = 1000;

interface Props {
  projectId: string;
  /** Milliseconds since 1970: when the project began, and now. */
  first: number;
  last: number;
  at: number;
  onMove: (at: number) => void;
}

/** Where in its life a project is shown: by a slider, a field, from change to change, or played. */
export function Controls({ projectId, first, last, at, onMove }: Props) {
  const [playing, setPlaying] = useState(false);
  const times = useChangeTimes(projectId, new Date(at).toISOString());
  const before = previous(times, at);
  const { after } = neighbours(times, new Date(at).toISOString());
  const step = stride(first, last);
  const go = (to: number) => onMove(within(to, first, last));
  const toChange = (time: string | undefined) => {
    setPlaying(false);
    // An event's time has microseconds: the millisecond behind it has the event.
    if (time) go(Date.parse(time) + 1);
  };
  const back = () => toChange(before);
  useEffect(() => {
    if (!playing) return undefined;
    if (at >= last) {
      setPlaying(false);
      return undefined;
    }
    const timer = setTimeout(() => onMove(within(at + step, first, last)), FRAME);
    return () => clearTimeout(timer);
  }, [playing, at, first, last, step, onMove]);
  function play(): void {
    if (!playing && at >= last) onMove(first);
    setPlaying(!playing);
  }
  useShortcuts({ ",": back, ".": () => toChange(after), p: play });
  return (
    <div className="past-controls">
      <button
        type="button"
        className="icon-button"
        onClick={back}
        disabled={!before}
        aria-label={t`Previous change`}
        title={t`Previous change`}
      >
        <Icon name="left" />
      </button>
      <button
        type="button"
        className="icon-button"
        onClick={play}
        aria-label={playing ? t`Stop playing` : t`Play`}
        title={playing ? t`Stop playing` : t`Play`}
      >
        <Icon name={playing ? "pause" : "play"} />
      </button>
      <button
        type="button"
        className="icon-button"
        onClick={() => toChange(after)}
        disabled={!after}
        aria-label={t`Next change`}
        title={t`Next change`}
      >
        <Icon name="right" />
      </button>
      <input
        type="range"
        className="past-slider"
        aria-label={t`Moment`}
        aria-valuetext={fullTime(new Date(at).toISOString())}
        min={first}
        max={last}
        step={Math.max(1, Math.round((last - first) / 2000))}
        value={at}
        style={{ "--done": `${last > first ? ((at - first) / (last - first)) * 100 : 100}%` } as React.CSSProperties}
        onChange={(event) => {
          setPlaying(false);
          go(Number(event.target.value));
        }}
      />
      <label className="past-field">
        <span className="sr-only">
          <Trans>Date and time</Trans>
        </span>
        <input
          type="datetime-local"
          className="input"
          step={1}
          min={toField(first)}
          max={toField(last)}
          value={toField(at)}
          onChange={(event) => {
            const chosen = fromField(event.target.value);
            setPlaying(false);
            if (chosen !== null) go(chosen);
          }}
        />
      </label>
    </div>
  );
}
