/** A name that its place is too narrow for ends in an ellipsis; whoever points at it sees it whole. */

/** Where the title is ours. */
const MARK = "data-cut";

const clipped = (element: HTMLElement): boolean =>
  element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1;

const ends = (element: HTMLElement): boolean => {
  const { textOverflow, webkitLineClamp } = getComputedStyle(element);
  return textOverflow === "ellipsis" || (webkitLineClamp !== "none" && webkitLineClamp !== "");
};

/** The nearest element that cuts what stands in it. */
function cutting(target: EventTarget | null): HTMLElement | null {
  for (let one = target instanceof HTMLElement ? target : null; one; one = one.parentElement) if (ends(one)) return one;
  return null;
}

/** From now on; one way for every name, so that no part of a page has to know whether it fits. */
export function showWhole(): void {
  addEventListener("pointerover", ({ target }) => {
    const element = cutting(target);
    if (!element || (element.title && !element.hasAttribute(MARK))) return;
    if (clipped(element)) {
      element.setAttribute(MARK, "");
      element.title = (element.textContent ?? "").trim();
    } else if (element.hasAttribute(MARK)) {
      element.removeAttribute(MARK);
      element.removeAttribute("title");
    }
  });
}
