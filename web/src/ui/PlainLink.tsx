import type { MouseEvent, ReactNode, RefObject } from "react";
import { navigate } from "wouter/use-browser-location";

interface Props {
  href: string;
  className: string;
  ref?: RefObject<HTMLAnchorElement | null>;
  children: ReactNode;
}

/** A link of which there may be hundreds: unlike the router's it does not watch the address, so it is not drawn anew. */
export function PlainLink({ href, className, ref, children }: Props) {
  const onClick = (event: MouseEvent<HTMLAnchorElement>) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    navigate(href);
  };
  return (
    <a ref={ref} href={href} className={className} onClick={onClick} draggable={false}>
      {children}
    </a>
  );
}
