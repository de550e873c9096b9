// Keys of the desk: data-key presses or focuses its element; in data-rows j and k move, e opens, ? shows the help
// (the element with data-keys-help). Never while typing.
let listening = false;

function typing(element) {
  return element.isContentEditable || element.matches("input:not([type=checkbox], [type=radio]), select, textarea");
}

function move(step) {
  const rows = [...document.querySelectorAll("[data-rows] tbody tr:has(a)")];
  if (!rows.length) return;
  const now = rows.findIndex((row) => row.getAttribute("aria-selected") === "true");
  const next = Math.min(Math.max(now + step, 0), rows.length - 1);
  rows.forEach((row, index) => {
    if (index === next) row.setAttribute("aria-selected", "true");
    else row.removeAttribute("aria-selected");
  });
  rows[next].querySelector("a").focus();
  rows[next].scrollIntoView({ block: "nearest" });
}

function press(element) {
  if (element.matches("input:not([type=checkbox], [type=radio]), textarea, select")) element.focus();
  else element.click();
}

function answer(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const help = event.key === "?" && document.querySelector("[data-keys-help]");
  const named = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (named) press(named);
  else if (help) help.toggleAttribute("open");
  else if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "e") document.querySelector("[data-rows] [aria-selected=true] a")?.click();
  else return;
  event.preventDefault();
}

export function mount() {
  if (listening) return;
  listening = true;
  document.addEventListener("keydown", answer);
}
