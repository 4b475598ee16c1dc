/** Seconds behind the live edge from which "Go to live" is worth offering. */
const BEHIND_LIVE = 10;
/** Seconds that the j and l keys jump. */
const JUMP = 10;

/** A labelled select with the renditions of one HLS stream; the choice outlives a restart of hls.js. */
export class QualityMenu {
  constructor() {
    this.select = document.createElement("select");
    this.select.className = "player-quality";
    // Kept apart from the menu: an error makes hls.js automatic, and the menu says so, until a restart.
    this.chosen = "0";
    this.automatic = new Option("Auto", "0");
    this.element = document.createElement("label");
    this.element.append("Quality ", this.select);
    this.element.hidden = true;
    this.select.addEventListener("change", () => this.choose());
  }

  /** Fills the menu from the levels that hls.js found; `null` hides it, as the browser's own HLS has no choice. */
  attach(hls) {
    this.hls = hls;
    const levels = (hls?.levels ?? []).filter(({ width, height }) => width && height);
    this.element.hidden = levels.length < 2;
    if (this.element.hidden) return;
    // Of two renditions with the same number of lines the later one has the higher bit rate.
    this.indexes = new Map(levels.map((level) => [shortSide(level), hls.levels.indexOf(level)]));
    const chosen = this.indexes.has(Number(this.chosen)) ? this.chosen : "0";
    const sides = [...this.indexes.keys()].sort((one, other) => other - one);
    this.select.replaceChildren(
      this.automatic,
      ...sides.map((side) => new Option(`${side}p`, side)),
    );
    this.select.value = chosen;
    if (chosen !== "0") hls.loadLevel = this.indexes.get(Number(chosen));
  }

  choose() {
    this.chosen = this.select.value;
    const level = this.indexes.get(Number(this.select.value)) ?? -1;
    // A running picture changes within a segment and without a stall.
    if (this.hls.media.paused) this.redrawIn(level);
    else this.hls.nextLevel = level;
    this.nameAutomatic();
  }

  /** A paused picture only changes by a seek, which would also take away the poster before the first play. */
  redrawIn(level) {
    const { media } = this.hls;
    this.hls.currentLevel = level;
    if (media.played.length === 0) return;
    this.hls.once("hlsLevelSwitched", () => media.paused && (media.currentTime += 0.001));
  }

  /** Names the rendition on screen while the choice is automatic. hls.js falls back to that after errors. */
  nameAutomatic() {
    const { autoLevelEnabled, levels, currentLevel } = this.hls;
    const playing = levels[currentLevel];
    this.automatic.text =
      autoLevelEnabled && playing?.height ? `Auto (${shortSide(playing)}p)` : "Auto";
    if (autoLevelEnabled) this.select.value = "0";
  }
}

/** Brings a viewer who paused or went back to what is happening now. */
export class LiveButton {
  constructor(video) {
    this.video = video;
    this.element = document.createElement("button");
    Object.assign(this.element, {
      type: "button",
      className: "player-live",
      textContent: "Go to live",
      hidden: true,
    });
    this.element.addEventListener("click", () => this.goLive());
  }

  /** Seconds on the video's own time line; the browser's own HLS tells it only as the end of what can be sought. */
  edge(hls) {
    const { seekable } = this.video;
    return hls ? hls.liveSyncPosition : seekable.length && seekable.end(seekable.length - 1);
  }

  update(hls) {
    this.hls = hls;
    this.element.hidden = !(
      this.video.readyState && this.edge(hls) - this.video.currentTime > BEHIND_LIVE
    );
  }

  goLive() {
    this.video.currentTime = this.edge(this.hls);
    this.video.play();
    this.video.focus();
  }
}

/** Letter keys only: space and the arrows belong to whichever of the browser's own controls has the focus. */
export function handleKey(video, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea, button")) return;
  const action = {
    k: () => (video.paused ? video.play() : video.pause()),
    m: () => (video.muted = !video.muted),
    j: () => (video.currentTime -= JUMP),
    l: () => (video.currentTime += JUMP),
    f: () => (document.fullscreenElement ? document.exitFullscreen() : video.requestFullscreen()),
  }[event.key.toLowerCase()];
  if (!action) return;
  event.preventDefault();
  action();
}

function shortSide({ width, height }) {
  return Math.min(width, height);
}
