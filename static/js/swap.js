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

export function replace(element, html) {
  const content = parsed(html);
  const fresh = [...content.children];
  element.replaceWith(content);
  for (const part of fresh) part.dispatchEvent(new CustomEvent("ui:added", { bubbles: true }));
}
