/**
 * A strict reader of RFC 5424, from its ABNF (section 6) and the rules of sections 6.2, 6.3 and 7 that the ABNF cannot
 * say. It takes bytes, because the RFC does, and shares nothing with the formatter.
 */
export interface SyslogMessage {
  readonly facility: number;
  readonly severity: number;
  readonly timestamp: string | undefined;
  readonly hostname: string | undefined;
  readonly appName: string | undefined;
  readonly procId: string | undefined;
  readonly msgId: string | undefined;
  readonly structuredData: readonly StructuredDataItem[];
  /** Whether the message begins with a byte order mark, which is no part of `message`. */
  readonly bom: boolean;
  readonly message: string;
}

export interface StructuredDataItem {
  readonly id: string;
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

/** Section 7 and the registry of IANA: what each parameter may be. */
const IANA: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  timeQuality: { tzKnown: /^[01]$/, isSynced: /^[01]$/, syncAccuracy: /^\d+$/ },
  origin: {
    ip: /^[0-9A-Fa-f:.]+$/,
    enterpriseId: /^\d+(?:\.\d+)*$/,
    software: /^.{0,48}$/su,
    swVersion: /^.{0,32}$/su,
  },
  meta: { sequenceId: /^[1-9]\d{0,9}$/, sysUpTime: /^\d+$/, language: /^[A-Za-z0-9-]+$/ },
};
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const CLOSING = 0x5d;

/** @throws SyntaxError for anything that is not a message of RFC 5424 from its first byte to its last */
export function parseSyslog5424(bytes: Buffer): SyslogMessage {
  return new Reader(bytes).message();
}

class Reader {
  #at = 0;

  constructor(private readonly bytes: Buffer) {}

  message(): SyslogMessage {
    const priority = this.#priority();
    const timestamp = this.#timestamp();
    const hostname = this.#field(255);
    const appName = this.#field(48);
    const procId = this.#field(128);
    const msgId = this.#field(32);
    const structuredData = this.#structuredData();
    let rest: Buffer = Buffer.alloc(0);
    if (this.#at < this.bytes.length) {
      this.#expect(SPACE);
      rest = this.bytes.subarray(this.#at);
    }
    const bom = rest.subarray(0, 3).equals(BOM);
    return {
      facility: Math.floor(priority / 8),
      severity: priority % 8,
      timestamp,
      hostname,
      appName,
      procId,
      msgId,
      structuredData,
      bom,
      message: this.#utf8(bom ? rest.subarray(3) : rest),
    };
  }

  #priority(): number {
    const matched = /^<(0|[1-9]\d{0,2})>1 /.exec(this.bytes.toString('latin1', 0, 7));
    const value = Number(matched?.[1]);
    if (matched === null || value > 191) return this.#fail('PRI VERSION');
    this.#at = matched[0].length;
    return value;
  }

  #timestamp(): string | undefined {
    const text = this.#field(32);
    if (text === undefined) return undefined;
    const matched =
      /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/.exec(
        text,
      );
    if (matched === null) return this.#fail('TIMESTAMP');
    const [year, month, day] = matched.slice(1, 4).map(Number) as [number, number, number];
    const days = month >= 1 && month <= 12 ? new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate() : 0;
    if (day < 1 || day > days) return this.#fail('TIMESTAMP');
    return text;
  }

  /** NILVALUE / 1*n PRINTUSASCII, and the space behind it. */
  #field(limit: number): string | undefined {
    const end = this.bytes.indexOf(SPACE, this.#at);
    const text = end === -1 ? '' : this.bytes.toString('latin1', this.#at, end);
    if (!/^[!-~]+$/.test(text) || text.length > limit) return this.#fail('a field of the header');
    this.#at = end + 1;
    return text === '-' ? undefined : text;
  }

  #structuredData(): readonly StructuredDataItem[] {
    if (this.#next('-')) return [];
    const items: StructuredDataItem[] = [];
    while (this.#next('[')) items.push(this.#element());
    if (items.length === 0) return this.#fail('STRUCTURED-DATA');
    if (new Set(items.map(({ id }) => id)).size !== items.length) return this.#fail('one SD-ID, once');
    return items;
  }

  #element(): StructuredDataItem {
    const id = this.#name();
    const known = Object.hasOwn(IANA, id) ? IANA[id] : undefined;
    if (known === undefined && !/^[^@]+@\d+(?:\.\d+)*$/.test(id)) return this.#fail('an SD-ID of IANA or name@number');
    const parameters: [string, string][] = [];
    while (this.#next(' ')) {
      const name = this.#name();
      if (!this.#next('="')) return this.#fail('=" of a parameter');
      const value = this.#value();
      if (known !== undefined && known[name]?.test(value) !== true) return this.#fail(`${id} ${name}`);
      if (name === 'sequenceId' && Number(value) > 2_147_483_647) return this.#fail('sequenceId');
      parameters.push([name, value]);
    }
    if (!this.#next(']')) return this.#fail('] of an element');
    return { id, parameters };
  }

  /** SD-NAME */
  #name(): string {
    const text = /^[!-~]+/.exec(this.bytes.toString('latin1', this.#at, this.#at + 64))?.[0] ?? '';
    const name = /^[^="\]]*/.exec(text)?.[0] ?? '';
    if (name === '' || name.length > 32) return this.#fail('SD-NAME');
    this.#at += name.length;
    return name;
  }

  /** PARAM-VALUE and the quote behind it. A backslash before any other character is an invalid escape. */
  #value(): string {
    const value: number[] = [];
    for (;;) {
      const byte = this.bytes[this.#at++];
      if (byte === QUOTE) return this.#utf8(Buffer.from(value));
      if (byte === undefined || byte === CLOSING) return this.#fail('PARAM-VALUE');
      if (byte !== BACKSLASH) {
        value.push(byte);
        continue;
      }
      const escaped = this.bytes[this.#at++];
      if (escaped !== QUOTE && escaped !== BACKSLASH && escaped !== CLOSING) return this.#fail('an escape');
      value.push(escaped);
    }
  }

  #next(text: string): boolean {
    if (this.bytes.toString('latin1', this.#at, this.#at + text.length) !== text) return false;
    this.#at += text.length;
    return true;
  }

  #expect(byte: number): void {
    if (this.bytes[this.#at] !== byte) this.#fail('a space');
    this.#at += 1;
  }

  #utf8(bytes: Uint8Array): string {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      return this.#fail('UTF-8');
    }
  }

  #fail(expected: string): never {
    throw new SyntaxError(`Expected ${expected} at byte ${this.#at} of ${JSON.stringify(this.bytes.toString())}`);
  }
}
