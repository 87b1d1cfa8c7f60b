/** How messages are told apart on a connection; the two are never mixed. */
export type StrictFraming = 'octet-counting' | 'newline';

const LF = 10;
const SPACE = 32;
/** `<PRI>`, then RFC 5424 (version and six fields at least), or the timestamp, host and content of RFC 3164. */
const MESSAGE =
  /^<(?:\d|[1-9]\d|1[0-8]\d|19[01])>(?:1 \S+ \S+ \S+ \S+ \S+ (?:-|\[)|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ 1-3]\d \d\d:\d\d:\d\d \S+ .)/;

/**
 * Reads messages out of the bytes of one connection, by the letter of RFC 6587 section 3.4: no guessing which framing it
 * is, no leading zero, nothing between frames.
 */
export class StrictFrameReader {
  private rest: Buffer = Buffer.alloc(0);

  constructor(
    private readonly framing: StrictFraming,
    private readonly maxMessageBytes: number,
  ) {}

  /** Bytes of a frame that is not complete. */
  get pendingBytes(): number {
    return this.rest.length;
  }

  /** @throws when the sender breaks a rule; the connection is of no use then */
  read(bytes: Buffer, onMessage: (message: string) => void): void {
    this.rest = Buffer.concat([this.rest, bytes]);
    for (;;) {
      const frame = this.framing === 'newline' ? this.nextLine() : this.nextCounted();
      if (frame === undefined) return;
      onMessage(strictMessage(frame, this.maxMessageBytes));
    }
  }

  private nextLine(): Buffer | undefined {
    const end = this.rest.indexOf(LF);
    if (end === -1) {
      if (this.rest.length > this.maxMessageBytes) throw new Error('a line without an end');
      return undefined;
    }
    return this.take(0, end, end + 1);
  }

  private nextCounted(): Buffer | undefined {
    const space = this.rest.indexOf(SPACE);
    const digits = this.rest.subarray(0, space === -1 ? this.rest.length : space).toString('latin1');
    if (this.rest.length > 0 && !/^[1-9]\d{0,8}$/.test(digits)) {
      throw new Error(`no MSG-LEN: ${JSON.stringify(digits.slice(0, 40))}`);
    }
    if (space === -1) return undefined;
    const length = Number(digits);
    if (length > this.maxMessageBytes) throw new Error(`a frame of ${length} bytes`);
    const end = space + 1 + length;
    return this.rest.length < end ? undefined : this.take(space + 1, end, end);
  }

  private take(start: number, end: number, next: number): Buffer {
    const frame = this.rest.subarray(start, end);
    this.rest = this.rest.subarray(next);
    return frame;
  }
}

/** @throws when the bytes are no syslog message, or hold what ends a message elsewhere */
export function strictMessage(bytes: Buffer, maxMessageBytes: number): string {
  if (bytes.length > maxMessageBytes) throw new Error(`a message of ${bytes.length} bytes`);
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  // oxlint-disable-next-line no-control-regex -- what must not be there
  if (/[\n\r\u0000]/.test(text)) throw new Error(`a message with the end of a message in it: ${JSON.stringify(text)}`);
  if (!MESSAGE.test(text)) throw new Error(`no syslog message: ${JSON.stringify(text.slice(0, 80))}`);
  return text;
}
