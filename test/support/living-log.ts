import { join } from 'node:path';
import { generateKeyPair, openCustody, type OpenedCustody } from 'nestjs-audited/custody';
import { anAppendableEvent } from 'nestjs-audited/testing';
import { SqliteAuditStore } from 'nestjs-audited/typeorm';
import type { IntegrityReport } from 'nestjs-audited';
import type { Auditor } from './python-verifier.js';

const ACT = { by: { kind: 'user' as const, id: 'operator' }, reason: 'the life of a log' };
const ORIGIN = 'audit.example.com/living';
const OLD = '2020-01-01T00:00:00.000Z';
const KEYS = [generateKeyPair(), generateKeyPair(), generateKeyPair()];
const SEALS = ['k1', 'k2', 'k3'].map((id, index) => ({ id, secret: Buffer.alloc(32, `seal ${index} of a test`) }));

/** What may happen to a log in its life, with how often or whom. */
export type LifeEvent =
  | { readonly kind: 'append'; readonly count: number; readonly isOld: boolean; readonly chain: 'main' | 'tenant:b' }
  | { readonly kind: 'checkpoint' | 'prune' | 'restart' | 'rotate-key' | 'rotate-seal' }
  | { readonly kind: 'hold' | 'lift' | 'erase'; readonly actor: number };

/** A log in a SQLite file that lives: everything that custody can do to it, through the public entry points. */
export class LivingLog {
  private opened: OpenedCustody | undefined;
  private store: SqliteAuditStore | undefined;
  private key = 0;
  private seal = 0;
  private readonly holds = new Set<number>();
  /** The newest note of every chain, as somebody outside keeps it. */
  private readonly witnessed = new Map<string, string>();

  private constructor(
    readonly file: string,
    private readonly isKeyed: boolean,
  ) {}

  static async begin(folder: string, isKeyed: boolean): Promise<LivingLog> {
    const log = new LivingLog(join(folder, 'living.sqlite'), isKeyed);
    await log.open();
    return log;
  }

  async live(event: LifeEvent): Promise<void> {
    const { custody, store } = this.running;
    switch (event.kind) {
      case 'append':
        await store.append(
          event.chain,
          Array.from({ length: event.count }, (_, index) => someEvent(index, event.isOld)),
        );
        return;
      case 'checkpoint':
        this.witness(await custody.checkpoint());
        return;
      case 'prune':
        await custody.prune(ACT);
        return;
      case 'hold':
        if (!this.holds.has(event.actor)) {
          this.holds.add(event.actor);
          await custody.placeHold(`case ${event.actor}`, { actorId: actorOf(event.actor) }, ACT);
        }
        return;
      case 'lift':
        if (this.holds.delete(event.actor)) {
          await custody.liftHold(`case ${event.actor}`, ACT);
        }
        return;
      case 'erase':
        await custody.erase({ actorId: actorOf(event.actor) }, ACT, { scrub: false });
        return;
      case 'restart':
        await this.reopen();
        return;
      case 'rotate-key':
        this.key = (this.key + 1) % KEYS.length;
        await this.reopen();
        return;
      case 'rotate-seal':
        this.seal = (this.seal + 1) % SEALS.length;
        await this.reopen();
        return;
    }
  }

  /** The last checkpoint is signed and witnessed; then the log is closed. */
  async end(): Promise<void> {
    this.witness(await this.running.custody.checkpoint());
    await this.close();
  }

  /** What an auditor has beside the log: the public keys, the seal keys, and the notes that were kept outside. */
  get auditor(): Auditor {
    const trustedKeys = KEYS.map(({ publicPem }) => publicPem);
    return { trustedKeys, checkpoints: [...this.witnessed.values()], ...this.sealing() };
  }

  /** As an auditor does. */
  async verify({ trustedKeys = [], checkpoints = [] }: Auditor = this.auditor): Promise<IntegrityReport> {
    const { custody, close } = await openCustody({ database: this.file, ...this.sealing() });
    try {
      return await custody.verify({ trustedKeys, checkpoints });
    } finally {
      await close();
    }
  }

  async close(): Promise<void> {
    await this.store?.close();
    await this.opened?.close();
    this.store = undefined;
    this.opened = undefined;
  }

  private get running(): { readonly custody: OpenedCustody['custody']; readonly store: SqliteAuditStore } {
    if (this.opened === undefined || this.store === undefined) {
      throw new Error('the log is closed');
    }
    return { custody: this.opened.custody, store: this.store };
  }

  private witness(checkpoints: readonly { readonly chain: string; readonly note: string }[]): void {
    checkpoints.forEach(({ chain, note }) => this.witnessed.set(chain, note));
  }

  private async reopen(): Promise<void> {
    await this.close();
    await this.open();
  }

  private async open(): Promise<void> {
    const { seal } = this.sealing();
    this.store = new SqliteAuditStore(this.file, seal === undefined ? {} : { seal });
    await this.store.open();
    const retired = KEYS.filter((_, index) => index !== this.key).map(({ publicPem }) => publicPem);
    this.opened = await openCustody({
      database: this.file,
      ...this.sealing(),
      retention: { default: '30 days' },
      checkpoints: { origin: ORIGIN, keys: { pem: KEYS[this.key]?.privatePem ?? '' }, trustedKeys: retired },
    });
  }

  private sealing(): { seal?: { current: string; keys: typeof SEALS } } {
    return this.isKeyed ? { seal: { current: SEALS[this.seal]?.id ?? '', keys: SEALS } } : {};
  }
}

function actorOf(number: number): string {
  return `u-${number}`;
}

function someEvent(index: number, isOld: boolean): ReturnType<typeof anAppendableEvent> {
  const times = isOld ? { occurredAt: OLD, recordedAt: OLD } : now();
  const actor = { kind: 'user' as const, id: actorOf(index % 3) };
  return index % 2 === 0
    ? anAppendableEvent(
        { ...times, actor },
        { '/actor/email': `person-${index}@example.com`, '/actor/ip': '192.0.2.9' },
      )
    : anAppendableEvent({ ...times, actor });
}

function now(): { occurredAt: string; recordedAt: string } {
  const time = new Date().toISOString();
  return { occurredAt: time, recordedAt: time };
}
