// One file on its way: its line with progress, cancel, retry; what went wrong stands beside it and the file stays.
import { token } from "./csrf.js";
import { prepared } from "./picture.js";

export function word(name) {
  const words = document.getElementById("upload-words");
  return words?.content.querySelector(`[data-word="${name}"]`)?.textContent ?? "";
}

function bare() {
  const line = document.createElement("div");
  line.innerHTML = '<span class="sending__name"></span> <span class="sending__left"></span><progress class="meter" max="100" value="0"></progress><p class="error" hidden><span></span></p><p class="remark" hidden><span></span></p><button type="button" data-cancel hidden></button><button type="button" data-retry hidden></button><button type="button" data-drop hidden></button>';
  return line;
}

export class Sending {
  constructor(form, file, over) {
    Object.assign(this, { form, file, over, action: form.action, fields: [...new FormData(form)].filter(([, value]) => typeof value === "string") });
    const row = document.getElementById("upload-row")?.content.firstElementChild.cloneNode(true) ?? bare();
    this.line = row;
    this.line.dataset.action = this.action;
    this.part(".sending__name").textContent = file.name;
    this.part("progress").setAttribute("aria-label", file.name);
    this.left(word("waiting"));
    this.part("[data-cancel]").addEventListener("click", () => this.cancel());
    this.part("[data-retry]").addEventListener("click", () => this.over(this, "again"));
    this.part("[data-drop]").addEventListener("click", () => this.cancel());
  }

  part(selector) { return this.line.querySelector(selector); }

  left(text) { this.part(".sending__left").textContent = text; }

  show(selector, text) {
    this.part(selector).hidden = !text;
    if (text) this.part(`${selector} > span`).textContent = text;
  }

  cancel() {
    this.gone = true;
    this.request?.abort();
    this.line.remove();
    this.over(this, "gone");
  }

  // The server's part of the page, null where it did not take the file.
  async send() {
    for (const name of ["[data-retry]", "[data-drop]"]) this.part(name).hidden = true;
    this.show(".error", "");
    this.left(word("looking"));
    this.ready ??= await prepared(this.file);
    if (this.gone) return null;
    if (this.ready.refused) return this.failed(word(this.ready.refused), false);
    if (this.ready.advice) this.show(".remark", word(this.ready.advice));
    const answer = await this.post(this.ready.file);
    if (this.gone) return null;
    if (answer.status >= 200 && answer.status < 300) return answer.text;
    return this.failed(answer.said || word("line") || `${answer.status || "×"}`, answer.status === 0 || answer.status >= 500);
  }

  failed(text, may_retry) {
    this.left("");
    this.part("progress").hidden = true;
    this.show(".error", text);
    this.part("[data-cancel]").hidden = true;
    this.part("[data-retry]").hidden = !may_retry;
    this.part("[data-drop]").hidden = false;
    return null;
  }

  post(file) {
    const body = new FormData();
    for (const [name, value] of this.fields) body.append(name, value);
    body.append("files", file, file.name);
    const began = performance.now();
    this.part("progress").hidden = false;
    this.part("[data-cancel]").hidden = false;
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      this.request = request;
      request.open("POST", this.action);
      request.setRequestHeader("X-CSRFToken", token());
      request.setRequestHeader("HX-Request", "true");
      request.upload.onprogress = (event) => this.progress(event.loaded / event.total, performance.now() - began);
      request.onloadend = () => {
        const is_plain = request.getResponseHeader("Content-Type")?.startsWith("text/plain");
        resolve({ status: request.status, text: request.responseText, said: is_plain ? request.responseText : "" });
      };
      request.send(body);
    });
  }

  progress(share, passed_ms) {
    this.part("progress").value = 100 * share;
    const seconds = share > 0.05 ? Math.ceil((passed_ms * (1 - share)) / share / 1000) : 0;
    const rest = seconds > 1 ? word("secs").replace("#", seconds) : "";
    this.left(`${Math.round(100 * share)}%${rest ? ` · ${rest}` : ""}`);
  }
}
