import { randomFillSync } from 'node:crypto';

/** Random bytes are drawn in blocks: one call to the generator for many ids. */
const RANDOM_BLOCK_BYTES = 4096;
const BYTES_PER_ID = 10;
/** 48 bits of milliseconds; they last until the year 10889. */
const MAX_TIME_MS = 2 ** 48 - 1;
const MAX_COUNTER = 0xfff;
/** Half of the counter's range stays free for further ids of the same millisecond. */
const FIRST_COUNTER_MASK = 0x7ff;
/** The four digits whose first two bits are the variant of RFC 9562. */
const VARIANT_DIGITS = '89ab';

/**
 * Makes UUIDv7 ids (RFC 9562 section 5.7): 48 bits of milliseconds, 74 random bits. Within one
 * generator ids never go backwards: when the clock jumps back, the last time is kept, and ids of one
 * millisecond are ordered by a 12-bit counter (RFC 9562 section 6.2, method 1).
 */
export class EventIds {
  private readonly random = Buffer.allocUnsafe(RANDOM_BLOCK_BYTES);
  /** The block once more, as digits: slicing a text is the cheapest way to many hex digits. */
  private digits = '';
  private used = RANDOM_BLOCK_BYTES;
  private lastMs = 0;
  private counter = 0;
  private timeText = '00000000-0000';

  /** @param nowMs milliseconds since the epoch; a clock that answers nonsense costs the order in time, never an id */
  next(nowMs: number): string {
    const offset = this.draw();
    this.tick(Math.min(Math.floor(nowMs), MAX_TIME_MS), offset);
    const counterText = (0x7000 | this.counter).toString(16);
    const variant = VARIANT_DIGITS.charAt(this.random.readUInt8(offset + 2) & 0b11);
    const tail = 2 * offset + 5;
    return `${this.timeText}-${counterText}-${variant}${this.digits.slice(tail, tail + 3)}-${this.digits.slice(tail + 3, tail + 15)}`;
  }

  private tick(nowMs: number, offset: number): void {
    if (nowMs > this.lastMs) {
      this.setTime(nowMs);
      this.counter = this.random.readUInt16BE(offset) & FIRST_COUNTER_MASK;
      return;
    }
    this.counter++;
    if (this.counter > MAX_COUNTER) {
      this.setTime(this.lastMs + 1);
      this.counter = 0;
    }
  }

  private setTime(timeMs: number): void {
    this.lastMs = timeMs;
    const text = timeMs.toString(16).padStart(12, '0');
    this.timeText = `${text.slice(0, 8)}-${text.slice(8)}`;
  }

  private draw(): number {
    if (this.used + BYTES_PER_ID > RANDOM_BLOCK_BYTES) {
      randomFillSync(this.random);
      this.digits = this.random.toString('hex');
      this.used = 0;
    }
    const offset = this.used;
    this.used += BYTES_PER_ID;
    return offset;
  }
}
