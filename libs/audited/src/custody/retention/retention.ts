import { MAIN_CHAIN, type ChainHead, type ChainId } from '../../event/audit-record.js';
import type { Clock } from '../../event/clock.js';
import { PruneRefusedError } from '../../event/custody.error.js';
import type { IntegrityReport } from '../../integrity/integrity-fault.js';
import type { RetentionStore } from '../../storage/custody-store.js';
import type { CustodyAct } from '../custody-act.js';
import { checkAct } from '../custody-input.js';
import { holdOn, type LegalHolds } from '../holds/legal-holds.js';
import type { LegalHold } from '../holds/legal-hold.js';
import type { StatementWriter } from '../statement-writer.js';
import { eventOf } from '../stored-events.js';
import { planChain, type ChainPrunePlan, type PrunePlanParts } from './prune-plan.js';
import { statedPrune, type StatedPrune } from './stated-prune.js';

/** Where pruned records went. */
export interface PruneArchive {
  readonly name: string;
  /** Hex SHA-256 of its manifest. */
  readonly sha256: string;
}

/** What retention needs. */
export interface RetentionParts extends Omit<PrunePlanParts, 'now'> {
  readonly store: RetentionStore;
  readonly holds: LegalHolds;
  readonly statements: StatementWriter;
  readonly clock: Clock;
  /** Verifies a whole chain, with the keys that this application trusts. */
  readonly verify: (chain: ChainId) => Promise<IntegrityReport>;
  /** Signs a checkpoint over everything that is in the chain (or grows its tree only, where nothing signs). */
  readonly checkpoint: (chain: ChainId) => Promise<unknown>;
  /** Archives positions of a chain and checks what was written; absent: nothing is archived. */
  readonly archive?: (plan: ChainPrunePlan, act: CustodyAct) => Promise<PruneArchive>;
  /** Whether a prune statement in the log is one that this application would have made. */
  readonly isOwnStatement: (stated: StatedPrune) => boolean;
}

/** What a prune did to one chain. */
export interface ChainPruned {
  readonly chain: ChainId;
  readonly removed: number;
  /** The last position that is gone now; 0 when the chain is whole. */
  readonly through: number;
  /** Position of the record that says so; absent when nothing was removed. */
  readonly statedAt?: number;
  /** True when this run went on with a removal that an earlier one had begun. */
  readonly resumed: boolean;
  readonly archive?: PruneArchive;
  /** Why nothing more went. */
  readonly limit: ChainPrunePlan['limit'];
}

/** What may be asked of a prune. */
export interface PruneOptions {
  /** Only this chain. @default all */
  readonly chain?: ChainId;
  /** Told about each step of long work. */
  readonly onProgress?: (progress: {
    readonly chain: ChainId;
    readonly step: PruneStep;
    readonly position: number;
  }) => void;
}

/** What a prune is doing. */
export type PruneStep = 'verifying' | 'archiving' | 'removing';

/**
 * Removes records whose time is over: always the beginning of a chain, verified, archived when asked for, and stated in
 * a sealed record before anything goes. It may die at any moment: what is left is a chain that verifies, and the next
 * run goes on.
 */
export class Retention {
  constructor(private readonly parts: RetentionParts) {}

  /** What a prune would do now. Changes nothing. */
  async plan(chain?: ChainId): Promise<readonly ChainPrunePlan[]> {
    const now = new Date(this.parts.clock.now());
    const holds = await this.parts.holds.active();
    const plans: ChainPrunePlan[] = [];
    for (const head of await this.heads(chain)) {
      plans.push(await planChain({ ...this.parts, now }, head, holds));
    }
    return plans;
  }

  /**
   * @throws CustodyInputError when the act says not who or why; PruneRefusedError when a chain does not verify; what the
   * store says. Chains before the one that failed are pruned.
   */
  async prune(act: CustodyAct, options: PruneOptions = {}): Promise<readonly ChainPruned[]> {
    checkAct(act);
    const done: ChainPruned[] = [];
    for (const head of await this.heads(options.chain)) {
      done.push(await this.pruneChain(head, act, options));
    }
    return done;
  }

  private async heads(chain: ChainId | undefined): Promise<readonly ChainHead[]> {
    const heads = await this.parts.stream.heads();
    return chain === undefined ? heads : heads.filter((head) => head.chain === chain);
  }

  private async pruneChain(head: ChainHead, act: CustodyAct, options: PruneOptions): Promise<ChainPruned> {
    const { chain } = head;
    const resumed = await this.resume(head, options);
    const now = new Date(this.parts.clock.now());
    const holds = await this.parts.holds.active();
    const plan = await planChain({ ...this.parts, now }, head, holds);
    if (plan.through < plan.from) {
      const { removed = 0, statedAt } = resumed ?? {};
      return {
        chain,
        removed,
        through: plan.from - 1,
        ...(statedAt === undefined ? {} : { statedAt }),
        resumed: resumed !== undefined,
        limit: plan.limit,
      };
    }
    options.onProgress?.({ chain, step: 'verifying', position: plan.through });
    await this.requireIntact(chain);
    if (chain !== MAIN_CHAIN) {
      await this.requireSoundHolds(chain);
    }
    // The tiles have to hold every hash that goes, or no proof about these records could be made any more.
    await this.parts.checkpoint(chain);
    options.onProgress?.({ chain, step: 'archiving', position: plan.through });
    const archive = await this.parts.archive?.(plan, act);
    // Verifying and archiving may take hours, in which a hold may be placed.
    await this.requireNoNewHold(plan, holds);
    const { position: statedAt } = await this.state(plan, archive, act);
    // What the log says of itself is witnessed before anything goes.
    await this.parts.checkpoint(chain);
    await this.requireNoNewHold(plan, holds);
    const removed = await this.remove(chain, plan.through, options);
    return {
      chain,
      removed: removed + (resumed?.removed ?? 0),
      through: plan.through,
      statedAt,
      resumed: resumed !== undefined,
      ...(archive === undefined ? {} : { archive }),
      limit: plan.limit,
    };
  }

