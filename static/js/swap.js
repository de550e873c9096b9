// Puts a part of the page that the server sent in its place and wakes the behaviours in it.
function parsed(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content;
}

export function fill(element, html) {
  element.replaceChildren(parsed(html));
  element.dispatchEvent(new CustomEvent("ui:added", { bubbles: true }));
}

// What may hold the focus, told apart by what it does: the same thing in a fresh part has the same key.
const CONTROLS = "a[href], button, input, select, textarea, summary";
const key = (one) => [one.tagName, one.type, one.name, one.getAttribute("href") ?? one.form?.getAttribute("action")].join();

// The place in the fresh parts that answers to the one that held the focus; else the first part itself.
function place(held, old, fresh) {
  const alike = (part) => [...part.querySelectorAll(CONTROLS)].filter((one) => key(one) === key(held));
  const now = fresh.flatMap(alike);
  if (now.length) return now[Math.min(alike(old).indexOf(held), now.length - 1)];
  if (fresh[0]) fresh[0].tabIndex = -1;
  return fresh[0];
}

// Nobody who works by keys is thrown back to the top of the page.
export function replace(element, html) {
  const content = parsed(html);
  const fresh = [...content.children];
  const held = element.contains(document.activeElement) && document.activeElement;
  const next = held && place(held, element, fresh);
  element.replaceWith(content);
  for (const part of fresh) part.dispatchEvent(new CustomEvent("ui:added", { bubbles: true }));
  next?.focus?.({ preventScroll: true });
}
