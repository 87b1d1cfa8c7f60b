import { GENESIS_HASH, MAIN_CHAIN, type ChainHead, type StoredRecord } from '../event/audit-record.js';
import type { JsonObject } from '../event/json-value.js';
import type { ChainEvidence, KnownCheckpoint } from '../integrity/chain-evidence.js';
import { ChainVerifier } from '../integrity/chain-verifier.js';
import { FaultList, type FaultSummary } from '../integrity/fault-list.js';
import type { ChainVerdict } from '../integrity/integrity-fault.js';
import type { CustodyStatement } from '../integrity/notes/custody-statement.js';
import { KeyRing } from '../integrity/notes/key-ring.js';
import { generateKeyPair, signerFromPem, type NoteSigner } from '../integrity/notes/note-signer.js';
import { signStatement } from '../integrity/notes/statement-note.js';
import { formatRanges } from '../integrity/position-ranges.js';
import type { SealKey, SealKeys } from '../integrity/seal-keys.js';
import { Sealer } from '../integrity/sealer.js';
import { CompactRange } from '../integrity/tree/compact-range.js';
import { leafHash } from '../integrity/tree/merkle-hash.js';
import { soundRecord } from '../integrity/verifying/sound-record.js';
import type { AppendableEvent } from '../storage/audit-store.js';
import { anAppendableEvent } from './audit-event.fixture.js';

/** Origin of the model's checkpoints and statements. */
export const MODEL_ORIGIN = `log.example/${MAIN_CHAIN}`;

const STARTED_AT = Date.parse('2026-11-21T12:00:00.000Z');
const [FIRST_SIGNER, SECOND_SIGNER] = [generateKeyPair(), generateKeyPair()].map(({ privatePem }) =>
  signerFromPem(privatePem),
) as [NoteSigner, NoteSigner];

/** What verifying a model says. */
export interface ModelVerdict {
  readonly summary: FaultSummary;
  readonly verdict: ChainVerdict;
  /** `<kind> <position>`, with ` explained` where somebody did. */
  readonly faults: readonly string[];
}

type StatementFacts<Kind extends CustodyStatement['kind']> = Omit<
  Extract<CustodyStatement, { kind: Kind }>,
  'kind' | 'chain' | 'at' | 'origin'
>;

/** One chain in memory with all that custody does to it: a model to test verifiers with. Its members may be tampered with. */
export class ModelChain {
  /** The records that are left. */
  records: StoredRecord[] = [];
  head: ChainHead | null = null;
  /** Checkpoints that were signed, kept where nobody can change them. */
  checkpoints: KnownCheckpoint[] = [];
  /** Hashes of all records, also of those that were pruned: what the stored tiles know. */
  hashes: string[] = [];
  signers: readonly NoteSigner[] = [FIRST_SIGNER];
  sealKeys: SealKeys | undefined;
  private seconds = 0;

  append(...events: readonly AppendableEvent[]): number {
    const sealer = new Sealer(this.sealKeys);
    for (const { body, personal, salt } of events) {
      const place = { chain: MAIN_CHAIN, position: this.size + 1, previousHash: this.head?.hash ?? GENESIS_HASH };
      const seal = { ...place, ...sealer.seal(place, body) };
      this.records.push({ seal, body, personal: personal ?? null, salt: salt ?? null });
      this.hashes.push(seal.hash);
      this.head = { chain: MAIN_CHAIN, position: place.position, hash: seal.hash };
    }
    return this.size;
  }

  /** Appends so many events, every second with a person. */
  appendMany(count: number): void {
    this.append(
      ...Array.from({ length: count }, (_, index) =>
        anAppendableEvent(
          { action: `Step ${index}` },
          index % 2 === 0 ? { '/actor/name': `Person ${index}` } : undefined,
        ),
      ),
    );
  }

  get size(): number {
    return this.head?.position ?? 0;
  }

  get first(): number {
    return this.records[0]?.seal.position ?? 0;
  }

  checkpoint(source: KnownCheckpoint['source'] = 'stored'): void {
    const root = Buffer.from(this.tree(this.size).root()).toString('hex');
    this.checkpoints.push({ size: this.size, root, source, signedAt: this.now() });
  }

  async prune(through: number): Promise<void> {
    const from = this.first;
    await this.state('prune', { from, through, hash: this.hashes[through - 1] ?? '' });
    this.records = this.records.filter(({ seal }) => seal.position > through);
  }

