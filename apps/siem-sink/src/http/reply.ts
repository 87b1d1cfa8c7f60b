/** An answer, complete. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** `text` is JSON already. */
export function jsonReply(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, body: text };
}

/** A refusal of our own routes, as JSON with one sentence. */
export function refusal(status: number, error: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return jsonReply(status, JSON.stringify({ error }), headers);
}

/** The page of an HTTP server in front of a collector, which knows no JSON. */
export function serverPage(status: number, words: string): Reply {
  const body = `<!doctype html><html><head><title>${status} ${words}</title></head><body><h1>${words}</h1></body></html>`;
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}
