// Draws one picture of the departments. Text is never read as markup.
import { element, find, nameOf } from "./elements.js";
import { behaviour, condition, note, step } from "./words.js";

export function totals(told, departments) {
  const applications = departments.flatMap((one) => Object.entries(one.applications));
  const sum = (entries) => entries.reduce((total, [, count]) => total + count, 0);
  const decided = applications.filter(([state]) => ["approved", "rejected", "not_accepted", "withdrawn"].includes(state));
  const tiles = [
    ["收到办件", sum(applications)], ["已办结", sum(decided)], ["回调已收存", told.callbacks_delivered], ["待回调", told.callbacks_due],
    ["冒名回调", told.hostile_sent], ["冒名被接受", told.hostile_accepted, told.hostile_accepted > 0], ["重复办理", told.duplicates, told.duplicates > 0],
  ];
  find("totals").replaceChildren(...tiles.map(([name, count, isBad]) => {
    const tile = element("div", "", isBad ? "tile tile--bad" : "tile");
    tile.append(element("dt", name), element("dd", count.toLocaleString("zh-CN")));
    return tile;
  }));
}

export function series(counts) {
  const most = Math.max(...counts, 1);
  const points = counts.map((count, place) => `${(place * 240) / (counts.length - 1)},${47 - (count * 44) / most}`).join(" ");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
  line.setAttribute("points", points);
  find("series").replaceChildren(line);
  find("rate").textContent = `共 ${counts.reduce((a, b) => a + b, 0)} 个，最多每秒 ${Math.max(...counts)} 个`;
}

export function behaviours(list, everywhere, end) {
  const items = list.map((one) => {
    const item = element("li", behaviour(one, nameOf));
    const button = element("button", "取消", "button button--small");
    button.type = "button";
    button.setAttribute("aria-label", `取消：${behaviour(one, nameOf)}`);
    button.addEventListener("click", () => end(one.id));
    item.append(button);
    return item;
  });
  const odd = condition(everywhere);
  if (odd.length) items.unshift(element("li", `全部部门：${odd.join("、")}`));
  find("behaviours").replaceChildren(...(items.length ? items : [element("li", "没有开关打开，一切如常。", "hint")]));
}

export function recent(rows) {
  find("recent").replaceChildren(...rows.map((row) => {
    const line = element("tr");
    const at = new Date(row.at * 1000).toLocaleTimeString("zh-CN", { hour12: false, timeZone: "Asia/Shanghai" });
    const what = element("td", row.what);
    what.title = row.path;
    line.append(element("td", at, "time"), element("td", nameOf(row.dept)), what, element("td", row.status ?? "", row.status >= 400 ? "bad" : ""), element("td", note(row.note)));
    return line;
  }));
}

export function scenario(running) {
  find("stop").hidden = find("playing").hidden = !running;
  if (!running) return;
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  find("playing-name").textContent = `${running.zh}（种子 ${running.seed}）${clock(running.at_s)}${running.ends_s ? ` / ${clock(running.ends_s)}` : ""}`;
  find("playing-note").textContent = running.note;
  find("playing-bar").value = running.ends_s ? Math.min(running.at_s / running.ends_s, 1) : running.done / Math.max(running.of, 1);
  find("playing-now").replaceChildren(...running.now.map((one) => element("li", step(one, nameOf))));
  const next = running.next.map((one) => element("li", `${clock(Math.max(one.in_s, 0))} 后：${step(one, nameOf)}`));
  find("playing-next").replaceChildren(...(next.length ? next : [element("li", "没有了，到时间恢复正常。", "hint")]));
}
