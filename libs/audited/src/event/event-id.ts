import { randomFillSync } from 'node:crypto';

/** Random bytes are drawn in blocks: one call to the generator for many ids. */
const RANDOM_BLOCK_BYTES = 4096;
const BYTES_PER_ID = 10;

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * Makes UUIDv7 ids (RFC 9562 section 5.7): 48 bits of milliseconds, 74 random bits. Within one
 * generator ids never go backwards: when the clock jumps back, the last time is kept, and ids of one
 * millisecond are ordered by a 12-bit counter (RFC 9562 section 6.2, method 1).
 */
export class EventIds {
  private readonly random = new Uint8Array(RANDOM_BLOCK_BYTES);
  private used = RANDOM_BLOCK_BYTES;
  private lastMs = 0;
  private counter = 0;
  private timeText = '';

  /** @param nowMs milliseconds since the epoch */
  next(nowMs: number): string {
    const offset = this.draw();
    this.tick(nowMs, offset);
    const hex = (index: number): string => HEX[this.random[offset + index] ?? 0] ?? '00';
    const variant = HEX[((this.random[offset + 2] ?? 0) & 0x3f) | 0x80] ?? '80';
    const counterText = (0x7000 | this.counter).toString(16);
    return `${this.timeText}-${counterText}-${variant}${hex(3)}-${hex(4)}${hex(5)}${hex(6)}${hex(7)}${hex(8)}${hex(9)}`;
  }

  private tick(nowMs: number, offset: number): void {
    if (nowMs > this.lastMs) {
      this.setTime(nowMs);
      // Half of the counter's range stays free for further ids of the same millisecond.
      this.counter = (((this.random[offset] ?? 0) << 8) | (this.random[offset + 1] ?? 0)) & 0x7ff;
      return;
    }
    this.counter++;
    if (this.counter > 0xfff) {
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
      this.used = 0;
    }
    const offset = this.used;
    this.used += BYTES_PER_ID;
    return offset;
  }
}
