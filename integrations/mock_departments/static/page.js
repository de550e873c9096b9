// Shows what the pretended departments received, and tells them how to behave.
const settings = {
  slow: { decide_s: 20 }, reject: { decide: "reject" }, supplement: { decide: "supplement" }, silence: { decide: "silence" },
  special: { special: { procedure: "现场核查", expected_days: 5, in_clock: false, seconds: 5 } },
};
const faults = ["error503", "exec_cut", "duplicate", "out_of_order", "drop", "forged"];
const words = {
  received: "收件", accepted: "受理", supplement: "待补正", approved: "准予", rejected: "不予", not_accepted: "不予受理", withdrawn: "撤回",
  special_procedure: "特别程序", special_procedure_ended: "特别程序结束", delivered: "已送达", due: "待送", dropped: "丢失", refused: "被拒",
};
const counted = (counts) => Object.entries(counts).map(([name, count]) => `${words[name] ?? name} ${count}`).join(" · ");
const find = (id) => document.getElementById(id);

function element(name, text, className = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

async function post(path, body) {
  const response = await fetch(path, { method: "POST", body: JSON.stringify(body) });
  if (!response.ok) find("state").textContent = (await response.json()).message;
  return refresh();
}

function showDepartments(departments) {
  find("departments").replaceChildren(...departments.map((one) => {
    const card = element("li", "", one.away ? "card card--away" : "card");
    const counts = counted(one.applications) || "无办件";
    card.append(element("div", `${one.short}（${one.code}）${one.away ? " 停机" : ""}`, "card__name"), element("div", counts, "card__counts"));
    if (one.callbacks_waiting) card.append(element("div", `待回调 ${one.callbacks_waiting}`, "card__counts"));
    return card;
  }));
  if (find("dept").options.length === 1) find("dept").append(...departments.map((one) => new Option(`${one.short}（${one.code}）`, one.code)));
}

function showRecent(rows) {
  find("recent").replaceChildren(...rows.map((row) => {
    const line = document.createElement("tr");
    const at = new Date(row.at * 1000).toLocaleTimeString("zh-CN");
    line.append(element("td", at), element("td", row.dept), element("td", `${row.method} ${decodeURIComponent(row.path)}`),
      element("td", row.status ?? "", row.status >= 400 ? "bad" : ""), element("td", row.note));
    return line;
  }));
}

async function refresh() {
  const summary = await (await fetch("/_control/summary")).json();
  const filed = summary.departments.reduce((sum, one) => sum + Object.values(one.applications).reduce((a, b) => a + b, 0), 0);
  find("state").textContent = `办件 ${filed} · 回调 ${counted(summary.callbacks) || "无"} · 重复办理 ${summary.duplicate_effects.length} · 基准日 ${summary.anchor}`;
  find("behaviours").replaceChildren(...summary.behaviours.map((one) => element("li", JSON.stringify(one))));
  showDepartments(summary.departments);
  showRecent(summary.recent);
}

find("drive").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  const action = form.get("action");
  if (action === "outage") return post("/_control/outage", { dept: form.get("dept"), seconds: 20 });
  const told = faults.includes(action) ? { faults: { [action]: true } } : settings[action];
  return post("/_control/behaviour", { ...told, dept: form.get("dept") || undefined, item: form.get("item") || undefined, times: Number(form.get("times")) });
});
find("reset").addEventListener("click", () => post("/_control/reset", {}));
refresh();
setInterval(refresh, 1500);
