// Keeps a part of the page fresh: data-live is its address. With data-live-events (server-sent events) it asks when
// told to; without, every data-live-every seconds. Says the fragment's data-say sentence once when something changed.
// With data-live-go the news stands on another page: the person is taken there.
import { say } from "./say.js";
import { fill } from "./swap.js";

const SLOWEST_S = 60;

class Live {
  constructor(element) {
    this.element = element;
    this.every = Number(element.dataset.liveEvery || 2);
    this.wait = this.every;
    this.mark = element.dataset.liveMark || "";
    if (element.dataset.liveEvents && "EventSource" in window) this.listen();
    else this.later();
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.ask(); });
  }

  listen() {
    this.stream = new EventSource(this.element.dataset.liveEvents);
    this.stream.onmessage = () => this.ask();
    this.stream.onerror = () => {
      this.stream.close();
      this.later();
    };
  }

  // A fragment with data-live-done is the last one.
  later() {
    clearTimeout(this.timer);
    if (this.element.querySelector("[data-live-done]")) return;
    this.timer = setTimeout(() => this.ask(), this.wait * 1000);
  }

  async ask() {
    if (!this.element.isConnected) return this.stream?.close();
    if (document.hidden) return this.later();
    try {
      const headers = { "HX-Request": "true", ...(this.mark && { "If-None-Match": this.mark }) };
      const answer = await fetch(this.element.dataset.live, { headers, credentials: "same-origin" });
      if (answer.ok && this.element.dataset.liveGo) return location.assign(this.element.dataset.liveGo);
      if (answer.status === 200) this.show(await answer.text(), answer.headers.get("ETag"));
      else if (answer.status !== 304) throw new Error(answer.status);
      this.wait = this.every;
    } catch {
      this.wait = Math.min(this.wait * 2, SLOWEST_S);
    }
    if (!this.stream || this.stream.readyState === EventSource.CLOSED) this.later();
  }

  show(html, mark) {
    const same = mark ? mark === this.mark : html === this.html;
    this.mark = mark || "";
    this.html = html;
    // A person in the middle of typing or tabbing here is not disturbed; the next turn brings the news.
    if (same || this.element.contains(document.activeElement)) return;
    fill(this.element, html);
    say(this.element.querySelector("[data-say]")?.dataset.say);
  }
}

export function mount(element) {
  return new Live(element);
}