  /** Goes on with a removal that a crash interrupted, unless a hold was placed since. */
  private async resume(
    head: ChainHead,
    options: PruneOptions,
  ): Promise<{ removed: number; statedAt: number } | undefined> {
    const { chain } = head;
    const stated = await statedPrune(this.parts.stream, chain);
    const first = stated === undefined ? undefined : await this.firstPosition(chain);
    if (stated === undefined || first === undefined || first > stated.statement.through) {
      return undefined;
    }
    if (!this.parts.isOwnStatement(stated)) {
      throw new PruneRefusedError(
        chain,
        `the record at position ${stated.position} says that it was pruned, but its signature is not one of this application`,
        'Run verify, and find out who wrote it.',
      );
    }
    await this.requireSoundHolds(chain);
    const { through } = stated.statement;
    const begun = `a prune through position ${through} was interrupted, and`;
    await this.requireNoHold({ chain, from: first, through }, await this.parts.holds.active(), begun);
    await this.requireTimeOver(head, stated);
    return { removed: await this.remove(chain, through, options), statedAt: stated.position };
  }

  /** @param known holds that the plan was made with */
  private async requireNoNewHold(plan: ChainPrunePlan, known: readonly LegalHold[]): Promise<void> {
    const active = await this.parts.holds.active();
    const placed = active.filter(({ position }) => known.every((hold) => hold.position !== position));
    if (placed.length > 0) {
      await this.requireNoHold(plan, placed, 'a hold was placed meanwhile:');
    }
  }

  private async requireNoHold(
    { chain, from, through }: Pick<ChainPrunePlan, 'chain' | 'from' | 'through'>,
    holds: readonly LegalHold[],
    begun: string,
  ): Promise<void> {
    for await (const records of this.parts.stream.records(chain, { from, through })) {
      for (const record of records) {
        const event = eventOf(record);
        const hold = event === undefined ? undefined : holdOn(holds, chain, record.seal.position, event);
        if (hold !== undefined) {
          throw new PruneRefusedError(
            chain,
            `${begun} the legal hold "${hold.name}" now keeps position ${record.seal.position}`,
            'Lift the hold to let the removal end; the chain verifies as it is.',
            { obstacle: 'hold' },
          );
        }
      }
    }
  }

  /** Where nobody signs, anybody who can record events can state a prune: nothing goes that the policy would keep. */
  private async requireTimeOver(head: ChainHead, { statement, position }: StatedPrune): Promise<void> {
    const now = new Date(this.parts.clock.now());
    const { limit } = await planChain({ ...this.parts, now }, head, []);
    if (limit.position <= statement.through) {
      throw new PruneRefusedError(
        head.chain,
        `the record at position ${position} says that it was pruned through position ${statement.through}, but position ` +
          `${limit.position} has to stay (${limit.what})`,
        'Find out who wrote that record, or whether the policy was changed since; the chain verifies as it is.',
      );
    }
  }

  private async firstPosition(chain: ChainId): Promise<number | undefined> {
    for await (const records of this.parts.stream.records(chain)) {
      const [first] = records;
      if (first !== undefined) {
        return first.seal.position;
      }
    }
    return undefined;
  }

  private async requireIntact(chain: ChainId): Promise<void> {
    const { ok, state, faultCount, faults } = await this.parts.verify(chain);
    if (!ok) {
      const first = faults[0];
      throw new PruneRefusedError(
        chain,
        `it is ${state}, with ${faultCount} fault(s)${first === undefined ? '' : `, the first at position ${first.position}: ${first.message}`}`,
        'What is removed can never be examined again: find out what happened first.',
        { obstacle: state === 'explained' ? 'explained' : 'broken' },
      );
    }
  }

  /** Legal holds stand in the chain `main`: one that somebody hid or forged away there would let go what it keeps. */
  private async requireSoundHolds(chain: ChainId): Promise<void> {
    const { state, faults } = await this.parts.verify(MAIN_CHAIN);
    const open = faults.find(({ explainedBy }) => explainedBy === undefined);
    if (state === 'broken') {
      throw new PruneRefusedError(
        chain,
        `the chain "${MAIN_CHAIN}", in which the legal holds stand, is broken` +
          (open === undefined ? '' : `, first at position ${open.position}: ${open.message}`),
        'A hold may have been removed there: find out what happened first.',
      );
    }
  }

  private state(
    plan: ChainPrunePlan,
    archive: PruneArchive | undefined,
    act: CustodyAct,
  ): Promise<{ position: number }> {
    const { chain, from, through, hash } = plan;
    return this.parts.statements.write(
      { kind: 'prune', chain, from, through, hash, ...(archive === undefined ? {} : { archive }) },
      {
        type: 'audit.prune',
        action: `Pruned positions ${from} to ${through} of chain ${chain}`,
        act,
        resource: { type: 'audit.chain', id: chain },
        details: {
          records: through - from + 1,
          youngestRecordedAt: plan.youngest,
          ...(plan.keepUntil === undefined ? {} : { keepUntil: plan.keepUntil }),
          presets: this.parts.policy.presets,
        },
      },
    );
  }

  private remove(chain: ChainId, through: number, { onProgress }: PruneOptions): Promise<number> {
    return this.parts.store.removePrefix(chain, through, (position) =>
      onProgress?.({ chain, step: 'removing', position }),
    );
  }
}
