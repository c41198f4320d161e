/** Puts what opens from a button below it, or above it where there is more room; on a phone it is a sheet at the bottom. */
export function place(button: HTMLElement | null, box: HTMLElement | null, align: "start" | "end"): void {
  const anchor = button?.getBoundingClientRect();
  if (!anchor || !box || matchMedia("(max-width: 640px)").matches) return;
  const below = innerHeight - anchor.bottom - 12;
  const above = anchor.top - 12;
  const up = below < Math.min(box.scrollHeight, 280) && above > below;
  const width = box.offsetWidth;
  const left = align === "end" ? anchor.right - width : anchor.left;
  box.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  box.style.maxHeight = `${Math.min(360, up ? above : below)}px`;
  box.style.top = up ? "auto" : `${anchor.bottom + 4}px`;
  box.style.bottom = up ? `${innerHeight - anchor.top + 4}px` : "auto";
}
