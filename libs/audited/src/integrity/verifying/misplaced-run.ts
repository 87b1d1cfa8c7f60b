import type { IntegrityFault } from '../integrity-fault.js';

/** The record is intact, but was sealed for another place. */
export interface Misplacement {
  readonly kind: 'misplaced';
  /** The chain the record was sealed for. */
  readonly chain: string;
  /** How many positions further on it was sealed for. */
  readonly distance: number;
}

/**
 * Gathers misplaced records that were moved together, so that a chain that was renamed or renumbered is one fault and
 * not one per record.
 */
export class MisplacedRun {
  private moved: Misplacement | undefined;
  private first = 0;
  private last = 0;

  constructor(
    private readonly chain: string,
    private readonly report: (fault: IntegrityFault) => void,
  ) {}

  add(position: number, flaw: Misplacement): void {
    const continues =
      this.moved?.chain === flaw.chain && this.moved.distance === flaw.distance && position === this.last + 1;
    if (!continues) {
      this.end();
      this.moved = flaw;
      this.first = position;
    }
    this.last = position;
  }

  /** Reports what was gathered, if anything. */
  end(): void {
    const { moved } = this;
    if (moved === undefined) {
      return;
    }
    this.moved = undefined;
    this.report({
      kind: moved.chain === this.chain ? 'reordered' : 'inserted',
      chain: this.chain,
      position: this.first,
      message: this.message(moved),
    });
  }

  private message({ chain, distance }: Misplacement): string {
    const from = this.first + distance;
    const to = this.last + distance;
    const place = chain === this.chain ? '' : `chain ${JSON.stringify(chain)}, `;
    return this.first === this.last
      ? `the record was sealed for ${place}position ${from}`
      : `the records at positions ${this.first} to ${this.last} were sealed for ${place}positions ${from} to ${to}`;
  }
}
