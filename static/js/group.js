// Repeated parts of a form: data-group holds rows and a template whose names carry __row__. Without JavaScript the
// add and remove buttons submit the form and the server does the same.
import { say } from "./say.js";

function renumber(group) {
  const rows = [...group.querySelectorAll(":scope > [data-row]")];
  const least = Number(group.dataset.groupLeast || 1);
  const most = Number(group.dataset.groupMost || 99);
  rows.forEach((row, index) => {
    for (const part of row.querySelectorAll("[data-row-number]")) part.textContent = index + 1;
  });
  for (const button of group.querySelectorAll(":scope > [data-row] [data-remove]")) button.hidden = rows.length <= least;
  group.querySelector(":scope > [data-add]").hidden = rows.length >= most;
}

function add(group) {
  const template = group.querySelector(":scope > template");
  const next = Number(group.dataset.groupNext || group.querySelectorAll(":scope > [data-row]").length);
  group.dataset.groupNext = next + 1;
  const holder = document.createElement("template");
  holder.innerHTML = template.innerHTML.replaceAll("__row__", next);
  const row = holder.content.firstElementChild;
  template.before(row);
  row.dispatchEvent(new CustomEvent("ui:added", { bubbles: true }));
  renumber(group);
  row.querySelector("input, select, textarea")?.focus();
  say(group.dataset.groupAdded);
}

function remove(group, row) {
  const near = row.nextElementSibling?.matches("[data-row]") ? row.nextElementSibling : row.previousElementSibling;
  row.remove();
  renumber(group);
  (near?.querySelector("input, select, textarea") ?? group.querySelector("[data-add]")).focus();
  group.dispatchEvent(new Event("change", { bubbles: true }));
  say(group.dataset.groupRemoved);
}

export function mount(group) {
  renumber(group);
  group.addEventListener("click", (event) => {
    const adding = event.target.closest("[data-add]");
    const removing = event.target.closest("[data-remove]");
    if (!adding && !removing) return;
    event.preventDefault();
    if (adding) add(group);
    else remove(group, removing.closest("[data-row]"));
  });
}
