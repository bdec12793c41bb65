/**
 * Runs in a browser: what of a page in a frame runs over the edge, is cut, or lies on other words.
 *
 * @param {HTMLIFrameElement} frame
 */
globalThis.lookOver = function lookOver(frame) {
  const page = frame.contentDocument;
  const width = frame.clientWidth;
  const faults = [];
  if (page.documentElement.scrollWidth > width)
    faults.push(`the page is ${page.documentElement.scrollWidth} wide in ${width}`);
  for (const one of page.querySelectorAll("table, .legend li, .key b, p, h2")) {
    const { left, right } = one.getBoundingClientRect();
    const words = one.textContent.slice(0, 30);
    if (left < 0 || right > width || one.scrollWidth > one.clientWidth + 1)
      faults.push(`${one.tagName} runs over at ${width}: ${words}`);
  }
  let texts = 0;
  for (const svg of page.querySelectorAll("svg[role=img]")) {
    const frameOf = svg.getBoundingClientRect();
    const boxes = [...svg.querySelectorAll("text")].map((text) => ({
      words: text.textContent,
      box: text.getBoundingClientRect(),
    }));
    texts += boxes.length;
    for (const [at, { words, box }] of boxes.entries()) {
      if (box.left < frameOf.left - 1 || box.right > frameOf.right + 1)
        faults.push(`cut at ${width}: ${words}`);
      for (const other of boxes.slice(at + 1)) {
        const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
        const down = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
        // Boxes of text are higher than its letters.
        if (across > 1 && down > 5) faults.push(`${words} lies on ${other.words} at ${width}`);
      }
    }
  }
  return { texts, tables: page.querySelectorAll("table").length, faults };
};
