import { pauseAfter } from "../back-off.js";
import { readdress } from "./addresses.js";

/** The part of a token's life after which a new one is fetched; not the same for a whole audience. */
const EARLIEST = 0.56;
const LATEST = 0.66;
/** Milliseconds between two looks at the clock, since timers stand still while a computer sleeps. */
const LOOK_AGAIN = 30_000;
/** Milliseconds at least between two requests, whatever the server says about the time. */
const SHORTEST = 1000;
const REFUSED = [401, 403];

/** Fetches an address with a new token from our own server before the present one expires. */
export class Renewal {
  #due = Infinity;
  #failures = 0;
  #timer = null;
  #request = null;

  constructor(player) {
    this.player = player;
  }

  /** `expires` in Unix seconds by the clock `now` (in milliseconds); nothing for what never expires. */
  plan(expires, now = Date.now()) {
    const share = EARLIEST + Math.random() * (LATEST - EARLIEST);
    const pause = Math.max(SHORTEST, (expires * 1000 - now) * share);
    this.#lookAt(expires ? Date.now() + pause : Infinity);
  }

  stop() {
    this.#lookAt(Infinity);
  }

  /** Renews if it is time, and otherwise looks again later. */
  look() {
    this.#lookAt(this.#due);
  }

  /**
   * Asks our server, once for everybody who asks meanwhile, and goes on from there without a break
   * if hls.js can: then `seamless` is true. Without a `source`, `status` says why there is none.
   */
  renew() {
    this.#request ??= this.#renew().finally(() => (this.#request = null));
    return this.#request;
  }

  async #renew() {
    const { player } = this;
    const answer = await fetch(player.getAttribute("playback"), {
      headers: { Accept: "application/json" },
    }).catch(() => ({ status: 0 }));
    const { src, expires_at: expires } = answer.ok ? await answer.json().catch(() => ({})) : {};
    if (!src) return { status: answer.redirected ? 401 : answer.status };
    this.plan(expires, Date.parse(answer.headers.get("Date")) || Date.now());
    const { hls } = player;
    const seamless = (await readdress(hls, src)) && hls === player.hls;
    if (seamless) player.source = src;
    return { source: src, seamless };
  }

  #lookAt(due) {
    clearTimeout(this.#timer);
    this.#due = due;
    const left = due - Date.now();
    if (left <= 0) this.#renewInTime();
    else if (left < Infinity)
      this.#timer = setTimeout(() => this.look(), Math.min(left, LOOK_AGAIN));
  }

  /** The browser's own HLS cannot change its address unnoticed: it goes on until it is refused. */
  async #renewInTime() {
    const { player } = this;
    const unwatched = document.hidden && player.video.paused;
    if (!player.hls || player.recovery.failed || unwatched) return;
    const { source, status } = await this.renew();
    if (!player.isConnected || player.source === source) this.#failures = 0;
    else if (REFUSED.includes(status)) player.recovery.refuse();
    else if (source && !player.hls?.levels.length) player.start(source);
    else this.#lookAt(Date.now() + pauseAfter(this.#failures++));
  }
}
