/** Milliseconds after which a silent CDN counts as out of reach and the browser's own HLS takes over. */
const PATIENCE = 6000;
let library;

/** One request for hls.js per page; a failed one is forgotten, so that the next try asks again. */
export function loadLibrary({ hls: src, integrity }) {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    Object.assign(script, { src, integrity, crossOrigin: "anonymous", onerror: reject });
    script.onload = () => resolve(window.Hls);
    setTimeout(reject, PATIENCE);
    document.head.append(script);
  }).catch(() => (library = undefined));
  return library;
}
