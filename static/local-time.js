/**
 * <local-time datetime mode="date|exact|countdown|elapsed|remaining">: a moment in the visitor's own time.
 * Without scripts the server's text in UTC stays. Timers are not announced: only changes of state are.
 */
const TICK_MILLISECONDS = 1000;
const DATE = { dateStyle: "full", timeStyle: "short" };
const EXACT = { dateStyle: "medium", timeStyle: "medium" };

function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor((whole % 3600) / 60), whole % 60].map((n) => String(n).padStart(2, "0"));
  const days = Math.floor(whole / 86400);
  const hours = Math.floor((whole % 86400) / 3600);
  const time = hours || days ? `${hours}:${parts.join(":")}` : parts.join(":");
  return days ? `${days} ${days === 1 ? "day" : "days"} ${time}` : time;
}

class LocalTime extends HTMLElement {
  #timer;

  connectedCallback() {
    this.#show();
    if (!["date", "exact"].includes(this.getAttribute("mode"))) {
      this.#timer = setInterval(() => this.#show(), TICK_MILLISECONDS);
    }
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }

  #show() {
    const moment = new Date(this.getAttribute("datetime"));
    const seconds = (moment - Date.now()) / 1000;
    const texts = {
      date: () => new Intl.DateTimeFormat(undefined, DATE).format(moment),
      exact: () => new Intl.DateTimeFormat(undefined, EXACT).format(moment),
      countdown: () => (seconds > 0 ? clock(seconds) : "any moment now"),
      elapsed: () => clock(-seconds),
      remaining: () => `${Math.max(0, Math.ceil(seconds))} s`,
    };
    this.textContent = texts[this.getAttribute("mode") ?? "date"]();
  }
}

customElements.define("local-time", LocalTime);
