/**
 * Gives hls.js new addresses for what it is playing, without a break: those that `source`, the same
 * multivariant playlist with another token, names. Resolves to whether it has one for each that is
 * in use; otherwise nothing is changed.
 *
 * `loadSource` would throw away what is buffered, and hls.js has no call for this
 * (https://github.com/video-dev/hls.js/issues/6641). A live playlist is loaded again anyway, now
 * from its new address. One that is complete has to be loaded once more, as its segments carry the
 * old token.
 */
export async function readdress(hls, source) {
  if (!hls?.levels.length) return false;
  const [levels, audioTracks, subtitleTracks] = await readPlaylist(hls.constructor, source);
  const pairs = [
    ...pair(hls.levels, levels, sameSize),
    ...pair(hls.allAudioTracks, audioTracks, sameTrack),
    ...pair(hls.allSubtitleTracks, subtitleTracks, sameTrack),
  ];
  if (pairs.some(([, found]) => !found)) return false;
  const complete = hls.latestLevelDetails?.live === false;
  for (const [old, found] of pairs) {
    if (Array.isArray(old.url)) old.url[0] = found.url[0];
    else old.url = found.url;
    if (old.details?.live === false) old.details = undefined;
  }
  if (complete) hls.startLoad();
  return true;
}

/**
 * A second hls.js, without a video, understands the playlist exactly as the first one did. It empties
 * its lists when it is destroyed, hence the copies; they stay empty when there is no playlist.
 */
function readPlaylist(Hls, source) {
  const reader = new Hls({ autoStartLoad: false });
  return new Promise((resolve) => {
    reader.on(Hls.Events.MANIFEST_PARSED, (_, { levels, audioTracks, subtitleTracks }) =>
      resolve([[...levels], [...audioTracks], [...subtitleTracks]]),
    );
    reader.on(Hls.Events.ERROR, (_, { fatal }) => fatal && resolve([[], [], []]));
    reader.loadSource(source);
  }).finally(() => reader.destroy());
}

/** Of two renditions with the same number of lines it is the one with the nearer bit rate. */
function pair(olds, fresh, isSame) {
  return olds.map((old) => {
    const distance = ({ bitrate = 0 }) => Math.abs(bitrate - (old.bitrate ?? 0));
    const same = fresh.filter((one) => isSame(one, old));
    return [old, same.sort((one, other) => distance(one) - distance(other))[0]];
  });
}

function sameSize(one, other) {
  return one.width === other.width && one.height === other.height;
}

function sameTrack(one, other) {
  return one.groupId === other.groupId && one.name === other.name && one.lang === other.lang;
}
