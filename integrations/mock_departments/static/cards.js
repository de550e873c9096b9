// A card for each department: its lamp, what is odd about it, what it has in hand.
import { call, element, find } from "./elements.js";
import { condition, outages, states } from "./words.js";

function lampOf(one) {
  if (one.outage) return ["away", `${outages[one.outage.mode]} 还有 ${one.outage.left_s} 秒`];
  const odd = condition(one.condition);
  if (odd.length) return ["odd", odd.join("、")];
  return one.told ? ["odd", "有开关"] : ["well", ""];
}

function card(one, chosen, choose) {
  const [lamp, text] = lampOf(one);
  const button = element("button", "", `card card--${lamp}`);
  button.type = "button";
  button.setAttribute("aria-pressed", String(chosen === one.code));
  button.append(element("span", "", `lamp lamp--${lamp}${one.busy ? " lamp--busy" : ""}`), element("span", `${one.short} ${one.code}`, "card__name"));
  if (text) button.append(element("span", text, "card__odd"));
  const counts = Object.entries(one.applications).map(([state, count]) => `${states[state] ?? state} ${count}`);
  if (one.waiting) counts.push(`待回调 ${one.waiting}`);
  button.append(element("span", counts.join(" · "), "card__counts"));
  button.addEventListener("click", () => choose(chosen === one.code ? "" : one.code));
  const item = element("li");
  item.append(button);
  return item;
}

export function departments(list, chosen, choose) {
  call(list);
  const focused = document.activeElement?.dataset?.code;
  const isActive = (one) => Object.keys(one.applications).length || one.outage || one.told || Object.keys(one.condition).length || one.code === chosen;
  for (const [id, shown] of [["departments", list.filter(isActive)], ["idle", list.filter((one) => !isActive(one))]]) {
    const items = shown.map((one) => card(one, chosen, choose));
    items.forEach((item, place) => { item.firstChild.dataset.code = shown[place].code; });
    find(id).replaceChildren(...items);
  }
  if (focused) document.querySelector(`[data-code="${focused}"]`)?.focus();
}
