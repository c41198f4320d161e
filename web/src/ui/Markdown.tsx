import { t } from "@lingui/core/macro";
import MarkdownToJsx, { RuleType } from "markdown-to-jsx";
import type { ReactNode } from "react";

interface Props {
  children: string;
  /** Names that stand after an @ and are shown as mentions. */
  mentions?: string[];
}

/** Markdown as React elements: HTML in it stays text, and a link can only lead to a web or mail address. */
export default function Markdown({ children, mentions = [] }: Props) {
  const names = mentions.filter(Boolean).map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = names.length > 0 ? new RegExp(`(@(?:${names.join("|")}))`, "u") : null;
  return (
    <div className="markdown">
      <MarkdownToJsx
        options={{
          disableParsingRawHTML: true,
          forceBlock: true,
          overrides: {
            pre: Code,
            input: Box,
            a: SafeLink,
            img: SafeImage,
            h1: Heading,
            h2: Heading,
            h3: Heading,
            h4: Heading,
            h5: Heading,
            h6: Heading,
          },
          renderRule(next, node) {
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
        }}
      >
        {children}
      </MarkdownToJsx>
    </div>
  );
}

/** Wide code scrolls, by the keyboard too. */
function Code({ children }: { children?: ReactNode }) {
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable
  return <pre tabIndex={0}>{children}</pre>;
}

/** A point of a checklist. */
function Box({ checked = false }: { checked?: boolean }) {
  return <input type="checkbox" checked={checked} disabled aria-label={checked ? t`Done` : t`Open`} />;
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
