// Puts texts into a card: never as HTML, and only where they changed, so that a selection stays.

export function set(card, values) {
  for (const [name, value] of Object.entries(values)) {
    const field = card.querySelector(`[data-field="${name}"]`);
    const text = String(value ?? "");
    if (field.textContent !== text) field.textContent = text;
    field.hidden = text === "";
    if (field.classList.contains("state")) field.dataset.state = text;
  }
}

export function setList(list, texts) {
  list.hidden = texts.length === 0;
  const same = texts.length === list.children.length;
  if (same && texts.every((text, index) => list.children[index].textContent === text)) return;
  list.replaceChildren(
    ...texts.map((text) => Object.assign(document.createElement("li"), { textContent: text })),
  );
}

export function setFacts(list, facts) {
  const known = facts.filter(([, value]) => value);
  list.hidden = known.length === 0;
  const same = JSON.stringify(known);
  if (list.dataset.shown === same) return;
  list.dataset.shown = same;
  list.replaceChildren(...known.map((texts) => {
    const pair = document.createElement("div");
    pair.append(...["dt", "dd"].map((name, index) =>
      Object.assign(document.createElement(name), { textContent: texts[index] })));
    return pair;
  }));
}

export function setTime(card, moment) {
  const time = card.querySelector("[data-time]");
  const at = new Date(/^\d+$/.test(moment) ? moment * 1000 : moment);
  time.dateTime = at.toISOString();
  time.textContent = at.toLocaleTimeString();
}
