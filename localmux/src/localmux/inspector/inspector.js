// Asks for the overview once a second and keeps the page the same as it. Cards stay the same
// elements while their resource lives, so that focus, scrolling and open details stay too.
import { fill, fillDelivery, showKey } from "./cards.js";
import { prepareForm } from "./faults.js";

const VISIBLE = 1000; // milliseconds between two looks
const HIDDEN = 10_000;
const HLS = "application/vnd.apple.mpegurl";

const find = (selector) => document.querySelector(selector);
const items = new WeakMap(); // by card
let shown = "";
let timer = 0;

async function ask(method, path, body) {
  const answer = await fetch(path, { method, ...(body && { body: JSON.stringify(body) }) });
  const text = await answer.text();
  const { data, error } = text ? JSON.parse(text) : {};
  if (!answer.ok) throw new Error(error?.messages?.join(" ") ?? `It answers ${answer.status}.`);
  return data;
}

function say(text) {
  const message = find("#message");
  message.textContent = text;
  message.hidden = !text;
}

function showList(name, wanted) {
  const list = find(`[data-list="${name}"]`);
  const cards = new Map([...list.children].map((card) => [card.dataset.key, card]));
  wanted.forEach((item, index) => {
    const key = item.event_id ?? item.id;
    const card = cards.get(key) ?? find(`#${name}-card`).content.firstElementChild.cloneNode(true);
    cards.delete(key);
    card.dataset.key = key;
    items.set(card, item);
    fill[name](card, item);
    if (list.children[index] !== card) list.insertBefore(card, list.children[index] ?? null);
  });
  for (const gone of cards.values()) gone.remove();
  list.hidden = wanted.length === 0;
  list.parentElement.querySelector(".empty").hidden = wanted.length > 0;
  const more = wanted.length === 50 ? "+" : "";
  find(`[data-count="${name}"]`).textContent = `${wanted.length}${more}`;
}

function show(overview) {
  find("#api").textContent = overview.api;
  find("#rtmp").textContent = overview.rtmp;
  find("#webhook-url").textContent = overview.webhook_url ?? "nobody (no --webhook-url)";
  for (const name of Object.keys(fill)) showList(name, overview[name]);
}

function tellConnection(state, text) {
  const connection = find("#connection");
  if (connection.dataset.state === state) return;
  connection.dataset.state = state;
  connection.textContent = text;
}

async function look() {
  clearTimeout(timer);
  const answer = await fetch("overview").catch(() => null);
  const text = await answer?.text().catch(() => "");
  clearTimeout(timer);
  timer = setTimeout(look, document.hidden ? HIDDEN : VISIBLE);
  if (!text) {
    tellConnection("lost", "localmux does not answer; trying again");
  } else if (!answer.ok) {
    tellConnection("refused", JSON.parse(text).error.messages.join(" "));
  } else {
    if (text !== shown) show(JSON.parse(text));
    shown = text;
    tellConnection("live", "Up to date");
  }
}

function play(title, link) {
  const dialog = find("#player");
  const video = dialog.querySelector("video");
  find("#player-title").textContent = title;
  Object.assign(find("#player-link"), { href: link.href, textContent: link.href });
  const can = video.canPlayType(HLS);
  video.hidden = !can;
  find("#player-problem").hidden = Boolean(can);
  const begin = () => {
    if (!dialog.open || !can) return;
    video.src = link.href;
    video.play().catch(() => {}); // its controls show what prevents it
  };
  // Of a live stream that has only just begun there may be too little for the browser's player.
  video.onerror = () => setTimeout(begin, VISIBLE);
  dialog.addEventListener("close", () => video.removeAttribute("src"), { once: true });
  dialog.showModal();
  begin();
}

const actions = {
  play: (card) => play(card.querySelector("h3").textContent, card.querySelector("[data-playlist]")),
  broadcast: (_, { id, test_broadcast: on }) =>
    ask(on ? "DELETE" : "POST", `live-streams/${id}/broadcast`),
  async key(card, { id }, button) {
    const wanted = button.textContent === "Show stream key";
    showKey(card, wanted ? await ask("GET", `live-streams/${id}/stream-key`) : {});
    button.textContent = wanted ? "Hide stream key" : "Show stream key";
  },
  async redeliver(card, { event_id: id }) {
    await ask("POST", `deliveries/${id}/redeliver`);
    say("Sent again.");
  },
  async remove(card, { id }) {
    await ask("DELETE", `faults/${id}`);
    find("#new-fault button").focus();
  },
};

async function attempt(work) {
  say("");
  try {
    await work();
    await look();
  } catch (error) {
    say(error.message);
  }
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-action]");
  const card = button?.closest("[data-key]");
  if (card) attempt(() => actions[button.dataset.action](card, items.get(card), button));
});
// `toggle` does not bubble.
document.addEventListener("toggle", async ({ target }) => {
  const card = target.open && target.closest("[data-key]");
  if (card) attempt(async () => fillDelivery(card, await ask("GET", `deliveries/${card.dataset.key}`)));
}, true);
document.addEventListener("visibilitychange", () => document.hidden || look());
prepareForm(find("#new-fault"), (fault) => attempt(() => ask("POST", "faults", fault)));
look();
