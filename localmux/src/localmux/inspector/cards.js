// Fills the cards of the page from what the overview tells. All of it goes in as text: titles,
// passthrough and answers come from anybody.
import { describe } from "./faults.js";
import { set, setFacts, setList, setTime } from "./fields.js";

const CODECS = { h264: "H.264", hevc: "HEVC", aac: "AAC", av1: "AV1", mp3: "MP3", opus: "Opus" };
const GOOD = "The encoder is well set.";

const titleOf = (item, otherwise) => item.meta?.title || item.passthrough || otherwise;
const joined = (...parts) => parts.filter(Boolean).join(" · ");
const seconds = (count) => `${Number(count).toFixed(1)} s`;
const publicId = (item) => item.playback_ids?.find(({ policy }) => policy === "public")?.id;

function size(bytes) {
  return bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

// What can be played under a public playback ID; a signed one needs a token that we do not have.
function setPlayback(card, item, playable) {
  const id = publicId(item);
  const link = card.querySelector("[data-playlist]");
  const button = card.querySelector("[data-action=play]");
  button.hidden = link.hidden = !(id && playable);
  if (!link.hidden) link.href = `/stream/${id}.m3u8`;
}

function factsOf({ encoder, recording = {} }) {
  const { width, height, frame_rate: announced, measured_frame_rate: measured } = recording;
  const rate = measured ?? announced;
  const sound = recording.sample_rate && `${recording.sample_rate / 1000} kHz`;
  return [
    ["Picture", joined(CODECS[recording.video_codec] ?? recording.video_codec, width && `${width} × ${height}`)],
    ["Frame rate", rate && `${rate.toFixed(rate % 1 ? 2 : 0)} a second`],
    ["Bit rate", recording.bit_rate && `${(recording.bit_rate / 1e6).toFixed(2)} Mbit/s`],
    ["Key frames", recording.keyframe_distance && `every ${seconds(recording.keyframe_distance)}`],
    ["Dropped", recording.dropped !== undefined && `${recording.dropped} frames`],
    ["Sound", joined(CODECS[recording.audio_codec] ?? recording.audio_codec, sound)],
    ["Renditions", recording.renditions?.join(", ")],
    ["Recorded", recording.duration && seconds(recording.duration)],
    ["Encoder", encoder && joined(encoder.software, encoder.address)],
  ];
}

function liveNote({ encoder, status, reconnect_seconds_left: left }) {
  if (left && !encoder) return `The encoder is gone; it has ${Math.ceil(left)} seconds to come back.`;
  if (encoder?.dropped_as_completed) return "Completed. What the encoder still sends is thrown away.";
  if (encoder && status !== "active") return "An encoder is connected; there is nothing to play yet.";
  return "";
}

export const fill = {
  live_streams(card, item) {
    const simulcast = (item.simulcast_targets ?? []).map(({ status }) => status).join(", ");
    const advice = item.advice ?? [];
    const judged = item.recording?.bit_rate && item.encoder;
    set(card, {
      title: titleOf(item, "Untitled live stream"),
      status: item.status,
      note: joined(liveNote(item), item.recording?.failed),
      good: judged && !advice.length ? GOOD : "",
      id: item.id,
      more: joined(`latency ${item.latency_mode ?? "standard"}`, simulcast && `simulcast ${simulcast}`),
    });
    setFacts(card.querySelector("[data-facts]"), item.encoder ? factsOf(item) : []);
    setList(card.querySelector("[data-advice]"), advice);
    setPlayback(card, item, item.status === "active");
    const broadcast = card.querySelector("[data-action=broadcast]");
    broadcast.hidden = Boolean(item.encoder && !item.test_broadcast) || item.status === "disabled";
    broadcast.textContent = item.test_broadcast ? "Stop the test picture" : "Start a test picture";
  },
  assets(card, item) {
    const image = card.querySelector("img");
    const id = publicId(item);
    if (id && item.status === "ready" && image.hidden) {
      image.src = `/image/${id}/thumbnail.webp?width=480&height=270&fit_mode=smartcrop`;
      image.hidden = false;
    }
    set(card, {
      title: titleOf(item, item.live_stream_id ? "Recording" : "Untitled asset"),
      status: item.is_live ? "live" : item.status,
      note: joined(item.duration && !item.is_live && seconds(item.duration), item.max_stored_resolution, item.aspect_ratio),
      problem: item.errors?.messages?.join(" "),
      id: item.id,
      more: joined(item.live_stream_id && "recording", item.playback_ids && !id && "signed playback only"),
    });
    setPlayback(card, item, item.status === "ready" || item.is_live);
  },
  uploads(card, item) {
    const received = item.received_bytes !== undefined && `${size(item.received_bytes)} received`;
    const asset = item.asset_id && `asset ${item.asset_id.slice(0, 8)}…`;
    const title = item.new_asset_settings && titleOf(item.new_asset_settings, "");
    set(card, {
      status: item.status,
      note: joined(title, received, asset),
      id: item.id,
      problem: item.error?.message,
    });
  },
  deliveries(card, item) {
    const last = item.attempts.at(-1);
    const tries = item.attempts.length > 1 && `${item.attempts.length} attempts`;
    const answer = last && (last.response_status_code || "no answer");
    set(card, { state: item.state, type: item.type, answer: joined(answer, tries) });
    setTime(card, item.created_at);
  },
  faults: (card, item) => set(card, describe(item)),
};

export function fillDelivery(card, { payload, attempts }) {
  const hide = (name, value) => (name === "stream_key" ? "••••••••" : value);
  set(card, { payload: JSON.stringify(payload, hide, 2) });
  const told = attempts.map(({ created_at: at, response_status_code: code, response_body: body }) =>
    joined(new Date(at * 1000).toLocaleTimeString(), code || "no answer", body));
  setList(card.querySelector("[data-attempts]"), told.length ? told : ["Not sent yet."]);
}

export const showKey = (card, { rtmp, stream_key: key }) => set(card, { key: key && `${rtmp}/${key}` });
