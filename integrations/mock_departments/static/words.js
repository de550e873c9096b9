// What things are called on the page.
export const states = {
  received: "收件", accepted: "受理", supplement: "待补正", special_procedure: "特别程序", special_procedure_ended: "程序结束",
  approved: "准予", rejected: "不予", not_accepted: "不予受理", withdrawn: "撤回",
};
export const outages = { cut: "断网", hang: "没有声音", 503: "维护中", 500: "出错" };
export const conditions = {
  keys: () => "不认幂等键", query: () => "不能查询", callbacks: () => "不回调",
  skew_s: (value) => `时钟${value > 0 ? "快" : "慢"} ${duration(Math.abs(value))}`, rate_limit_per_s: (value) => `限每秒 ${value} 个`,
};
export const faults = {
  error500: "出错（没办）", error503: "忙（没办）", error429: "太快（没办）", error400: "拒收", error401: "不认签名", error403: "无权", error413: "太大",
  error422: "不合规范", hang_s: "不出声", cut: "断线（没办）", redirect: "转向内网", exec_hang: "办了不出声", exec_cut: "办了断线", exec_500: "办了报错",
  exec_503: "办了说忙", exec_empty: "办了空答复", exec_garbage: "办了答登录页", exec_wrong_type: "办了类型不对", exec_wrong_schema: "办了格式不对",
  exec_deep_json: "极深的 JSON", exec_big: "16 MiB 答复", exec_wrong_receipt: "别人的回执", exec_redirect: "办了转向", exec_drip: "一字节一字节", slow_drip: "一字节一字节",
  slow_s: "慢", before_answer: "先回调后答复", duplicate: "重复回调", resend: "再送一次", out_of_order: "乱序", drop: "回调丢失", late_s: "回调来迟",
  contradict: "前后矛盾", after_withdrawal: "撤回后才准予", forged: "伪造", tamper: "篡改", replay_old: "重放", nonce_reuse: "旧随机数", cross_dept: "别部门的签名",
  unknown_case: "没有的件", unknown_key: "没有的密钥", stripped: "没有签名", stale: "过期", garbage_body: "乱码", deep_body: "极深", big_body: "极大",
};
const decisions = { approve: "一律准予", reject: "一律不予", supplement: "要求补正", not_accepted: "不予受理", silence: "不答复", rules: "按规则" };

export function duration(seconds) {
  if (Array.isArray(seconds)) return `${duration(seconds[0])}～${duration(seconds[1])}`;
  const rounded = Math.round(seconds * 10) / 10;
  return rounded >= 120 ? `${Math.round(rounded / 60)} 分钟` : `${rounded} 秒`;
}

function chancesIn(told) {
  const sure = Object.entries(told.faults ?? {}).filter(([name]) => !(name in (told.chances ?? {})));
  const words = sure.map(([name, value]) => faults[name] + (name.endsWith("_s") || typeof value === "number" && name !== "duplicate" ? ` ${duration(value)}` : ""));
  return [...words, ...Object.entries(told.chances ?? {}).map(([name, share]) => `${faults[name]} ${Math.round(share * 1000) / 10}%`)];
}

const notes = { outage: "停机", "rate limit": "超过限流" };
export const note = (text) => text.split(",").map((name) => faults[name] ?? notes[name] ?? name).join("、");

const occasions = { interfaces: "的共享接口", licences: "的证照库", all: "的一切请求" };
const verbs = { query: "的查询", supplement: "的补正", withdraw: "的撤回", change: "的变更", file: "的申报" };

// One behaviour in words: where, what, how often.
export function behaviour(told, nameOf) {
  const where = [told.dept, told.bundle, told.item, told.matter, told.interface].flat().filter(Boolean).map(nameOf).join("、") || "全部部门";
  const which = occasions[told.on] ?? verbs[told.verb] ?? "";
  const what = chancesIn(told);
  if (told.decide) what.push(decisions[told.decide]);
  if (told.accept_s !== undefined) what.push(`受理要 ${duration(told.accept_s)}`);
  if (told.decide_s !== undefined) what.push(`决定要 ${duration(told.decide_s)}`);
  for (const one of [told.special ?? []].flat()) what.push(`特别程序：${one.procedure ?? "现场核查"}`);
  if (told.afterwards) what.push(told.afterwards.status === "result_revoked" ? "之后撤销结果" : "之后更正结果");
  if (told.empty) what.push("查无此人");
  if (told.mismatch) what.push("数据不一致");
  if (told.rate !== undefined) what.push(`${told.rate * 100}% 的时候`);
  if (told.times) what.push(`还有 ${told.times} 次`);
  return `${where}${which}：${what.join("，") || JSON.stringify(told)}`;
}

export function condition(settings) {
  return Object.entries(settings).map(([name, value]) => conditions[name]?.(value) ?? name);
}

// One step of a scenario in words.
export function step(one, nameOf) {
  if (one.zh && one.act === "behaviour") return one.zh;
  const dept = nameOf(one.settings.dept || "全部部门");
  if (one.act === "outage") return `${dept} ${outages[one.settings.mode]} ${duration(one.settings.seconds)}`;
  if (one.act === "forget") return `${dept} 从备份恢复`;
  const { dept: _dept, ...settings } = one.settings;
  return one.act === "department" ? one.zh || `${dept} ${condition(settings).join("、")}` : behaviour(one.settings, nameOf);
}
