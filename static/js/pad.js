// Keys on the screen for numbers: data-pad on an input ("id" has an X as well). At terminals every input that takes
// digits gets them while it has the focus. A keyboard of the machine goes on working.
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];

function key(text, label, press) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text;
  if (label) button.setAttribute("aria-label", label);
  // The input keeps the focus and its place in the text.
  button.addEventListener("pointerdown", (event) => event.preventDefault());
  button.addEventListener("click", press);
  return button;
}

function write(input, sign) {
  const at = input.selectionStart ?? input.value.length;
  const most = input.maxLength > 0 ? input.maxLength : Infinity;
  if (input.value.length >= most) return;
  input.value = input.value.slice(0, at) + sign + input.value.slice(input.selectionEnd ?? at);
  input.setSelectionRange?.(at + 1, at + 1);
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

function erase(input) {
  const to = input.selectionEnd ?? input.value.length;
  const from = input.selectionStart === to ? Math.max(0, to - 1) : input.selectionStart;
  input.value = input.value.slice(0, from) + input.value.slice(to);
  input.setSelectionRange?.(from, from);
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

export function mount(input) {
  const pad = document.createElement("div");
  pad.className = "kpad";
  pad.setAttribute("role", "group");
  pad.setAttribute("aria-label", document.documentElement.lang === "en" ? "Number keys" : "数字键");
  for (const digit of KEYS) pad.append(key(digit, "", () => write(input, digit)));
  const last = input.dataset.pad === "id" ? "X" : input.inputMode === "decimal" ? "." : "";
  pad.append(last ? key(last, "", () => write(input, last)) : document.createElement("span"));
  pad.append(key("0", "", () => write(input, "0")));
  pad.append(key("⌫", document.documentElement.lang === "en" ? "Delete" : "删除一位", () => erase(input)));
  pad.hidden = document.activeElement !== input;
  input.after(pad);
  input.addEventListener("focus", () => { pad.hidden = false; });
  input.addEventListener("blur", (event) => { pad.hidden = !pad.contains(event.relatedTarget); });
}
