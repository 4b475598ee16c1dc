// What a server with mux-node does, in the order of an upload. Everything comes from MUX_* variables.
// Told on standard output: the ids, as one line of JSON. Read from standard input: one webhook.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import { setTimeout as pause } from "node:timers/promises";
import Mux from "@mux/mux-node";

const mux = new Mux();

const { id, url } = await mux.video.uploads.create({
  cors_origin: "*",
  new_asset_settings: { playback_policies: ["public"], meta: { title: "From mux-node" } },
});
assert.equal((await fetch(url, { method: "PUT", body: await readFile(process.argv[2]) })).status, 200);

let asset;
do {
  await pause(50);
  const { asset_id } = await mux.video.uploads.retrieve(id);
  asset = asset_id && (await mux.video.assets.retrieve(asset_id));
} while (asset?.status !== "ready");
assert.equal(asset.meta.title, "From mux-node");
assert.equal((await mux.video.assets.update(asset.id, { passthrough: "mine" })).passthrough, "mine");

const key = await mux.system.signingKeys.create();
const signed = await mux.video.assets.createPlaybackId(asset.id, { policy: "signed" });
const token = await mux.jwt.signPlaybackId(signed.id, { keyId: key.id, keySecret: key.private_key });
const playlist = `${process.env.MUX_STREAM_URL}/${signed.id}.m3u8`;
assert.equal((await fetch(`${playlist}?token=${token}`)).status, 200);
assert.equal((await fetch(playlist)).status, 403);

const stream = await mux.video.liveStreams.create({
  playback_policies: ["public"],
  new_asset_settings: { playback_policies: ["public"] },
});
assert.equal(stream.status, "idle");
assert.ok(stream.stream_key);

const listed = [];
for await (const one of mux.video.assets.list({ limit: 1 })) {
  listed.push(one.id);
  if (listed.length === 2) break;
}
assert.equal(listed[0], asset.id);
for await (const one of mux.video.liveStreams.list()) {
  assert.equal(one.id, stream.id);
  break;
}
await assert.rejects(mux.video.assets.retrieve("unknown"), Mux.NotFoundError);

console.log(JSON.stringify({ asset: asset.id, playback: asset.playback_ids[0].id }));

for await (const line of createInterface({ input: process.stdin })) {
  const { body, headers } = JSON.parse(line);
  assert.equal((await mux.webhooks.unwrap(body, headers)).data.id, asset.id);
  await assert.rejects(async () => mux.webhooks.unwrap(`${body} `, headers));
}
