const SIGN_IN = "/login?next=/upload";
const NO_ANSWER = "The server could not be reached. Check your connection and try again.";

/** Asks the app for a place to send the file to: `{ url, page }`, or `{ problems }` to show. */
export async function createUpload(address, form, file) {
  const body = new URLSearchParams(new FormData(form));
  body.set("filename", file.name);
  body.set("size", file.size);
  body.set("content_type", file.type);
  const headers = { Accept: "application/json" };
  const answer = await fetch(address, { method: "POST", body, headers }).catch(() => null);
  if (answer?.status === 401 || answer?.redirected) {
    const href = answer.redirected ? answer.url : SIGN_IN;
    return {
      problems: [{ text: "You are signed out. Sign in, then choose the file again.", href }],
    };
  }
  const { error, ...created } = (await answer?.json().catch(() => null)) ?? {};
  if (answer?.ok && created.url) return created;
  return { problems: error ? problemsIn(error, form) : [{ text: NO_ANSWER }] };
}

function problemsIn({ message, fields = {} }, form) {
  const entries = Object.entries(fields);
  if (entries.length === 0) return [{ text: message }];
  return entries.map(([name, text]) => {
    const found = form.elements[name] ?? form.elements.filename;
    return { text, field: found instanceof RadioNodeList ? found[0] : found };
  });
}
