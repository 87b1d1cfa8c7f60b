import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

/** Of the body as it came, and of what it unpacks to. */
export const MOST_BODY_BYTES = 10 * 2 ** 20;

const unpacked = promisify(gunzip);

/**
 * Reads a body to its end, gzip included; never holds more than {@link MOST_BODY_BYTES}.
 *
 * @returns `too-large`, or `malformed` where the header says gzip and it is none
 * @throws what the connection breaks with
 */
export async function requestBody(request: IncomingMessage): Promise<Buffer | 'too-large' | 'malformed'> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // The rest is read all the same: whoever is still sending would not see an answer.
    if (bytes <= MOST_BODY_BYTES) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (bytes > MOST_BODY_BYTES) {
    return 'too-large';
  }
  const body = Buffer.concat(chunks);
  if (request.headers['content-encoding'] !== 'gzip') {
    return body;
  }
  try {
    return await unpacked(body, { maxOutputLength: MOST_BODY_BYTES });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'too-large' : 'malformed';
  }
}
