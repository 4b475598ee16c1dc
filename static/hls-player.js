import { LiveButton, QualityMenu, handleKey } from "./hls-player/controls.js";
import { onEarlyClick } from "./hls-player/early-click.js";
import { loadLibrary } from "./hls-player/library.js";
import { Recovery } from "./hls-player/recovery.js";
import { Renewal } from "./hls-player/renewal.js";

const STATE_EVENTS =
  "loadeddata suspend canplay playing pause waiting seeking seeked timeupdate progress ended emptied";

/** Whoever fell behind a little catches up unnoticed; faster than this, music would sound wrong. */
const LIVE = { startPosition: -1, maxLiveSyncPlaybackRate: 1.1 };

/** Makes the server's `<video>` adaptive wherever hls.js can run, and leaves it to the browser elsewhere. */
class HlsPlayer extends HTMLElement {
  connectedCallback() {
    if (this.listeners) return; // moved, not new: playback goes on
    this.video = this.querySelector("video");
    this.wantsPlay = this.video.autoplay || !this.video.paused;
    this.recovery = new Recovery(this, this.querySelector(".player-message"));
    this.renewal = new Renewal(this);
    this.menu = new QualityMenu();
    this.liveButton = new LiveButton(this.video);
    this.bar = document.createElement("div");
    this.bar.className = "player-bar";
    this.bar.append(this.menu.element, this.liveButton.element);
    this.append(this.bar);
    this.listen();
    this.start(this.getAttribute("src"));
    this.renewal.plan(Number(this.getAttribute("expires")));
  }

  /** Its presence tells the browser that a move needs no disconnecting. */
  connectedMoveCallback() {}

  disconnectedCallback() {
    queueMicrotask(() => this.isConnected || this.stop());
  }

  listen() {
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    const on = (target, type, handler) => target.addEventListener(type, handler, { signal });
    for (const type of STATE_EVENTS.split(" ")) on(this.video, type, () => this.refresh());
    on(this.video, "play", () => (this.wantsPlay = true));
    on(this.video, "pause", () => (this.wantsPlay = false));
    on(this.video, "emptied", () => (this.heedsClicks = false));
    on(this.video, "loadedmetadata", () => (this.heedsClicks = true));
    on(this.video, "click", () => this.playSoon());
    onEarlyClick(this.video, () => this.playSoon());
    on(this.video, "playing", () => this.hls || this.recovery.succeeded());
    on(this.video, "error", () => this.recovery.handleElement());
    on(window, "offline", () => this.refresh());
    on(window, "online", () => this.recovery.waiting && this.recovery.tryAgain());
    on(document, "visibilitychange", () => this.renewal.look());
    on(this, "keydown", (event) => handleKey(this.video, event));
  }

  stop() {
    this.listeners?.abort();
    this.listeners = this.run = null;
    this.position = 0;
    this.renewal.stop();
    this.release();
    this.bar.remove();
  }

  /** Also keeps the browser from loading by itself what hls.js is about to load. */
  release() {
    this.recovery.reset();
    this.hls?.destroy();
    this.hls = null;
    this.video.removeAttribute("src");
    this.video.load();
  }

  /** Plays `source` from where the viewer is. */
  async start(source) {
    const run = (this.run = Symbol("start"));
    this.source = source;
    this.release();
    this.refresh();
    const canFeed = window.ManagedMediaSource ?? window.MediaSource;
    const Hls = canFeed && (await loadLibrary(this.dataset));
    if (run !== this.run) return;
    if (Hls?.isSupported()) this.startLibrary(Hls);
    else if (this.video.canPlayType("application/vnd.apple.mpegurl")) this.startNative();
    else return this.recovery.fail("This browser cannot play this video. Please try another one.");
    this.resume();
  }

  /** A browser pauses a video whose source is exchanged; whoever was watching goes on watching. */
  resume() {
    if (this.wantsPlay) this.video.play().catch(() => this.refresh());
  }

  /** Most browsers ignore a press of play until they have told that there is something to play. */
  playSoon() {
    if (this.wantsPlay || this.heedsClicks) return;
    // After the browser's turn: one that does heed the click would pause what plays already.
    setTimeout(() => {
      this.wantsPlay = true;
      if (this.video.paused) this.resume();
    });
  }

  startLibrary(Hls) {
    // Left to itself, hls.js would begin a recording that still grows at its end.
    const where = this.hasAttribute("live") ? LIVE : { startPosition: this.position || 0 };
    const hls = (this.hls = new Hls({ ...where, backBufferLength: 60 }));
    hls.on(Hls.Events.MANIFEST_PARSED, () => this.menu.attach(hls));
    hls.on(Hls.Events.LEVEL_SWITCHED, () => this.menu.nameAutomatic());
    hls.on(Hls.Events.LEVEL_UPDATED, () => this.refresh());
    hls.on(Hls.Events.FRAG_BUFFERED, () => this.recovery.succeeded());
    hls.on(Hls.Events.ERROR, (_, error) => this.recovery.handle(error));
    hls.attachMedia(this.video);
    hls.loadSource(this.source);
  }

  startNative() {
    const { video, position } = this;
    this.menu.attach(null);
    video.preload = "metadata";
    video.src = this.source;
    if (!position || this.hasAttribute("live")) return;
    const seek = () => (video.currentTime = position);
    video.addEventListener("loadedmetadata", seek, { once: true });
  }

  refresh() {
    const { video } = this;
    if (video.seeking || video.readyState >= video.HAVE_CURRENT_DATA)
      this.position = video.currentTime;
    const state = this.recovery.failed ? "error" : this.playbackState();
    this.dataset.state = state;
    if (state === "buffering" || state === "loading") this.recovery.lookForConnection();
    if (this.hasAttribute("live")) this.liveButton.update(this.hls);
  }

  /** Derived from the video alone, so that no order of events can leave a wrong state behind. */
  playbackState() {
    const { ended, networkState, paused, readyState, seeking } = this.video;
    if (ended) return "ended";
    // Phones load nothing before the first play: that is rest, not loading.
    const resting = paused && !seeking && networkState === HTMLMediaElement.NETWORK_IDLE;
    if (resting) return "paused";
    if (readyState < HTMLMediaElement.HAVE_CURRENT_DATA)
      return this.position ? "buffering" : "loading";
    if (seeking || (!paused && readyState < HTMLMediaElement.HAVE_FUTURE_DATA)) return "buffering";
    return paused ? "paused" : "playing";
  }
}

customElements.define("hls-player", HlsPlayer);
