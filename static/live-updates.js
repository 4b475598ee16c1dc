import { pauseAfter } from "./back-off.js";
import { Fragments } from "./live-updates/fragments.js";

/** Milliseconds without any message, pings included, before a connection counts as lost: three pings. */
const SILENCE = 30_000;
/** Milliseconds after which a hidden page gives its connection back: a browser has six of them per site. */
const HIDDEN_PATIENCE = 60_000;
/** Answers after which asking again is of no use; 204 is the server's own way to say so. */
const OVER = [204, 401, 403, 404, 410];

/** Shows what the server sends while the page is open, and keeps asking for it. */
class LiveUpdates extends HTMLElement {
  fragments = new Fragments();

  connectedCallback() {
    if (this.listeners) return; // moved, not new
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    const on = (target, type, handler) => target.addEventListener(type, handler, { signal });
    on(window, "online", () => this.wake());
    on(window, "pagehide", () => this.close());
    on(window, "pageshow", ({ persisted }) => persisted && this.wake());
    on(document, "visibilitychange", () => this.handleVisibility());
    this.failures = 0;
    this.fragments.remember(this.children);
    this.wake();
  }

  connectedMoveCallback() {}

  disconnectedCallback() {
    queueMicrotask(() => this.isConnected || this.stop());
  }

  stop() {
    this.listeners?.abort();
    this.listeners = null;
    clearTimeout(this.rest);
    this.close();
    this.tell("");
  }

  connect() {
    this.close();
    const events = (this.events = new EventSource(this.getAttribute("src")));
    const on = (type, act) =>
      events.addEventListener(type, ({ data }) => {
        this.heard();
        act?.(data);
      });
    on("open");
    on("ping");
    on("fragment", (html) => this.fragments.show(html));
    on("title", (title) => (document.title = title));
    on("location", (address) => this.go(address));
    // As long as it is not closed, the browser itself connects again.
    events.onerror = () => events.readyState === EventSource.CLOSED && this.reopen(events);
    this.listenForSilence();
  }

  close() {
    clearTimeout(this.retry);
    clearTimeout(this.silence);
    this.events?.close();
  }

  heard() {
    this.failures = 0;
    this.lastHeard = Date.now();
    this.tell("");
    this.listenForSilence();
  }

  /** A cut line and a dead server look the same to an EventSource: nothing comes. */
  listenForSilence() {
    clearTimeout(this.silence);
    this.silence = setTimeout(
      () => {
        this.tell("Connection lost. Trying to reconnect…");
        this.lastHeard = Date.now();
        this.connect();
      },
      this.lastHeard + SILENCE - Date.now(),
    );
  }

  /** An EventSource hides why it was refused, so one plain request asks. */
  async reopen(events) {
    const asking = new AbortController();
    const { status } = await fetch(events.url, { signal: asking.signal }).catch(() => ({
      status: 0,
    }));
    asking.abort();
    if (events !== this.events || !this.listeners) return;
    if (OVER.includes(status)) return this.end(status);
    this.retry = setTimeout(() => this.connect(), pauseAfter(this.failures++));
  }

  end(status) {
    this.stop();
    if (status !== 204)
      this.tell("This page no longer updates itself. Reload it to see how things stand.");
  }

  handleVisibility() {
    clearTimeout(this.rest);
    if (document.hidden) this.rest = setTimeout(() => this.close(), HIDDEN_PATIENCE);
    else if (this.events.readyState !== EventSource.OPEN) this.wake();
  }

  wake() {
    this.lastHeard = Date.now();
    this.connect();
  }

  tell(words) {
    this.notice?.remove();
    this.notice = null;
    if (!words) return;
    this.notice = document.createElement("p");
    Object.assign(this.notice, { className: "network-lost", role: "status" });
    this.prepend(this.notice);
    this.notice.textContent = words;
  }

  /** Without a trace in the history: back from there must not lead here, and forward again. */
  go(address) {
    const target = new URL(address, location.href);
    if (target.origin === location.origin) location.replace(target);
  }
}

customElements.define("live-updates", LiveUpdates);
