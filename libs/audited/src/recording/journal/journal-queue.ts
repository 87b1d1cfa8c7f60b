interface QueuedLine {
  readonly text: string;
  readonly bytes: number;
  /** Called once: when the line is written, or its writer need not wait any longer. */
  settle: (() => void) | undefined;
}

/** Lines at the front of the queue, as one text to be written. */
export interface LineBatch {
  readonly text: string;
  readonly count: number;
}

/** Lines on their way to the disk, in order, bounded by their bytes. */
export class JournalQueue {
  private lines: QueuedLine[] = [];
  private bytes = 0;

  constructor(private readonly maxBytes: number) {}

  get length(): number {
    return this.lines.length;
  }

  /** Bytes of the line that is written next; 0 when there is none. */
  get nextLineBytes(): number {
    return this.lines[0]?.bytes ?? 0;
  }

  /** @returns false when there is no room for the line */
  add(text: string): boolean {
    const bytes = Buffer.byteLength(text);
    if (this.bytes + bytes > this.maxBytes) {
      return false;
    }
    this.bytes += bytes;
    this.lines.push({ text, bytes, settle: undefined });
    return true;
  }

  /** Resolves when the line that was added last is written, or when {@link release} is called. */
  lastSettled(): Promise<void> {
    const last = this.lines.at(-1);
    if (last === undefined) {
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const { settle } = last;
      last.settle = () => {
        settle?.();
        resolve();
      };
    });
  }

  /** The first line, and whatever follows it within `maxBytes`. They stay in the queue until {@link remove}. */
  front(maxBytes: number): LineBatch {
    let bytes = this.nextLineBytes;
    let count = Math.min(this.lines.length, 1);
    for (; count < this.lines.length; count++) {
      bytes += this.lines[count]?.bytes ?? 0;
      if (bytes > maxBytes) {
        break;
      }
    }
    const texts = this.lines.slice(0, count).map(({ text }) => text);
    return { text: texts.join(''), count };
  }

  /** Takes the first whole lines out, as many as fill `bytes`, and settles them. @returns how many lines these are */
  remove(bytes: number): number {
    let count = 0;
    for (let left = bytes; left > 0 && count < this.lines.length; count++) {
      left -= this.lines[count]?.bytes ?? 0;
    }
    const removed = this.lines.slice(0, count);
    this.lines = this.lines.slice(count);
    for (const line of removed) {
      this.bytes -= line.bytes;
      line.settle?.();
    }
    return count;
  }

  /** Lets everybody go who waits; the lines stay. */
  release(): void {
    for (const line of this.lines) {
      line.settle?.();
      line.settle = undefined;
    }
  }

  /** @returns how many lines were thrown away */
  clear(): number {
    const count = this.lines.length;
    this.release();
    this.lines = [];
    this.bytes = 0;
    return count;
  }
}
