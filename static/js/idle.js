// Nobody there: after data-idle seconds without a touch the frame asks, counts down data-idle-countdown seconds for
// everybody to see, then signs out, forgets, and goes back to the start. A touch at any moment is an answer.
import { token } from "./csrf.js";
import { forget } from "./kiosk.js";
import { say } from "./say.js";

// Not "scroll": a page that gets shorter scrolls by itself.
const TOUCHES = ["pointerdown", "keydown", "input", "wheel", "touchstart", "touchmove"];
const TELL_EVERY_MS = 20000;

class Idle {
  constructor(frame) {
    this.frame = frame;
    this.after = Number(frame.dataset.idle) * 1000;
    this.count = Number(frame.dataset.idleCountdown);
    this.ask = frame.querySelector("[data-idle-ask]");
    this.left = frame.querySelector("[data-idle-left]");
    this.told = Date.now();
    for (const kind of TOUCHES) document.addEventListener(kind, () => this.touched(), { passive: true, capture: true });
    frame.querySelector("[data-idle-stay]").addEventListener("click", () => this.touched());
    this.begin();
  }

  // Wall clock, not counted ticks: a machine that slept wakes up to the end.
  begin() {
    clearInterval(this.timer);
    this.last = Date.now();
    this.timer = setInterval(() => this.look(), 500);
  }

  touched() {
    if (this.over) return;
    this.last = Date.now();
    if (!this.ask.hidden) this.close();
    if (this.last - this.told < TELL_EVERY_MS || this.quiet) return;
    this.told = this.last;
    fetch(this.frame.dataset.idleHere, { method: "POST", headers: { "X-CSRFToken": token() } }).catch(() => {});
  }

  get quiet() {
    return this.frame.hasAttribute("data-idle-quiet");
  }

  look() {
    const rest = Math.ceil((this.last + this.after + this.count * 1000 - Date.now()) / 1000);
    if (rest > this.count || this.quiet) return;
    if (rest <= 0) this.end();
    else this.open(rest);
  }

  open(rest) {
    this.left.textContent = rest;
    if (!this.ask.hidden) return;
    this.back = document.activeElement;
    this.ask.hidden = false;
    this.frame.querySelector("[data-idle-stay]").focus({ preventScroll: true });
    say(this.ask.textContent.trim().replace(/\s+/g, " "));
  }

  close() {
    this.ask.hidden = true;
    this.back?.focus?.({ preventScroll: true });
  }

  async end() {
    clearInterval(this.timer);
    this.over = true;
    const body = new URLSearchParams({ how: "idle" });
    const headers = { "X-CSRFToken": token() };
    await fetch(this.frame.dataset.idleLeave, { method: "POST", body, headers }).catch(() => {});
    await forget();
    location.replace(this.frame.dataset.idleStart);
  }
}

export function mount(frame) {
  return new Idle(frame);
}
