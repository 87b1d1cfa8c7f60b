import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { EventFormatter } from '../../formats/event-formatter.js';

/** Many small pieces cost more than what is in them. */
const PIECE_CHARACTERS = 32_768;

/** What an export is sent as. */
export interface ExportHead {
  readonly type: string;
  readonly disposition: string;
}

/**
 * The headers of an export. Everything in them is of our own making: the name of a format, the extension that its formatter
 * states and the time.
 */
export function exportHead({ contentType, fileExtension }: EventFormatter, isGzip: boolean, now: Date): ExportHead {
  const time = now.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const extension = fileExtension.replaceAll(/[^A-Za-z0-9.]/g, '');
  const name = `audit-export-${time}.${extension}${isGzip ? '.gz' : ''}`;
  return {
    type: isGzip ? 'application/gzip' : contentType,
    // RFC 6266: a token of ASCII letters, digits, points and hyphens needs no second form of it.
    disposition: `attachment; filename="${name}"`,
  };
}

/**
 * The document as a stream: a piece is asked for when the one before has left, and destroying it ends the reading.
 *
 * @returns fails when the document does
 */
export function exportStream(document: AsyncIterable<string>, isGzip: boolean): Readable {
  const source = Readable.from(largePieces(document), { objectMode: true, highWaterMark: 1 });
  if (!isGzip) {
    return source;
  }
  const gzip = createGzip();
  // Whichever breaks takes the other with it; the error is told by the stream that is given back.
  pipeline(source, gzip, () => undefined);
  return gzip;
}

async function* largePieces(document: AsyncIterable<string>): AsyncGenerator<Buffer, void, undefined> {
  let piece = '';
  for await (const text of document) {
    piece += text;
    if (piece.length >= PIECE_CHARACTERS) {
      yield Buffer.from(piece);
      piece = '';
    }
  }
  if (piece !== '') {
    yield Buffer.from(piece);
  }
}
