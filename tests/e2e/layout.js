/* What is wrong with how the page's texts lie, as a list of words. Texts count as they are seen: what a box around them
   cuts off does not, nor does what lies in another layer. */
() => {
  const start = (text) => text.trim().slice(0, 24);
  const kind = (element) => element.className || element.tagName;
  const found = new Set();

  const layerOf = (element) => {
    for (let one = element; one; one = one.parentElement)
      if (["fixed", "sticky", "absolute"].includes(getComputedStyle(one).position)) return one;
    return null;
  };
  const scrolls = (style) => /auto|scroll/.test(style.overflowX + style.overflowY);
  const ends = (style) => style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none";

  /** What is seen of a text: its lines' boxes within those around it; notes where it is cut without a mark. */
  function seen(node) {
    const range = document.createRange();
    range.selectNodeContents(node);
    const whole = range.getBoundingClientRect();
    let [left, top, right, bottom] = [0, 0, innerWidth, innerHeight];
    let marked = false;
    let reached = false;
    for (let one = node.parentElement; one && one !== document.body; one = one.parentElement) {
      const style = getComputedStyle(one);
      marked ||= ends(style);
      reached ||= scrolls(style);
      if (style.overflowX === "visible" && style.overflowY === "visible") continue;
      const box = one.getBoundingClientRect();
      const cut = style.overflowX !== "visible" && whole.right > box.right + 1 && whole.left < box.right;
      if (cut && !marked && !reached) found.add(`cut without a mark: ${start(node.data)} in ${kind(one)}`);
      [left, top] = [Math.max(left, box.left), Math.max(top, box.top)];
      [right, bottom] = [Math.min(right, box.right), Math.min(bottom, box.bottom)];
    }
    const boxes = [];
    for (const line of range.getClientRects()) {
      const [from, to] = [Math.max(left, line.left), Math.min(right, line.right)];
      const [above, below] = [Math.max(top, line.top), Math.min(bottom, line.bottom)];
      if (to - from > 2 && below - above > 2) boxes.push({ from, to, above, below });
      const beyond = line.left < innerWidth && line.right > innerWidth + 1 && right >= innerWidth;
      if (line.width > 2 && beyond && !reached) found.add(`beyond the page: ${start(node.data)}`);
    }
    return boxes;
  }

  const texts = [];
  const walker = document.createTreeWalker(document.querySelector("dialog:modal") ?? document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const element = node.parentElement;
    if (!node.data.trim() || element.closest("svg, option, .sr-only, .skip, noscript, .toasts")) continue;
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    for (const box of seen(node)) texts.push({ node, element, box, layer: layerOf(element) });
  }
  for (const [at, one] of texts.entries()) {
    for (const other of texts.slice(at + 1)) {
      if (one.node === other.node || one.layer !== other.layer) continue;
      const across = Math.min(one.box.to, other.box.to) - Math.max(one.box.from, other.box.from);
      const down = Math.min(one.box.below, other.box.below) - Math.max(one.box.above, other.box.above);
      if (across <= 3 || down <= 4) continue;
      const [first, second] = [one, other].map(({ node, element }) => `${start(node.data)} (${kind(element)})`);
      found.add(`${first} lies over ${second}`);
    }
  }

  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) found.add(`the page is ${wide} wide`);
  for (const button of document.querySelectorAll("button, .button")) {
    if (!button.checkVisibility() || button.closest(".sr-only")) continue;
    const box = button.getBoundingClientRect();
    let reached = false;
    for (let one = button.parentElement; one; one = one.parentElement)
      reached ||= scrolls(getComputedStyle(one)) && one.scrollWidth > one.clientWidth;
    const beyond = box.left < innerWidth && box.right > innerWidth + 1;
    if (box.width && beyond && !reached) found.add(`a button beyond the page: ${kind(button)} ${start(button.textContent)}`);
  }
  // A title with room for four letters says nothing.
  for (const title of document.querySelectorAll(".row-link, .card-link, .tile-name"))
    if (title.checkVisibility() && title.clientWidth && title.clientWidth < 80)
      found.add(`a title of ${title.clientWidth} px: ${start(title.textContent)}`);
  return [...found];
};
