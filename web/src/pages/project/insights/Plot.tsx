import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useRef, useState } from "react";

export interface Area {
  width: number;
  height: number;
  /** Where a value stands, from the top. */
  top: (value: number) => number;
}

export interface Place {
  x: number;
  y: number;
}

interface Props {
  /** What the chart shows; how to move in it by keys is said with it. */
  label: string;
  height: number;
  /** Room for words to the right of the area. */
  right?: number;
  /** The highest value; the steps of the scale from the lowest on, and how they are written. */
  most: number;
  steps: number[];
  written: (step: number) => string;
  /** What is written below, at parts of the width, where there is room for so many words. */
  below: (room: number) => { at: number; text: string }[];
  /** How many things can be looked at one after the other. */
  count: number;
  /** Which of them is meant by a place in the area; null for none. */
  locate: (place: Place, area: Area) => number | null;
  place: (index: number, area: Area) => Place;
  tip: (index: number) => ReactNode;
  /** The same for who hears it. */
  said: (index: number) => string;
  onOpen?: (index: number) => void;
  children: (area: Area, looked: number | null) => ReactNode;
}

const MARGIN = { top: 10, bottom: 26, left: 40 };
const WORD = 70;
const TIP_HALF = 116;
const HEADROOM = 1.04;

/** A chart's frame: its scales, and the looking around in it by mouse, finger and keyboard. */
export function Plot(props: Props) {
  const [box, width] = useWidth();
  const [looked, setLooked] = useState<number | null>(null);
  const [heard, setHeard] = useState("");
  const { count } = props;
  const low = props.steps[0] ?? 0;
  const high = low + Math.max(props.most - low, 1) * HEADROOM;
  const steps = props.steps.filter((step) => step <= high);
  const area: Area = {
    width: Math.max(0, width - MARGIN.left - (props.right ?? 8)),
    height: props.height - MARGIN.top - MARGIN.bottom,
    top: (value) => area.height * (1 - (value - low) / (high - low)),
  };
  const at = looked !== null && looked < count ? looked : null;
  const spot = at === null ? null : props.place(at, area);

  const look = (index: number | null, aloud = false) => {
    setLooked(index);
    setHeard(aloud && index !== null ? props.said(index) : "");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const from = at ?? count - 1;
    const to = KEYS[event.key]?.(from, count - 1);
    if (to !== undefined && count > 0) {
      event.preventDefault();
      look(Math.min(Math.max(to, 0), count - 1), true);
    } else if (event.key === "Enter" && at !== null && props.onOpen) {
      event.preventDefault();
      props.onOpen(at);
    } else if (event.key === "Escape" && at !== null) {
      event.stopPropagation();
      look(null);
    }
  };
  const meant = (event: PointerEvent | React.MouseEvent): number | null => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    return props.locate({ x: event.clientX - left - MARGIN.left, y: event.clientY - top - MARGIN.top }, area);
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div
      ref={box}
      className={`plot ${props.onOpen && at !== null ? "opens" : ""}`}
      role="group"
      aria-label={props.label}
      // Before its width is known it has its height already, so that nothing below it moves.
      style={{ minHeight: props.height }}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move in it
      tabIndex={0}
      onKeyDown={onKeyDown}
      onFocus={(event) => event.currentTarget.matches(":focus-visible") && count > 0 && look(count - 1, true)}
      onBlur={() => look(null)}
      onPointerMove={(event) => look(meant(event))}
      onPointerLeave={() => look(null)}
      onClick={(event) => {
        const index = meant(event);
        // A finger looks first, and opens what it looks at already.
        if (index !== null && index === at && props.onOpen) props.onOpen(index);
        else look(index);
      }}
    >
      {width > 0 && (
        <svg width={width} height={props.height} aria-hidden="true">
          <g transform={`translate(${MARGIN.left} ${MARGIN.top})`}>
            {steps.map((step) => (
              <g key={step} transform={`translate(0 ${area.top(step)})`}>
                <line className="grid-line" x2={area.width} />
                <text className="scale" x={-8} dy="0.32em" textAnchor="end">
                  {props.written(step)}
                </text>
              </g>
            ))}
            {props.below(Math.max(2, Math.floor(area.width / WORD))).map(({ at: part, text }) => (
              <text
                key={part}
                className="scale"
                x={part * area.width}
                y={area.height + 18}
                textAnchor={part > 0.96 ? "end" : part < 0.04 ? "start" : "middle"}
              >
                {text}
              </text>
            ))}
            {props.children(area, at)}
          </g>
        </svg>
      )}
      {spot && at !== null && (
        <div
          className={`plot-tip ${spot.y < 110 ? "under" : ""}`}
          aria-hidden="true"
          style={{
            left: Math.min(Math.max(spot.x + MARGIN.left, TIP_HALF), Math.max(TIP_HALF, width - TIP_HALF)),
            top: spot.y + MARGIN.top,
          }}
        >
          {props.tip(at)}
        </div>
      )}
      <span className="sr-only" role="status">
        {heard}
      </span>
    </div>
  );
}

const KEYS: Record<string, (from: number, last: number) => number> = {
  ArrowLeft: (from) => from - 1,
  ArrowRight: (from) => from + 1,
  PageUp: (from) => from - 7,
  PageDown: (from) => from + 7,
  Home: () => 0,
  End: (_, last) => last,
};

/** The width that the layout gives to an element; 0 before it is known. */
function useWidth(): [React.RefObject<HTMLDivElement | null>, number] {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [box, width];
}
