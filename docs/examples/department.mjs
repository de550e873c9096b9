// A department in one file, Node alone: it takes parenting files and calls back. To run it: docs/department-guide.md.
import { createHash, createHmac, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import { existsSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

const { DEPT_KEY_ID, DEPT_SECRET, DEPT_ALGORITHM, DEPT_CODE = "WJ", DEPT_STORE = "department.jsonl" } = process.env;
const LIMIT = 1024 * 1024, DECIDE_AFTER_MS = 200;
const DECIDED = ["approved", "withdrawn"], VERBS = ["file", "supplements", "withdraw", "changes"];
const filings = new Map(), answers = new Map(), nonces = new Map(), untold = new Map();

// The record is a journal: one line is one transaction, on disk before anybody hears of it, read again at the start.
const apply = ({ filing, answer, nonce, event, told }) => {
  if (filing) for (const name of [filing.key, filing.id, filing.receipt]) filings.set(name, filing);
  if (answer) answers.set(answer.key, answer);
  if (nonce) nonces.set(nonce.nonce, nonce.at);
  if (event) untold.set(event.id, event);
  if (told) untold.delete(told);
};
for (const line of existsSync(DEPT_STORE) ? readFileSync(DEPT_STORE, "utf8").split("\n").filter(Boolean) : [])
  try { apply(JSON.parse(line)); } catch { /* the line that a power cut left half written */ }
const journal = openSync(DEPT_STORE, "a");
const keep = (change) => {
  writeSync(journal, `\n${JSON.stringify(change)}`);
  fsyncSync(journal);
  apply(change);
};

const hashed = (body) => createHash("sha256").update(body).digest("hex");
const signature = (...lines) =>
  createHmac(DEPT_ALGORITHM === "hmac-sm3" ? "sm3" : "sha256", DEPT_SECRET).update(lines.join("\n")).digest("base64");
const isSigned = (method, path, headers, body) => {
  const said = (name) => headers[`x-${name}`] ?? "";
  const [id, stamp, nonce, claimed] = ["key-id", "timestamp", "nonce", "signature"].map(said);
  const isTimely = /^\d{1,12}$/.test(stamp) && Math.abs(Date.now() / 1000 - stamp) <= 300;
  if (id !== DEPT_KEY_ID || !isTimely || !nonce || nonces.get(nonce) > Date.now() - 24 * 3600e3) return false;
  const right = signature(method, path, stamp, nonce, hashed(body));
  if (!timingSafeEqual(Buffer.from(hashed(right)), Buffer.from(hashed(claimed)))) return false;
  keep({ nonce: { nonce, at: Date.now() } });
  return true;
};

const told = ({ receipt: receipt_no, id: sub_application_id, status, result = {}, reasons = [] }) =>
  ({ receipt_no, sub_application_id, status, result, reasons });
const decide = (name) => { // the department's own rule: without an address it asks for one, with it the file is opened
  const now = filings.get(name), event = { id: randomUUID(), url: now.url };
  if (!["received", "accepted"].includes(now.status)) return;
  const ruling = now.fields.mother_live
    ? { status: "approved", result: { file_no: `YE${now.id.slice(0, 8)}` } }
    : { status: "supplement", reasons: [{ about: "mother_live", text: "请填写现居住地址" }] };
  const filing = { ...now, ...ruling, seq: now.seq + 1 };
  const more = { event_id: event.id, dept: DEPT_CODE, idempotency_key: now.key, occurred_at: new Date().toISOString() };
  keep({ filing, event: { ...event, body: JSON.stringify({ ...more, seq: filing.seq, ...told(filing) }) } });
  tell(untold.get(event.id));
};
const tell = async ({ id, url, body }) => { // until it is stored; each try is signed anew
  for (let pause = 1000; ; pause = Math.min(pause * 2, 600e3)) {
    const stamp = String(Math.floor(Date.now() / 1000)), nonce = randomBytes(16).toString("hex");
    const signed = signature("POST", new URL(url).pathname, stamp, nonce, hashed(body));
    const headers = { "Content-Type": "application/json", "X-Dept-Id": DEPT_CODE, "X-Event-Id": id,
      "X-Key-Id": DEPT_KEY_ID, "X-Timestamp": stamp, "X-Nonce": nonce, "X-Signature": signed };
    const said = await fetch(url, { method: "POST", headers, body, redirect: "manual" }).catch(() => null);
    if (said?.ok || said?.status === 409) return keep({ told: id });
    await sleep(Number(said?.headers.get("retry-after")) * 1000 || pause);
  }
};

const carryOut = (path, key, sent) => { // the status to answer, and the filing as it stands then
  const [, place, name = key, verb = "file", ...more] = path.split("/"), now = filings.get(name);
  if (place !== "applications" || !VERBS.includes(verb) || more.length || (verb === "file") === !!now) return [404];
  if (now && DECIDED.includes(now.status)) return [verb === "withdraw" && now.status === "withdrawn" ? 200 : 409, now];
  if (verb === "withdraw") return [200, { ...now, status: "withdrawn", reasons: [] }];
  const onwards = sent.owed ? {} : { status: "accepted", reasons: [] };
  if (now) return [202, { ...now, fields: { ...now.fields, ...sent.fields }, ...onwards }];
  const { contract, sub_application_id: id, fields, callback_url: url } = sent;
  if (contract !== 1 || typeof id !== "string" || !fields) return [400];
  return [202, { key, id, url, fields, receipt: `${DEPT_CODE}-${answers.size + 1}`, status: "received", seq: 0 }];
};
const once = (path, key, body) => { // the same key and bytes get the first answer again
  const sha = hashed(`${path}\n${hashed(body)}`), before = answers.get(key);
  if (!key || before) return !key ? [400] : before.sha === sha ? before.answer : [422];
  const [code, filing] = carryOut(path, key, JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)));
  if (filing) keep({ filing, answer: { key, sha, answer: [code, told(filing)] } });
  if (code === 202) setTimeout(decide, DECIDE_AFTER_MS, filing.key);
  return [code, filing && told(filing)];
};
const answer = ({ method, url, headers }, body) => {
  if (body.length > LIMIT || !isSigned(method, url, headers, body)) return body.length > LIMIT ? [413] : [401];
  const asked = method === "GET" && filings.get(url.replace("/applications/", ""));
  return method === "POST" ? once(url, headers["idempotency-key"], body) : asked ? [200, told(asked)] : [404];
};
for (const event of untold.values()) tell(event);
for (const { key } of new Set(filings.values())) decide(key);
createServer(async (request, response) => {
  let body = Buffer.alloc(0), said = [400]; // 400: not in the contract
  for await (const part of request) if (body.length <= LIMIT) body = Buffer.concat([body, part]);
  try { said = answer(request, body); } catch { /* not JSON, or not of these types */ }
  response.writeHead(said[0], { "Content-Type": "application/json" }).end(JSON.stringify(said[1] ?? {}));
}).listen(Number(process.argv[2]), "127.0.0.1");
