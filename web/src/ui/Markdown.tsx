import { t } from "@lingui/core/macro";
import { compiler, RuleType } from "markdown-to-jsx";
import type { ReactNode } from "react";
import { type Named, named, points } from "../lib/checklist";

interface Props {
  children: string;
  /** Names that stand after an @ and are shown as mentions. */
  mentions?: string[];
  /** Makes the points of checklists something to tick. */
  onTick?: (point: Named, done: boolean) => void;
}

/** Markdown as React elements: HTML in it stays text, and a link can only lead to a web or mail address. */
export default function Markdown({ children, mentions = [], onTick }: Props) {
  const names = mentions.filter(Boolean).map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = names.length > 0 ? new RegExp(`(@(?:${names.join("|")}))`, "u") : null;
  const all = points(children);
  const rendered = (tick?: Props["onTick"]) => {
    let boxes = 0;
    const content = compiler(children, {
      disableParsingRawHTML: true,
      forceBlock: true,
      overrides: {
        pre: Code,
        a: SafeLink,
        img: SafeImage,
        h1: Heading,
        h2: Heading,
        h3: Heading,
        h4: Heading,
        h5: Heading,
        h6: Heading,
      },
      renderRule(next, node, _, { key }) {
        if (node.type === RuleType.gfmTask) {
          const index = boxes++;
          const onChange = tick && ((done: boolean) => tick(named(all, index), done));
          return <Box key={key} checked={node.completed} label={all[index]?.text ?? ""} onChange={onChange} />;
        }
        if (node.type !== RuleType.text || !pattern) return next();
        return node.text.split(pattern).map((part, index) =>
          index % 2 === 1 ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never change places
            <span key={index} className="mention">
              {part}
            </span>
          ) : (
            part
          ),
        );
      },
    });
    return { content, boxes };
  };
  const { content, boxes } = rendered(onTick);
  // Where the two do not agree on what is a point, a tick could hit another one.
  return <div className="markdown">{onTick && boxes !== all.length ? rendered().content : content}</div>;
}

/** Wide code scrolls, by the keyboard too. */
function Code({ children }: { children?: ReactNode }) {
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable
  return <pre tabIndex={0}>{children}</pre>;
}

interface BoxProps {
  checked: boolean;
  label: string;
  onChange: ((done: boolean) => void) | undefined;
}

/** A point of a checklist. */
function Box({ checked, label, onChange }: BoxProps) {
  if (!onChange) return <input type="checkbox" checked={checked} disabled aria-label={label || t`Point`} />;
  return (
    <label className="tick-box">
      <input
        type="checkbox"
        checked={checked}
        aria-label={label || t`Point`}
        onChange={(event) => onChange(event.target.checked)}
      />
    </label>
  );
}

/** Below the page's own headings, and without an id that could be taken for one of the page's. */
function Heading({ children }: { children?: ReactNode }) {
  return <h4>{children}</h4>;
}

export function safeAddress(href: string | undefined): string | undefined {
  return href && /^(https?:|mailto:|\/(?!\/)|#)/i.test(href.trim()) ? href.trim() : undefined;
}

function SafeLink({ href, children }: { href?: string; children?: ReactNode }) {
  const address = safeAddress(href);
  if (!address) return <>{children}</>;
  return (
    <a href={address} target="_blank" rel="noreferrer nofollow">
      {children}
    </a>
  );
}

/** A picture from elsewhere would tell its host who reads; it is shown as a link. */
function SafeImage({ src, alt }: { src?: string; alt?: string }) {
  return <SafeLink {...(src ? { href: src } : {})}>{alt || src}</SafeLink>;
}
