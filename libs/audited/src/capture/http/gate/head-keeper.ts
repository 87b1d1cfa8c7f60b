import type { ServerResponse } from 'node:http';

/** Remembers status and headers; the function given back undoes whatever was changed since. */
export function headKeeper(response: ServerResponse): () => void {
  const { statusCode } = response;
  // HTTP/2 has no status message, and warns whoever asks for it.
  const hasMessage = response.req.httpVersionMajor < 2;
  const statusMessage = hasMessage ? response.statusMessage : '';
  const headers = response.getHeaders();
  return () => {
    if (response.headersSent) {
      return;
    }
    response.statusCode = statusCode;
    if (hasMessage) {
      response.statusMessage = statusMessage;
    }
    for (const name of response.getHeaderNames()) {
      if (!Object.hasOwn(headers, name)) {
        response.removeHeader(name);
      }
    }
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined && response.getHeader(name) !== value) {
        response.setHeader(name, value);
      }
    }
  };
}
