// What a page says about itself: run in the page by the camera, given the words that must stay simplified.
(kept) => {
  const seen = (element) => element.checkVisibility?.({ visibilityProperty: true }) ?? true;
  const label = (element) => (element.outerHTML ?? "").replace(/\s+/g, " ").slice(0, 110);
  const main = document.documentElement;

  const headings = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(seen);
  const jumps = headings.filter((one, at) => at && Number(one.tagName[1]) > Number(headings[at - 1].tagName[1]) + 1);
  const first = headings.filter((one) => one.tagName === "H1");

  const faces = (element) => [element, element.closest("label"), element.nextElementSibling].filter(Boolean);
  const marks = (element) => faces(element).some((face) => {
    const style = getComputedStyle(face);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 && !style.outlineColor.includes("0)"))
      || style.boxShadow !== "none";
  });
  const reachable = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .filter((one) => seen(one) && !one.disabled && one.type !== "hidden");
  const unmarked = reachable.filter((one) => {
    one.focus({ focusVisible: true, preventScroll: true });
    return document.activeElement === one && !marks(one);
  });
  document.activeElement?.blur();

  const spoken = (node) => {
    for (let one = node.parentElement; one; one = one.parentElement) {
      if (one.matches("[translate=no], textarea, script, style, template, .chip, .dept")) return "";
      if (one.lang) return one.lang;
    }
    return "";
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const foreign = [], turned = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const text = node.textContent.trim();
    if (!text || !seen(node.parentElement)) continue;
    if (main.lang === "en" && spoken(node) === "en" && /[\u3400-\u9fff]/.test(text)) foreign.push(text.slice(0, 40));
    if (main.lang === "zh-Hant") turned.push(...kept.filter((word) => text.includes(word)));
  }
  return {
    lang: main.lang,
    wide: main.scrollWidth - innerWidth,
    headings: [...(first.length === 1 ? [] : [`${first.length} × h1`]), ...jumps.map(label)],
    unmarked: unmarked.map(label),
    foreign, turned: [...new Set(turned)],
    title: document.title,
    live: document.querySelectorAll("[aria-live], [role=status], [role=alert]").length,
    skip: Boolean(document.querySelector("a.skip[href='#main']")),
  };
}
