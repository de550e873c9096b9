// What a page says about itself: run in the page by the camera, given the names of the demonstration (camera.Names).
(names) => {
  const seen = (element) => element.checkVisibility?.({ visibilityProperty: true }) ?? true;
  const label = (element) => (element.outerHTML ?? "").replace(/\s+/g, " ").slice(0, 110);
  const main = document.documentElement;

  const headings = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(seen);
  const jumps = headings.filter((one, at) => at && Number(one.tagName[1]) > Number(headings[at - 1].tagName[1]) + 1);
  const first = headings.filter((one) => one.tagName === "H1");

  // Focus is seen when anything changes on the element, in what it is in, or in what is drawn over them.
  const faces = (element) => {
    const found = [element, element.nextElementSibling].filter(Boolean);
    for (let one = element.parentElement, step = 0; one && step < 5; one = one.parentElement, step += 1) found.push(one);
    return found;
  };
  const look = (element) => faces(element).flatMap((face) => [undefined, "::before", "::after"].map((part) => {
    const { outline, boxShadow, borderColor, backgroundColor, textDecoration } = getComputedStyle(face, part);
    return [outline, boxShadow, borderColor, backgroundColor, textDecoration].join();
  })).join();
  const reachable = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .filter((one) => seen(one) && !one.disabled && one.type !== "hidden");
  const unmarked = reachable.filter((one) => {
    const before = look(one);
    one.focus({ focusVisible: true, preventScroll: true });
    const same = document.activeElement === one && look(one) === before;
    one.blur();
    return same;
  });

  const spoken = (node) => {
    for (let one = node.parentElement; one; one = one.parentElement) {
      if (one.matches("[translate=no], textarea, script, style, template, .chip, .dept")) return "";
      if (one.lang) return one.lang;
    }
    return "";
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const foreign = [], fallback = [], turned = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const text = names.known.reduce((left, name) => left.replaceAll(name, ""), node.textContent.trim());
    if (!text || !seen(node.parentElement)) continue;
    if (main.lang === "en" && /[\u3400-\u9fff]/.test(text) && !node.parentElement.closest("[name=language]")) {
      if (spoken(node) === "en") foreign.push(text.slice(0, 40));
      else if (spoken(node)) fallback.push(text.slice(0, 40));
    }
    if (main.lang === "zh-Hant") turned.push(...names.turned.filter((name) => text.includes(name)));
  }
  return {
    lang: main.lang,
    wide: main.scrollWidth - innerWidth,
    headings: [...(first.length === 1 ? [] : [`${first.length} × h1`]), ...jumps.map(label)],
    unmarked: unmarked.map(label),
    foreign, fallback: [...new Set(fallback)], turned: [...new Set(turned)],
    title: document.title,
    live: document.querySelectorAll("[aria-live], [role=status], [role=alert]").length,
    skip: Boolean(document.querySelector("a.skip[href='#main']")),
  };
}
