import type { ChainHead } from '../../event/audit-record.js';
import type { ChainEvidence } from '../../integrity/chain-evidence.js';
import { ChainVerifier } from '../../integrity/chain-verifier.js';
import type { StatedExplanation } from '../../integrity/fault-explanations.js';
import type { ChainVerdict, IntegrityFault } from '../../integrity/integrity-fault.js';
import type { SoundRecord } from '../../integrity/verifying/sound-record.js';
import { recordsOf } from '../../integrity/verifying/sound-run.js';
import type { AuditRecordRow } from '../audit-record.entity.js';
import { storedRecord } from '../server/record-row.js';
import { mismatchedColumns, type ColumnText } from './column-check.js';
import type { SiftedPart } from './record-sifter.js';
import { SequenceOrder } from './sequence-order.js';

/** What is known of a chain in a database before its records are read. */
export interface ChainInDatabase {
  readonly chain: string;
  /** The stored head; `null` when the chain has none. */
  readonly head: ChainHead | null;
  /** Names of the chains in the same database. */
  readonly knownChains: readonly string[];
  readonly evidence: ChainEvidence;
  readonly columnText: ColumnText;
}

/** One chain while it is verified: takes what is left of its records, in their order. */
export class ChainReading {
  private readonly verifier: ChainVerifier;
  private readonly sequences: SequenceOrder;
  private current: AuditRecordRow | undefined;
  private faultCount = 0;

  constructor(target: ChainInDatabase, reportFault: (fault: IntegrityFault) => void) {
    const { chain, head, knownChains, evidence, columnText } = target;
    const report = (fault: IntegrityFault): void => {
      this.faultCount++;
      reportFault(fault);
    };
    this.sequences = new SequenceOrder((position) =>
      report({ kind: 'column', chain, position, message: 'column sequence does not rise with the position' }),
    );
    this.verifier = new ChainVerifier(
      {
        chain,
        head,
        knownChains,
        evidence,
        mismatchedColumns: (_record, event, personal) => {
          const { current } = this;
          if (current === undefined) {
            return [];
          }
          this.sequences.add(current.position, current.sequence);
          return mismatchedColumns(current, event, personal, columnText);
        },
      },
      report,
    );
  }

  /** Explanations of operators that stand in the chain; complete when `finish` was called. */
  get explanations(): readonly StatedExplanation[] {
    return this.verifier.explanations;
  }

  /** Whether anything is wrong with the chain, as far as it was read. */
  get hasFaults(): boolean {
    return this.faultCount > 0;
  }

  take(part: SiftedPart): void {
    if ('run' in part) {
      for (const record of recordsOf(part.run)) {
        this.verifier.checkSound(record, this.whenHeld);
      }
    } else if ('sound' in part) {
      this.verifier.checkSound(part.sound, this.whenHeld);
    } else {
      this.current = part.row;
      this.verifier.check(storedRecord(part.row));
    }
  }

  finish(): ChainVerdict {
    const verdict = this.verifier.finish();
    this.sequences.end();
    return verdict;
  }

  private readonly whenHeld = ({ seal, sequence = 0 }: SoundRecord): void => {
    this.sequences.add(seal.position, sequence);
  };
}
