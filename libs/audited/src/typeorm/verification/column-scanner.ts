import { EVENT_PLAN, PERSONAL_PLAN, type PlannedColumn, type PlannedMember } from './column-plan.js';
import { NOWHERE, PLAIN, skipNumber, skipString, skipValue } from './json-bytes.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const NULL_BYTES = new Uint8Array(Buffer.from('null'));
const HTTP_BYTES = new Uint8Array(Buffer.from('"http"'));
/** Events of the log itself may carry statements, which others have to read. */
const OWN_TYPE_BYTES = new Uint8Array(Buffer.from('"audit.'));

/**
 * Compares the search columns with the sealed texts byte by byte, without parsing either. Both walk in one order: that
 * of canonical JSON, in which members are sorted, so that one pass decides.
 *
 * It errs on one side only. What it accepts, `JSON.parse` and a comparison member by member accept too: keys must rise
 * (so no member stands there twice), keys with escapes are refused, every value that is skipped is checked to be JSON.
 */
export class ColumnScanner {
  /** Where the hex digits of the commitment to the personal part begin; {@link NOWHERE} when the event has none. */
  commitmentAt = NOWHERE;
  /** The place of the next column in the list of columns. */
  private columnAt = 0;
  private isHttp = false;

  /**
   * @param bytes holds the texts and, as a JSON array, the columns
   * @param separatorBytes how many bytes stand between two items of that array
   */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly separatorBytes: number,
  ) {}

  /**
   * Compares the columns of the event.
   *
   * @param at where the body begins
   * @param columnsAt where the first column begins
   * @returns the place after the body, or {@link NOWHERE} when anything is not as expected
   */
  scanEvent(at: number, columnsAt: number): number {
    this.columnAt = columnsAt;
    this.commitmentAt = NOWHERE;
    this.isHttp = false;
    return this.scanObject(at, EVENT_PLAN);
  }

  /** Compares the columns of the personal part, which follow those of the event. */
  scanPersonal(at: number): number {
    return this.scanObject(at, PERSONAL_PLAN);
  }

  /** Whether the columns of the personal part are empty. */
  hasNoPersonalColumns(): boolean {
    return PERSONAL_PLAN.every(() => this.takeNull());
  }

  private scanObject(at: number, plan: readonly PlannedMember[]): number {
    const { bytes } = this;
    if (bytes[at] !== OPEN_BRACE) {
      return NOWHERE;
    }
    let place = at + 1;
    let next = 0;
    let lastKey = NOWHERE;
    let isOpen = bytes[place] === QUOTE;
    while (isOpen) {
      if (bytes[place] !== QUOTE) {
        return NOWHERE;
      }
      const key = place + 1;
      let member: PlannedMember | undefined;
      for (let planned = plan[next]; planned !== undefined; planned = plan[next]) {
        const order = compareKey(bytes, key, planned.key.bytes);
        if (order < 0) {
          break;
        }
        next++;
        if (order === 0) {
          member = planned;
          break;
        }
        if (!this.isAbsent(planned)) {
          return NOWHERE;
        }
      }
      place = member === undefined ? endOfKey(bytes, key, lastKey) : key + member.key.bytes.length;
      if (place === NOWHERE || bytes[place] !== COLON) {
        return NOWHERE;
      }
      place = member === undefined ? skipValue(bytes, place + 1) : this.scanMember(place + 1, member);
      if (place === NOWHERE) {
        return NOWHERE;
      }
      lastKey = key;
      isOpen = bytes[place] === COMMA;
      place = isOpen ? place + 1 : place;
    }
    if (bytes[place] !== CLOSE_BRACE) {
      return NOWHERE;
    }
    for (; next < plan.length; next++) {
      const planned = plan[next];
      if (planned !== undefined && !this.isAbsent(planned)) {
        return NOWHERE;
      }
    }
    return place + 1;
  }

  private scanMember(at: number, member: PlannedMember): number {
    switch (member.kind) {
      case 'text':
        return this.scanText(at);
      case 'object':
        return this.scanObject(at, member.members);
      case 'commitment':
        this.commitmentAt = at + 1;
        return this.bytes[at] === QUOTE ? skipString(this.bytes, at + 1) : NOWHERE;
      case 'type':
        return startsWith(this.bytes, at, OWN_TYPE_BYTES) ? NOWHERE : this.scanText(at);
      case 'transport-kind':
        this.isHttp = startsWith(this.bytes, at, HTTP_BYTES);
        return this.scanText(at);
      case 'http-text':
        return this.isHttp ? this.scanText(at) : this.scanUnrepeated(at);
      case 'http-number':
        return this.isHttp ? this.scanNumber(at) : this.scanUnrepeated(at);
    }
  }

  /**
   * Two JSON strings with the same bytes are the same text, and the one in the list of columns was written by the
   * database: so the other is well-formed too, escapes included.
   */
  private scanText(at: number): number {
    const { bytes } = this;
    let column = this.columnAt;
    if (bytes[at] !== QUOTE || bytes[column] !== QUOTE) {
      return NOWHERE;
    }
    let place = at + 1;
    for (column++; bytes[place] === bytes[column]; column++) {
      const byte = bytes[place++];
      if (byte === QUOTE) {
        this.columnAt = column + 1 + this.separatorBytes;
        return place;
      }
      if (byte === BACKSLASH) {
        column++;
        if (bytes[place++] !== bytes[column]) {
          return NOWHERE;
        }
      }
    }
    return NOWHERE;
  }

  private scanNumber(at: number): number {
    const { bytes } = this;
    const end = skipNumber(bytes, at);
    let column = this.columnAt;
    for (let place = at; place < end; place++, column++) {
      if (bytes[place] !== bytes[column]) {
        return NOWHERE;
      }
    }
    const isWhole = skipNumber(bytes, this.columnAt) === column;
    this.columnAt = column + this.separatorBytes;
    return isWhole ? end : NOWHERE;
  }

  /** A member that no column repeats here, because of what stands beside it. */
  private scanUnrepeated(at: number): number {
    return this.takeNull() ? skipValue(this.bytes, at) : NOWHERE;
  }

  private isAbsent(member: PlannedMember): boolean {
    if (member.kind === 'commitment') {
      return true;
    }
    if (member.isRequired) {
      return false;
    }
    return member.kind === 'object' ? member.members.every((inner) => this.isAbsentWithin(inner)) : this.takeNull();
  }

  /** Of an object that is not there, even what it always has is not there. */
  private isAbsentWithin(member: PlannedMember): boolean {
    return (member as PlannedColumn).column === undefined || this.takeNull();
  }

  private takeNull(): boolean {
    const isNull = startsWith(this.bytes, this.columnAt, NULL_BYTES);
    this.columnAt += NULL_BYTES.length + this.separatorBytes;
    return isNull;
  }
}

