// Saves a form by itself: data-autosave is the address. Answers {"saved": "已自动保存 14:32", "errors": {name: text}, "version": 7}.
import { token } from "./csrf.js";
import { put } from "./arrive.js";
import { close } from "./close.js";
import { showErrors } from "./errors.js";
import { say } from "./say.js";

const PAUSE_MS = 800, SLOWEST_MS = 30000;
class Autosave {
  constructor(form) {
    this.form = form;
    this.pause = PAUSE_MS;
    this.touched = new Set();
    this.dirty = false;
    form.addEventListener("input", (event) => this.note(event, false));
    form.addEventListener("change", (event) => this.note(event, true));
    form.addEventListener("submit", (event) => this.give(event));
    addEventListener("pagehide", () => this.leave());
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.leave(); });
  }

  note(event, finished) {
    if (event.target.type === "file") return;
    if (finished && event.target.name) this.touched.add(event.target.name);
    this.dirty = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), this.pause);
  }

  // The form goes after a save that is on its way, so that it carries the version that save made.
  give(event) {
    this.dirty = false;
    clearTimeout(this.timer);
    if (!this.saving) return;
    event.preventDefault();
    this.given = { by: event.submitter };
  }

  body() {
    const body = new FormData(this.form);
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
    body.set("csrfmiddlewaretoken", token());
    return body;
  }

  async save() {
    if (!this.dirty || this.saving) return;
    this.saving = true;
    this.dirty = false;
    try {
      const answer = await fetch(this.form.dataset.autosave, {
        method: "POST", body: this.body(), headers: { "X-CSRFToken": token(), "X-Autosave": "1", Accept: "application/json" },
      });
      if (!answer.ok) throw new Error(answer.status);
      const { saved, errors, clash, reload, taken, closed, ...marks } = await answer.json();
      for (const [name, value] of Object.entries({ ...marks, ...taken })) put(this.form.elements[name], value);
      this.clash(clash);
      this.say(saved);
      if (reload) location.reload();
      close(this.form, closed ?? {});
      showErrors(this.form, errors ?? {}, this.touched);
      this.pause = PAUSE_MS;
    } catch {
      this.dirty = true;
      this.pause = Math.min(this.pause * 2, SLOWEST_MS);
      this.say(this.form.dataset.autosaveFailed);
      this.timer = setTimeout(() => this.save(), this.pause);
    } finally {
      this.saving = false;
    }
    if (this.given) {
      const { by } = this.given;
      this.given = null;
      this.dirty = false;
      clearTimeout(this.timer);
      return this.form.requestSubmit(by);
    }
    if (this.dirty && this.pause === PAUSE_MS) this.timer = setTimeout(() => this.save(), this.pause);
  }

  leave() {
    if (this.dirty && navigator.sendBeacon(this.form.dataset.autosave, this.body())) this.dirty = false;
  }

  // Somebody else changed the same: the page offers both answers, and goes on saving when one is chosen.
  clash(is) {
    const note = this.form.querySelector("[data-autosave-clash]");
    if (!note || note.hidden === !is) return;
    note.hidden = !is;
    if (is) say(note.textContent);
  }

  say(words) {
    for (const place of document.querySelectorAll("[data-saved-word]")) if (words) place.textContent = words;
  }
}

export const mount = (form) => new Autosave(form);