  async erase(positions: readonly number[]): Promise<void> {
    this.eraseSecretly(positions);
    await this.state('erasure', { positions: formatRanges(positions) });
  }

  /** Removes personal parts, and says nothing. */
  eraseSecretly(positions: readonly number[]): void {
    this.records = this.records.map((record) =>
      positions.includes(record.seal.position) ? { ...record, personal: null, salt: null } : record,
    );
  }

  /** Loses the end, as when an old backup is restored. */
  restore(size: number): void {
    this.records = this.records.filter(({ seal }) => seal.position <= size);
    this.hashes = this.hashes.slice(0, size);
    const hash = this.hashes.at(-1);
    this.head = hash === undefined ? null : { chain: MAIN_CHAIN, position: size, hash };
  }

  /** Explains whatever is wrong now. */
  async reanchor(): Promise<void> {
    const faults = this.verify()
      .summary.faults.filter(({ explainedBy }) => explainedBy === undefined)
      .map(({ kind, position, through = position }) => ({ kind, from: position, through }));
    await this.state('reanchor', { cause: 'restore', faults });
  }

  /** Appends the record of a statement. */
  async state<Kind extends CustodyStatement['kind']>(
    kind: Kind,
    facts: StatementFacts<Kind>,
    signers: readonly NoteSigner[] = this.signers,
  ): Promise<number> {
    const { head } = this;
    const after = head === null ? {} : { after: { position: head.position, hash: head.hash } };
    const place = { kind, chain: MAIN_CHAIN, at: this.now(), origin: MODEL_ORIGIN, ...after };
    const statement = { ...place, ...facts } as unknown as CustodyStatement;
    const details = (await signStatement(statement, signers)) as unknown as JsonObject;
    return this.append(anAppendableEvent({ type: `audit.${kind}`, details }));
  }

  rotateSigner(): void {
    this.signers = this.signers.includes(FIRST_SIGNER) ? [SECOND_SIGNER] : [FIRST_SIGNER];
  }

  /** Seals with a new key from now on; the old ones stay known. */
  rotateSealKey(): void {
    const keys: readonly SealKey[] = this.sealKeys?.keys ?? [];
    const key = { id: `k${keys.length + 1}`, secret: Buffer.alloc(32, keys.length + 1) };
    this.sealKeys = { current: key.id, keys: [...keys, key] };
  }

  /** Seals without a key from now on. */
  stopSealingKeyed(): void {
    this.sealKeys = this.sealKeys && { keys: this.sealKeys.keys };
  }

  /** The tree over the first records, as the stored tiles give it. */
  tree(size: number): CompactRange {
    const tree = CompactRange.empty();
    this.hashes.slice(0, size).forEach((hash) => tree.append(leafHash(Buffer.from(hash, 'hex'))));
    return tree;
  }

  get evidence(): ChainEvidence {
    return {
      checkpoints: this.checkpoints,
      frontier: (size) => (size <= this.hashes.length ? this.tree(size) : undefined),
      ring: new KeyRing([FIRST_SIGNER, SECOND_SIGNER]),
      origin: MODEL_ORIGIN,
      ...(this.sealKeys !== undefined && { sealKeys: this.sealKeys }),
      isTrusted: true,
    };
  }

  /** @param isSifted whether records are examined one by one before, as another thread would */
  verify(evidence: Partial<ChainEvidence> = {}, isSifted = false): ModelVerdict {
    const list = new FaultList();
    const { head } = this;
    const target = { chain: MAIN_CHAIN, head, evidence: { ...this.evidence, ...evidence } };
    const verifier = new ChainVerifier(target, (fault) => list.add(fault));
    for (const record of this.records) {
      const sound = isSifted ? soundRecord(record, { chain: MAIN_CHAIN, ...target.evidence }) : undefined;
      if (sound === undefined) {
        verifier.check(record);
      } else {
        verifier.checkSound(sound);
      }
    }
    const verdict = verifier.finish();
    list.explain(MAIN_CHAIN, verifier.explanations);
    const summary = list.summary();
    const faults = summary.faults.map(
      ({ kind, position, explainedBy }) => `${kind} ${position}${explainedBy === undefined ? '' : ' explained'}`,
    );
    return { summary, verdict, faults };
  }

  private now(): string {
    return new Date(STARTED_AT + this.seconds++ * 1000).toISOString();
  }
}
