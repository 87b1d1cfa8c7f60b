import { explanationOf, type StatedExplanation } from './fault-explanations.js';
import type { IntegrityFault, IntegrityReport } from './integrity-fault.js';
import { FaultTally } from './verifying/fault-tally.js';

/** How many faults a report names unless the caller says otherwise. */
export const DEFAULT_MAX_FAULTS = 1000;

/** What a report says about faults; plain values, so that it can come from another thread. */
export interface FaultSummary extends Pick<IntegrityReport, 'ok' | 'state' | 'faults' | 'faultCount'> {
  /** How many of `faultCount` an operator explained. */
  readonly explainedCount: number;
}

/**
 * Gathers the faults of a store: names the first ones, in the order of chains and positions, and counts all. Memory does
 * not grow with their number. Explanations may come after the faults that they explain.
 */
export class FaultList {
  private readonly named: IntegrityFault[] = [];
  private readonly explanations = new Map<string, readonly StatedExplanation[]>();
  /** Faults that are not named, by chain. */
  private readonly unnamed = new Map<string, FaultTally>();
  /** Of summaries that were added: faults that they do not name. */
  private settled = { faults: 0, explained: 0 };

  /** @param maxFaults how many are named; 0 or more, whole */
  constructor(private readonly maxFaults: number = DEFAULT_MAX_FAULTS) {}

  add(fault: IntegrityFault): void {
    const { named, maxFaults } = this;
    const last = named.at(-1);
    if (named.length >= maxFaults && (last === undefined || !isBefore(fault, last))) {
      this.countUnnamed(fault);
      return;
    }
    named.splice(placeOf(fault, named), 0, fault);
    if (named.length > maxFaults) {
      const dropped = named.pop();
      if (dropped !== undefined) {
        this.countUnnamed(dropped);
      }
    }
  }

  /** Adds what another list found, in other chains. */
  addSummary({ faults, faultCount, explainedCount }: FaultSummary): void {
    const explainedNamed = faults.filter(({ explainedBy }) => explainedBy !== undefined).length;
    this.settled.faults += faultCount - faults.length;
    this.settled.explained += explainedCount - explainedNamed;
    faults.forEach((fault) => this.add(fault));
  }

  /** Says what was explained in a chain, when all of it was read. */
  explain(chain: string, explanations: readonly StatedExplanation[]): void {
    if (explanations.length > 0) {
      this.explanations.set(chain, explanations);
    }
  }

  summary(): FaultSummary {
    const faults = this.named.map((fault) => this.explained(fault));
    const tallies = [...this.unnamed].map(([chain, tally]) => ({
      count: tally.count,
      explained: tally.explained(this.explanations.get(chain) ?? []),
    }));
    const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
    const faultCount = this.settled.faults + faults.length + sum(tallies.map(({ count }) => count));
    const explainedNamed = faults.filter(({ explainedBy }) => explainedBy !== undefined).length;
    const explainedCount = this.settled.explained + explainedNamed + sum(tallies.map(({ explained }) => explained));
    const state = faultCount === 0 ? 'intact' : explainedCount === faultCount ? 'explained' : 'broken';
    return { ok: state === 'intact', state, faults, faultCount, explainedCount };
  }

  private explained(fault: IntegrityFault): IntegrityFault {
    const explainedBy = fault.explainedBy ?? explanationOf(fault, this.explanations.get(fault.chain) ?? []);
    return explainedBy === undefined ? fault : { ...fault, explainedBy };
  }

  private countUnnamed(fault: IntegrityFault): void {
    if (fault.explainedBy !== undefined) {
      this.settled.faults++;
      this.settled.explained++;
      return;
    }
    const tally = this.unnamed.get(fault.chain) ?? new FaultTally();
    this.unnamed.set(fault.chain, tally);
    tally.add(fault);
  }
}

function isBefore(a: IntegrityFault, b: IntegrityFault): boolean {
  return a.chain === b.chain ? a.position < b.position : a.chain < b.chain;
}

/** Behind all that come before it or stand at its place: faults of one position keep the order they were found in. */
function placeOf(fault: IntegrityFault, sorted: readonly IntegrityFault[]): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = sorted[middle];
    if (other !== undefined && isBefore(fault, other)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}
