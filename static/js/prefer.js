// Theme and elder mode without a new page; the language needs one, so what was typed is kept over it.
import { token } from "./csrf.js";

const KEY = "typed";
const root = document.documentElement;

function isDark() {
  if (root.dataset.theme) return root.dataset.theme === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

const APPLY = {
  elder(button) {
    const on = !root.hasAttribute("data-elder");
    root.toggleAttribute("data-elder", on);
    button.setAttribute("aria-pressed", on);
    return on ? "1" : "0";
  },
  theme(button) {
    if (button.value === "auto") {
      root.removeAttribute("data-theme");
      return "auto";
    }
    root.dataset.theme = isDark() ? "light" : "dark";
    button.setAttribute("aria-pressed", root.dataset.theme === "dark");
    return root.dataset.theme;
  },
};

function typedFields() {
  const fields = document.querySelectorAll("main form :is(input, select, textarea)[name]");
  return [...fields].filter((field) => !["hidden", "password", "file", "submit"].includes(field.type));
}

function keepTyped() {
  const kept = typedFields().map((field) => [field.name, field.value, field.checked ?? null]);
  if (kept.length) sessionStorage.setItem(KEY, JSON.stringify({ path: location.pathname, kept }));
}

function bringBack() {
  const stored = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  sessionStorage.removeItem(KEY);
  if (stored?.path !== location.pathname) return;
  typedFields().forEach((field, index) => {
    const [name, value, checked] = stored.kept[index] ?? [];
    if (name !== field.name) return;
    if (field.type === "radio" || field.type === "checkbox") field.checked = checked && field.value === value;
    else field.value = value;
  });
}

// A list that is open closes by Escape and when the person turns to something else.
function closesByItself(list) {
  const close = () => { list.open = false; };
  list.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !list.open) return;
    close();
    list.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => { if (!list.contains(event.target)) close(); });
  list.addEventListener("focusout", (event) => { if (event.relatedTarget && !list.contains(event.relatedTarget)) close(); });
}

bringBack();

export function mount(form) {
  const list = form.querySelector("[data-langs]");
  if (list) closesByItself(list);
  const theme = form.querySelector("[name=theme][aria-pressed]");
  theme?.setAttribute("aria-pressed", isDark());
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    const apply = APPLY[button?.name];
    if (!apply) {
      keepTyped();
      return;
    }
    event.preventDefault();
    const body = new URLSearchParams({ [button.name]: apply(button) });
    fetch(form.action, {
      method: "POST", body, keepalive: true, headers: { "X-CSRFToken": token(), Accept: "application/json" },
    });
  });
}
