/** Brings parts of the page up to date without touching what has not changed. */
export class Fragments {
  /** Element → what the server last said about it; scripts may have changed the element itself since. */
  #served = new WeakMap();

  /** To be called before other scripts change what the server sent. */
  remember(elements) {
    for (const element of elements) this.#served.set(element, fingerprint(element));
  }

  /** Replaces each element by its namesake, and only if the server says something new about it. */
  show(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    for (const fresh of [...template.content.children]) {
      const old = document.getElementById(fresh.id);
      if (!old) continue;
      const meant = fingerprint(fresh);
      if (meant !== (this.#served.get(old) ?? fingerprint(old))) {
        // What is around it no longer is what the server last sent for that.
        for (let around = old; around; around = around.parentElement) this.#served.delete(around);
        replace(old, fresh);
      }
      this.#served.set(old.isConnected ? old : fresh, meant);
    }
  }
}

/** What the server meant by an element: parts that are kept as they are on the page count by their key. */
function fingerprint(element) {
  if (element.dataset.keep) return element.dataset.keep;
  const copy = element.cloneNode(true);
  for (const kept of copy.querySelectorAll("[data-keep]")) kept.replaceWith(kept.dataset.keep);
  return copy.outerHTML;
}

/** What somebody has opened, to read it or to press the button inside, stays open. */
function unfold(old, fresh) {
  const opened = [...old.querySelectorAll("details[open] > summary")].map((each) => each.textContent);
  for (const summary of fresh.querySelectorAll("details > summary"))
    if (opened.includes(summary.textContent)) summary.parentElement.open = true;
}

/** Puts `fresh` where `old` is, with the kept parts of `old` (a running player) and the focus inside. */
function replace(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const moves = [];
  for (const slot of fresh.querySelectorAll("[data-keep]")) {
    const kept = old.querySelector(`[data-keep="${CSS.escape(slot.dataset.keep)}"]`);
    if (!kept) continue;
    const mark = document.createComment("");
    slot.replaceWith(mark);
    moves.push([mark, kept]);
  }
  unfold(old, fresh);
  old.before(fresh);
  for (const [mark, kept] of moves) {
    if (mark.parentNode.moveBefore) mark.parentNode.moveBefore(kept, mark);
    else mark.before(kept);
    mark.remove();
  }
  old.remove();
  if (!focused || focused === document.activeElement) return;
  const heir = focused.isConnected ? focused : document.getElementById(focused.id);
  heir?.focus({ preventScroll: true });
}
