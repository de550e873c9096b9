// Keeps a part of the page fresh: data-live is its address. With data-live-events (server-sent events) it asks when
// told to; without, or while the stream is away, every data-live-every seconds, slower the longer nothing answers.
// Says the fragment's data-say sentence once when something changed. With data-live-go the news stands on another
// page: the person is taken there. A fragment with data-live-done is the last one. With data-live-still the part
// never gets lower than it was, so that nothing below it moves.
import { say } from "./say.js";
import { fill } from "./swap.js";

const SLOWEST_S = 60;
const LISTEN_AGAIN_S = 60;

class Live {
  constructor(element) {
    this.element = element;
    this.every = Number(element.dataset.liveEvery || 2);
    this.wait = this.every;
    this.mark = element.dataset.liveMark || "";
    this.listen();
    this.later();
    document.addEventListener("visibilitychange", () => (document.hidden ? this.rest() : this.wake()));
  }

  // The stream only says that there is news. Refused or away: the page asks by itself and tries again now and then.
  listen() {
    const address = this.element.dataset.liveEvents;
    if (!address || !("EventSource" in window) || document.hidden || this.isOver()) return;
    const stream = new EventSource(address, { withCredentials: true });
    this.stream = stream;
    stream.onopen = () => clearTimeout(this.timer);
    stream.onmessage = () => this.ask();
    stream.onerror = () => {
      if (stream.readyState === EventSource.CLOSED) this.again = setTimeout(() => this.listen(), LISTEN_AGAIN_S * 1000);
      this.later();
    };
  }

  rest() {
    clearTimeout(this.timer);
    clearTimeout(this.again);
    this.stream?.close();
  }

  wake() {
    this.listen();
    this.ask();
  }

  isOver() {
    return !this.element.isConnected || this.element.querySelector("[data-live-done]") !== null;
  }

  later() {
    clearTimeout(this.timer);
    if (this.isOver()) return this.rest();
    if (this.stream?.readyState === EventSource.OPEN || document.hidden) return;
    this.timer = setTimeout(() => this.ask(), this.wait * 1000);
  }

  async ask() {
    if (this.isOver()) return this.rest();
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
    this.later();
  }

  show(html, mark) {
    const same = mark ? mark === this.mark : html === this.html;
    // A person in the middle of typing or tabbing here is not disturbed; the news comes when they have left.
    if (!same && this.element.contains(document.activeElement)) return this.hold();
    this.mark = mark || "";
    this.html = html;
    if (same) return;
    if ("liveStill" in this.element.dataset) this.element.style.minBlockSize = `${this.element.getBoundingClientRect().height}px`;
    fill(this.element, html);
    say(this.element.querySelector("[data-say]")?.dataset.say);
  }

  hold() {
    if (this.held) return;
    this.held = true;
    const on = () => {
      this.held = false;
      setTimeout(() => this.ask(), 500);
    };
    this.element.addEventListener("focusout", on, { once: true });
  }
}

export function mount(element) {
  return new Live(element);
}
