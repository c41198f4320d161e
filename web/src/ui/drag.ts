/**
 * Dragging by mouse, pen and finger alike, on pointer events: one listener for a whole board or calendar, nothing per
 * card. A mouse drags once it has moved a little; a finger has to rest first, for until then it scrolls. Escape, a second
 * finger or leaving the window calls it off. What is dragged may vanish meanwhile, as it does in a virtual list: a copy
 * follows the pointer.
 */
export interface Point {
  x: number;
  y: number;
}

export interface Drag {
  /** What is taken hold of at an element, or null. */
  source: (at: Element) => HTMLElement | null;
  start: (source: HTMLElement) => void;
  /** Once per frame, also while something scrolls under a resting pointer. `under` is what is below the copy. */
  over: (under: Element | null, point: Point) => void;
  drop: () => void;
  /** Where the source is after the drop, for the copy to go there; null where it is not to be seen. */
  landed: (source: HTMLElement) => Element | null;
  /** At the end of every drag, when the copy is gone. */
  end: () => void;
}

const SLOP = 5;
const REST_MILLISECONDS = 260;
const EDGE = 56;
const FASTEST = 18;

/** Makes what is inside `root` draggable; answers how to stop. Elements with `data-scrolls` scroll at their edges. */
export function dragWithin(root: HTMLElement, drag: Drag): () => void {
  let active: Gesture | null = null;

  function onPointerDown(event: PointerEvent): void {
    if (active) {
      active.cancel();
      return;
    }
    const at = event.target;
    if (!event.isPrimary || event.button !== 0 || event.ctrlKey || !(at instanceof Element)) return;
    if (at.closest("button, input, textarea, select, [popover]")) return;
    const source = drag.source(at);
    if (source) active = begin(root, drag, source, event, () => (active = null));
  }
  // There from the beginning: a browser decides at the first touch whether it has to ask before it scrolls.
  const onTouchMove = (event: TouchEvent) => active?.dragging && event.cancelable && event.preventDefault();
  const onNative = (event: Event) => event.preventDefault();

  root.addEventListener("pointerdown", onPointerDown);
  root.addEventListener("touchmove", onTouchMove, { passive: false });
  root.addEventListener("dragstart", onNative);
  return () => {
    active?.cancel();
    root.removeEventListener("pointerdown", onPointerDown);
    root.removeEventListener("touchmove", onTouchMove);
    root.removeEventListener("dragstart", onNative);
  };
}

interface Gesture {
  readonly dragging: boolean;
  cancel: () => void;
}

function begin(root: HTMLElement, drag: Drag, source: HTMLElement, down: PointerEvent, over: () => void): Gesture {
  const stop = new AbortController();
  const from: Point = { x: down.clientX, y: down.clientY };
  const finger = down.pointerType === "touch";
  let point = from;
  let copy: HTMLElement | null = null;
  let frame = 0;
  const resting = finger ? setTimeout(lift, REST_MILLISECONDS) : 0;

  function lift(): void {
    const box = source.getBoundingClientRect();
    copy = copyOf(source, box);
    copy.style.transformOrigin = `${from.x - box.left}px ${from.y - box.top}px`;
    root.setPointerCapture(down.pointerId);
    document.documentElement.classList.add("dragging");
    if (finger) navigator.vibrate?.(8);
    drag.start(source);
    const offset = { x: box.left - from.x, y: box.top - from.y };
    const follow = () => {
      if (copy) copy.style.translate = `${point.x + offset.x}px ${point.y + offset.y}px`;
      const under = document.elementFromPoint(point.x, point.y);
      if (under) scrollAtEdges(under, root, point, from);
      drag.over(under, point);
      frame = requestAnimationFrame(follow);
    };
    follow();
  }

  function finish(dropped: boolean): void {
    clearTimeout(resting);
    cancelAnimationFrame(frame);
    stop.abort();
    over();
    if (!copy) return;
    document.documentElement.classList.remove("dragging");
    swallowClick();
    if (dropped) {
      drag.over(document.elementFromPoint(point.x, point.y), point);
      drag.drop();
    }
    void land(copy, () => drag.landed(source)).then(drag.end);
  }

  function listen<K extends keyof WindowEventMap>(type: K, handle: (event: WindowEventMap[K]) => void): void {
    addEventListener(type, handle, { capture: true, signal: stop.signal });
  }
  listen("pointermove", (event) => {
    if (event.pointerId !== down.pointerId) return;
    point = { x: event.clientX, y: event.clientY };
    if (copy || Math.hypot(point.x - from.x, point.y - from.y) < SLOP) return;
    if (finger) finish(false);
    else lift();
  });
  listen("pointerup", (event) => event.pointerId === down.pointerId && finish(true));
  listen("pointercancel", (event) => event.pointerId === down.pointerId && finish(false));
  listen("blur", (event) => event.target === window && finish(false));
  listen("contextmenu", (event) => (copy || finger) && event.preventDefault());
  listen("keydown", (event) => {
    if (!copy || event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    finish(false);
  });
  // A virtual list may take the touched element out of the page; its touches still go to it, and no longer to `root`.
  down.target?.addEventListener("touchmove", (event) => copy && event.cancelable && event.preventDefault(), {
    passive: false,
    signal: stop.signal,
  });
  return {
    get dragging() {
      return copy !== null;
    },
    cancel: () => finish(false),
  };
}

function copyOf(source: HTMLElement, box: DOMRect): HTMLElement {
  const copy = source.cloneNode(true) as HTMLElement;
  for (const named of copy.querySelectorAll("[id]")) named.removeAttribute("id");
  copy.classList.add("drag-copy");
  copy.setAttribute("aria-hidden", "true");
  copy.inert = true;
  copy.style.width = `${box.width}px`;
  copy.style.height = `${box.height}px`;
  document.body.append(copy);
  return copy;
}

/** Lets the copy go to where the page now shows the source, and takes it away. */
async function land(copy: HTMLElement, landed: () => Element | null): Promise<void> {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  await frame();
  await frame();
  const box = landed()?.getBoundingClientRect();
  if (box && !matchMedia("(prefers-reduced-motion: reduce)").matches) {
    const flight = { translate: `${box.left}px ${box.top}px`, rotate: "0deg", scale: "1" };
    await copy.animate(flight, { duration: 130, easing: "ease-out" }).finished;
  }
  copy.remove();
}

/** The click that ends a drag opens nothing. */
function swallowClick(): void {
  const swallow = (event: Event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", swallow, { capture: true }), 60);
}

/** Scrolls what is under the pointer towards the edge that it has been moved to. */
function scrollAtEdges(under: Element, root: HTMLElement, point: Point, from: Point): void {
  for (let at: Element | null = under.closest("[data-scrolls]"); at && root.contains(at); ) {
    const box = at.getBoundingClientRect();
    if (at.getAttribute("data-scrolls") === "x") at.scrollLeft += pull(point.x, box.left, box.right, from.x);
    else at.scrollTop += pull(point.y, box.top, box.bottom, from.y);
    at = at.parentElement?.closest("[data-scrolls]") ?? null;
  }
}

/** Pixels to scroll in this frame: the nearer to an edge, the more. What was taken hold of at an edge stays. */
export function pull(at: number, start: number, end: number, from: number): number {
  const edge = Math.min(EDGE, (end - start) / 4);
  if (at < start + edge && at < from - SLOP) return -Math.ceil(FASTEST * Math.min(1, (start + edge - at) / edge));
  if (at > end - edge && at > from + SLOP) return Math.ceil(FASTEST * Math.min(1, (at - end + edge) / edge));
  return 0;
}
