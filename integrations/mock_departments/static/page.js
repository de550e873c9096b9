// Shows what the pretended departments received, live, and tells them how to behave.
import { departments } from "./cards.js";
import * as drawing from "./drawing.js";
import { element, find, nameOf } from "./elements.js";
import { groups } from "./switches.js";

let chosen = "";
let picture = null;

function say(message) {
  find("message").textContent = message;
  find("message").hidden = !message;
}

async function post(verb, body) {
  const response = await fetch(`/_control/${verb}`, { method: "POST", body: JSON.stringify(body) });
  say(response.ok ? "" : (await response.json()).message);
  draw(await (await fetch("/_control/live?once=1")).json());
}

function choose(code) {
  chosen = code;
  find("chosen").textContent = code ? nameOf(code) : "全部部门";
  document.querySelectorAll("[data-single]").forEach((button) => { button.disabled = !code; });
  draw(picture);
}

function draw(told) {
  if (!told) return;
  picture = told;
  departments(told.departments, chosen, choose);
  drawing.totals(told.totals, told.departments);
  drawing.series(told.series);
  drawing.behaviours(told.behaviours, told.everywhere, (id) => post("behaviour", { end: id }));
  drawing.recent(told.recent);
  drawing.scenario(told.scenario);
  if (!find("shipped").options.length) find("shipped").append(...told.shipped.map((one) => new Option(one.zh, one.name)));
  find("link").className = "lamp lamp--well";
  find("state").textContent = `演示的日子 ${told.anchor}，现在 ${told.now.slice(11, 19)}`;
}

function press({ verb, body }) {
  const form = new FormData(find("board"));
  const told = { ...body, dept: chosen };
  if (verb !== "behaviour") return post(verb, told);
  const [item, times] = [form.get("item").trim(), Number(form.get("times"))];
  return post(verb, { ...told, dept: chosen || undefined, item: item || undefined, times: times > 0 ? times : undefined });
}

function layOut() {
  for (const [title, switches] of groups) {
    const group = element("fieldset", "", "switches__group");
    group.append(element("legend", title));
    for (const [name, what] of switches) {
      const button = element("button", name, "button button--switch");
      button.type = "button";
      if (what.single) { button.dataset.single = ""; button.disabled = true; button.title = "先选一个部门"; }
      button.addEventListener("click", () => press(what));
      group.append(button);
    }
    find("switches").append(group);
  }
  const heal = element("button", "这个部门恢复正常", "button");
  heal.type = "button";
  heal.dataset.single = "";
  heal.disabled = true;
  heal.addEventListener("click", () => post("heal", { dept: chosen }));
  find("switches").append(heal);
}

layOut();
find("board").addEventListener("submit", (event) => event.preventDefault());
find("reset").addEventListener("click", () => post("reset", {}));
find("stop").addEventListener("click", () => post("scenario", { stop: true }));
find("scenario").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  const seed = form.get("seed").trim();
  post("scenario", { name: form.get("name"), ...(seed ? { seed: Number(seed) } : {}) });
});
const stream = new EventSource("/_control/live");
stream.addEventListener("message", (event) => draw(JSON.parse(event.data)));
stream.addEventListener("error", () => { find("link").className = "lamp lamp--away"; find("state").textContent = "断开了，正在重新连接…"; });
