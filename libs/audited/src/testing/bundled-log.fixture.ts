import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPair, signerFromPem, type NoteSigner } from '../integrity/notes/note-signer.js';
import { anAppendableEvent } from './audit-event.fixture.js';
import { aStoredCheckpoint } from './checkpoint.fixture.js';
import { FixedClock } from './fixed.clock.js';
import { MemoryCustody } from './memory.custody-store.js';

export const LOG_NAME = 'audit.example.com/test';
export const SIGNED_AT = '2026-11-21T18:52:00.000Z';
const FIRST_TIME_MS = Date.parse('2026-11-21T00:00:00.000Z');

/**
 * A log in memory with a key, and a folder that bundles of it are written into. A spec adds `write` and `verify`:
 * nothing in `testing/` knows `custody/`.
 */
export class BundledLog {
  readonly custody = new MemoryCustody();
  readonly clock = new FixedClock();
  readonly keys = generateKeyPair();
  readonly signers = [signerFromPem(this.keys.privatePem)];
  private bundles = 0;

  constructor(readonly folder: string) {}

  static async make<Log extends BundledLog>(this: new (folder: string) => Log): Promise<Log> {
    return new this(await mkdtemp(join(tmpdir(), 'audited-bundle-')));
  }

  /** What `writeBundle` needs. */
  get parts(): { source: MemoryCustody; signers: readonly NoteSigner[]; logName: string; clock: FixedClock } {
    return { source: this.custody, signers: this.signers, logName: LOG_NAME, clock: this.clock };
  }

  /** What `verifyBundle` needs to believe a bundle of this log. */
  get trust(): { trustedKeys: readonly string[]; clock: FixedClock } {
    return { trustedKeys: [this.keys.publicPem], clock: this.clock };
  }

  /** For the next bundle; does not exist yet. */
  nextFolder(): string {
    return join(this.folder, `bundle-${this.bundles++}`);
  }

  /** Appends events of a tenant, a second apart; every second one has a personal part. */
  async add(count: number, tenantId = 't-1', chain = 'main'): Promise<void> {
    const start = this.custody.rows(chain).length;
    for (let index = start; index < start + count; index++) {
      const actor = { kind: 'user', id: `u-${index}`, tenantId } as const;
      const occurredAt = new Date(FIRST_TIME_MS + index * 1000).toISOString();
      const personal = index % 2 === 0 ? { '/actor/email': `person-${tenantId}-${index}@example.com` } : undefined;
      await this.custody.append(chain, [anAppendableEvent({ actor, occurredAt }, personal)]);
    }
  }

  /** Signs the present size of a chain that was never pruned. */
  async checkpoint(chain = 'main', time = SIGNED_AT): Promise<void> {
    await aStoredCheckpoint(this.custody, chain, { signers: this.signers, logName: LOG_NAME, time });
  }

  async dispose(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Faults as a spec compares them: kind, chain and position. */
export function faultPlaces({
  faults,
}: {
  readonly faults: readonly { readonly kind: string; readonly chain?: string; readonly position?: number }[];
}): readonly string[] {
  return faults.map(({ kind, chain, position }) =>
    [kind, chain, position].filter((part) => part !== undefined).join(' '),
  );
}
