// Whether a page is wider than its window. Only boxes made for it may scroll sideways.

/** What is too wide, as text; run inside the page. */
export function overflow() {
  const name = (element) => {
    const id = element.id ? `#${element.id}` : "";
    const own = [...element.classList].map((c) => `.${c}`).join("");
    return `<${element.localName}${id}${own}> “${(element.textContent ?? "").trim().slice(0, 40)}”`;
  };
  // The frame around a chapter: mdBook lets it scroll, and a reader should never have to.
  const frame = ["html", "body", "#mdbook-page-wrapper", ".page-wrapper", ".page", ".content", "main", "#mdbook-content"];
  const boxes = [...new Set(frame.flatMap((selector) => [...document.querySelectorAll(selector)]))];
  const width = document.documentElement.clientWidth;
  const scrolls = (element) => {
    for (let at = element.parentElement; at && !boxes.includes(at); at = at.parentElement) {
      if (getComputedStyle(at).overflowX !== "visible") return true;
    }
    return false;
  };
  const wide = boxes.filter((box) => box.scrollWidth > box.clientWidth + 1 && box.clientWidth > 0);
  if (wide.length === 0) return [];
  const culprits = [...document.querySelectorAll("main *")].filter((element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.right > width + 1 && !scrolls(element);
  });
  return [
    ...wide.map((box) => `${name(box).split(" “")[0]} is ${box.scrollWidth} px wide in ${box.clientWidth}`),
    ...culprits.slice(-3).map((element) => `reaches over the edge: ${name(element)}`),
  ];
}
