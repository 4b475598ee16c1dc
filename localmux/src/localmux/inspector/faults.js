// The menu of faults: common ones by name. Every other one can be ordered with a request.

export const PRESETS = [
  ["The API answers 503", { action: "status", path: "/video/v1/*", status: 503 }],
  ["The API answers 429", { action: "status", path: "/video/v1/*", status: 429 }],
  ["The API takes 5 seconds", { action: "delay", path: "/video/v1/*", seconds: 5 }],
  ["An upload breaks off after 1 MB", { action: "drop", path: "/upload/*", after_bytes: 1000000 }],
  ["Uploads are slow: 200 kB a second", { action: "throttle", path: "/upload/*", bytes_per_second: 200000 }],
  ["A file cannot be encoded", { action: "error", stage: "transcode" }],
  ["A file cannot be downloaded", { action: "error", stage: "download" }],
  ["Playlists and segments are missing", { action: "status", path: "/stream/*", status: 404 }],
  ["Playlists and segments take 3 seconds", { action: "delay", path: "/stream/*", seconds: 3 }],
  ["A webhook gets lost", { action: "drop", stage: "webhook" }],
  ["A webhook comes twice", { action: "double", stage: "webhook" }],
  ["A webhook comes 10 seconds late", { action: "delay", stage: "webhook", seconds: 10 }],
  ["Webhooks are out of order", { action: "shuffle", stage: "webhook", seconds: 5 }],
];

const SENTENCES = {
  status: (fault) => `Answers ${fault.status}`,
  html: () => "Answers with an error page",
  half: () => "Sends half of the answer",
  drop: (fault) =>
    fault.stage ? "Gets lost" : `Drops the connection after ${fault.after_bytes} bytes`,
  delay: (fault) => `Takes ${fault.seconds} seconds longer`,
  throttle: (fault) => `Takes in ${fault.bytes_per_second} bytes a second`,
  error: (fault) => `Fails: ${fault.message}`,
  double: () => "Comes twice",
  shuffle: (fault) => `Waits up to ${fault.seconds} seconds`,
};

export function describe(fault) {
  const where = fault.stage ?? `${fault.method ?? ""} ${fault.path}`.trim();
  const often = fault.times ? `${fault.times} more ${fault.times === 1 ? "time" : "times"}` : "always";
  const chance = fault.probability < 1 ? `, ${Math.round(fault.probability * 100)} % of the time` : "";
  return { what: SENTENCES[fault.action]?.(fault) ?? fault.action, where: `${where} · ${often}${chance}` };
}

// `order` is given the fault that was chosen.
export function prepareForm(form, order) {
  form.preset.append(...PRESETS.map(([name], index) => new Option(name, index)));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const times = Number(form.times.value);
    order({ ...PRESETS[form.preset.value][1], ...(times && { times }) });
  });
}
