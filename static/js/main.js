// Hangs each behaviour on its data attribute; a page loads only what it uses.
const BEHAVIOURS = {
  "[data-prefer]": "./prefer.js",
  "[data-offline]": "./offline.js",
  "[data-live]": "./live.js",
  "[data-autosave]": "./autosave.js",
  "form[data-autosave]": "./focus.js",
  "[data-arrived]": "./arrive.js",
  "[data-into]": "./into.js",
  "[data-upload]": "./upload.js",
  "[data-pile]": "./pile.js",
  "[data-group]": "./group.js",
  "[data-offer]": "./offer.js",
  "[data-fix]": "./fix.js",
  "[data-tabs]": "./tabs.js",
  "[data-rows], [data-key]": "./keys.js",
  "[data-copy], [data-print], [data-share]": "./share.js",
  "[data-kiosk-frame]": "./kiosk.js",
  "[data-card]": "./card.js",
  "[data-kiosk] input:is([data-pad], [inputmode=numeric], [inputmode=decimal], [type=tel])": "./pad.js",
};
const mounted = new WeakMap();

// All that a page needs is fetched at once and hung on in the order above.
async function mount(root) {
  const wanted = Object.entries(BEHAVIOURS)
    .filter(([selector]) => root.matches?.(selector) || root.querySelector(selector))
    .map(([selector, path]) => [selector, path, import(path)]);
  for (const [selector, path, coming] of wanted) {
    const behaviour = await coming;
    const found = [...root.querySelectorAll(selector)];
    if (root.matches?.(selector)) found.push(root);
    for (const element of found) {
      const done = mounted.get(element) ?? mounted.set(element, new Set()).get(element);
      if (done.has(path)) continue;
      done.add(path);
      behaviour.mount(element);
    }
  }
}

import("./once.js").then((once) => once.mount(document));
import("./csrf.js").then((csrf) => csrf.mount(document));
mount(document);
document.addEventListener("htmx:load", (event) => mount(event.detail.elt));
document.addEventListener("ui:added", (event) => mount(event.target));