/** Negative when the key in the text comes before `name`, 0 when they are the same; both end with a quotation mark. */
function compareKey(bytes: Uint8Array, at: number, name: Uint8Array): number {
  for (let index = 0; index < name.length; index++) {
    const difference = (bytes[at + index] ?? 0) - (name[index] ?? 0);
    if (difference !== 0) {
      return difference;
    }
  }
  return 0;
}

/**
 * The place after a key that has no column.
 *
 * @param before the key before it; {@link NOWHERE} when it is the first
 * @returns {@link NOWHERE} when the key has escapes, or does not come after the one before it
 */
function endOfKey(bytes: Uint8Array, at: number, before: number): number {
  let end = at;
  while (PLAIN[bytes[end] ?? 0] === 1) {
    end++;
  }
  if (bytes[end] !== QUOTE) {
    return NOWHERE;
  }
  if (before !== NOWHERE) {
    let index = 0;
    while (bytes[before + index] === bytes[at + index] && at + index < end) {
      index++;
    }
    if ((bytes[before + index] ?? 0) >= (bytes[at + index] ?? 0)) {
      return NOWHERE;
    }
  }
  return end + 1;
}

function startsWith(bytes: Uint8Array, at: number, start: Uint8Array): boolean {
  for (let index = 0; index < start.length; index++) {
    if (bytes[at + index] !== start[index]) {
      return false;
    }
  }
  return true;
}
