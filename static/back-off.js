/** Milliseconds up to which the pause between two tries grows. */
const LONGEST = 30_000;

/** Milliseconds to wait after so many failures; spread, so that not all browsers come back at once. */
export function pauseAfter(failures) {
  return Math.min(LONGEST, 1000 * 2 ** failures) * (0.75 + Math.random() / 2);
}
