import { pauseAfter } from "../back-off.js";

/** Media errors forgiven within a minute; more of them mean that the file itself cannot be decoded. */
const MEDIA_ERRORS_FORGIVEN = 3;
/** Milliseconds between two looks at a video that is not ready yet. */
const NOT_READY_PAUSE = 5000;
/** Milliseconds in which hls.js may still ask for what the address before the present one named. */
const SETTLING = 5000;
/** Only a live stream may miss a part of itself and go on. */
const ABSENT = [404, 410];

const OFFLINE = "You are offline. Playback goes on when the connection is back.";
const TROUBLE = "The connection is in trouble. Trying again…";
const NOT_READY = "This video is not ready yet. It starts here as soon as it is.";
const GONE = "This video is gone.";
const FORBIDDEN = "You may not watch this.";
const BROKEN = "This video cannot be played here.";

/** Decides what an error means for the viewer: go on silently, wait and try again, or say why not. */
export class Recovery {
  failed = false;
  #failures = 0;
  #mediaErrors = [];
  #renewal = "unused";
  #renewed = 0;
  #timer = null;

  constructor(player, message) {
    this.player = player;
    this.message = message;
  }

  get waiting() {
    return this.#timer !== null;
  }

  /** Judges an error of hls.js. A refused address never heals by waiting, so it need not be fatal first. */
  handle({ type, fatal, response }) {
    if (this.failed) return;
    const starved = this.player.video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
    const gone = ABSENT.includes(response?.code) && !this.player.hasAttribute("live");
    if (response?.code === 403) this.#renew(403);
    else if (type === "networkError" && (fatal || (gone && starved))) this.#settle(response?.code);
    else if (type === "networkError" && starved) this.#sayTrouble();
    else if (fatal) this.#recoverMedia();
  }

  /** Judges an error of the video element, which hides the HTTP status: one request finds it out. */
  async handleElement() {
    const { hls, source } = this.player;
    if (hls) return this.#recoverMedia();
    const { status } = await fetch(source, { cache: "no-store" }).catch(() => ({ status: 0 }));
    if (source !== this.player.source) return;
    if (status === 200) this.#recoverMedia();
    else this.#settle(status);
  }

  /** Picture or sound arrived, so the next error starts a new story. */
  succeeded() {
    if (this.failed) return;
    this.#failures = 0;
    this.#renewal = "unused";
    this.reset();
  }

  /** Called when the picture waits: hls.js tries nothing while offline, and so reports nothing more. */
  lookForConnection() {
    if (!this.failed && !this.waiting && !navigator.onLine) this.#sayTrouble();
  }

  tryAgain() {
    const { player, failed } = this;
    this.reset();
    // What is buffered plays on while hls.js loads again; without a manifest only a new start helps.
    if (!failed && player.hls?.levels.length) player.hls.startLoad();
    else player.start(player.source);
  }

  reset() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.failed = false;
    this.say("");
  }

  fail(words, button) {
    this.reset();
    this.failed = true;
    this.player.hls?.stopLoad();
    this.player.refresh();
    this.say(words, button);
  }

  refuse() {
    this.fail(FORBIDDEN);
  }

  /** Repeated words are left alone, so that a screen reader does not read every try aloud. */
  say(words, button) {
    if (this.message.dataset.words === words) return;
    this.message.dataset.words = words;
    this.message.hidden = !words;
    this.message.textContent = words;
    if (!button) return;
    const element = document.createElement("button");
    Object.assign(element, { type: "button", textContent: button, onclick: () => this.tryAgain() });
    this.message.append(" ", element);
  }

  #sayTrouble() {
    this.say(navigator.onLine ? TROUBLE : OFFLINE, "Try again");
  }

  #wait(status) {
    if (status === 401 || status === 403) return this.refuse();
    if (ABSENT.includes(status)) return this.fail(GONE);
    const notReady = status === 409 || status === 412;
    if (notReady) this.say(NOT_READY);
    else this.#sayTrouble();
    const pause = notReady ? NOT_READY_PAUSE : pauseAfter(this.#failures++);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.tryAgain(), pause);
  }

  /** What is gone may have moved: a change of visibility changes the playback ID. */
  #settle(status) {
    if (status === 403 || ABSENT.includes(status)) this.#renew(status);
    else this.#wait(status);
  }

  /** Our own server hands out a new address, or says why it does not. */
  async #renew(refusal) {
    if (this.#renewal === "asking") return;
    if (this.#renewal === "used") return this.#wait(this.#isSettling() ? 0 : refusal);
    this.#renewal = "asking";
    const { player } = this;
    const { source, seamless, status } = await player.renewal.renew();
    this.#renewal = source ? "used" : "unused";
    this.#renewed = seamless ? Date.now() : 0;
    if (!player.isConnected) return;
    if (!source) return this.#wait(status);
    if (!seamless) return player.start(source);
    player.hls.startLoad();
    player.menu.attach(player.hls); // since errors make hls.js choose the quality by itself
  }

  #isSettling() {
    return Date.now() - this.#renewed < SETTLING;
  }

  #recoverMedia() {
    const aMinuteAgo = Date.now() - 60_000;
    this.#mediaErrors = this.#mediaErrors.filter((time) => time > aMinuteAgo).concat(Date.now());
    if (this.#mediaErrors.length > MEDIA_ERRORS_FORGIVEN) return this.fail(BROKEN, "Try again");
    if (!this.player.hls) return this.player.start(this.player.source);
    this.player.hls.recoverMediaError();
    this.player.resume();
  }
}
