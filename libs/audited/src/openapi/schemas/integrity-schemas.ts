import type { EventProof } from '../../custody/bundle/event-proof.js';
import type {
  ChainVerdict,
  CheckpointVerdict,
  FaultExplanation,
  IntegrityFault,
  IntegrityReport,
  PrunedPrefix,
} from '../../integrity/integrity-fault.js';
import type { StoredCheckpoint } from '../../storage/tree-store.js';
import { count, flag, listOf, objectSchema, reference, sha256, text, time, word, type Schema } from './schema.js';

const CHAIN = text('Chain.', 'main');
const FAULT_KINDS = [
  'edited',
  'column',
  'personal',
  'deleted',
  'inserted',
  'reordered',
  'forked',
  'truncated',
  'head',
  'scheme',
  'mac',
  'erasure',
  'checkpoint',
  'signature',
  'tree',
  'malformed',
] as const satisfies readonly IntegrityFault['kind'][];

type MacCounts = ChainVerdict['macs'];
type Inclusion = EventProof['inclusion'];

/** What verification finds, and what proves records. */
export const INTEGRITY_SCHEMAS = {
  IntegrityReport: objectSchema<IntegrityReport>(
    'The verdict on the log.',
    {
      ok: flag('True exactly when `state` is `intact`.'),
      state: word('`explained`: each fault was explained by an operator in a sealed record.', [
        'intact',
        'explained',
        'broken',
      ] satisfies IntegrityReport['state'][]),
      records: count('Records that were read.', 41_823),
      chains: listOf(reference('ChainVerdict'), 'Every chain.'),
      faults: listOf(reference('Fault'), 'The first faults, in chain order.'),
      faultCount: count('How many faults there are in all.', 0),
      durationMs: count('How long it took.', 812),
    },
    {},
  ),
  ChainVerdict: objectSchema<ChainVerdict>(
    'The verdict on one chain.',
    {
      chain: CHAIN,
      records: count('Records that were read.'),
      position: count('Position of the last record; 0 for an empty chain.'),
      erased: count('Records that lost their personal part to an erasure; that is no fault.'),
      checkpoints: reference('CheckpointVerdict'),
      macs: objectSchema<MacCounts>(
        'Keyed seals.',
        { checked: count('Checked.'), unchecked: count('Not checked, because their key was not given.') },
        {},
      ),
    },
    { pruned: reference('PrunedPrefix') },
  ),
  CheckpointVerdict: objectSchema<CheckpointVerdict>(
    'What checkpoints prove about one chain.',
    {
      agreed: count('How many agree with the records.'),
      beyond: count('How many could not be compared.'),
      coveredThrough: count('Size of the largest that agrees.'),
      isTrusted: flag('Whether signatures were checked with a trusted key.'),
    },
    {},
  ),
  PrunedPrefix: objectSchema<PrunedPrefix>(
    'A prefix that retention removed, as the chain itself says.',
    {
      through: count('The last position that is gone.'),
      statedAt: count('Position of the record that says so.'),
      at: time('When.'),
      by: text('Who.', 'ops'),
    },
    {},
  ),
  Fault: objectSchema<IntegrityFault>(
    'One fault, named exactly.',
    {
      kind: word('What is wrong; docs/record-format.md says how each is recognised.', FAULT_KINDS),
      chain: CHAIN,
      position: count('Where it shows.'),
      message: text('What was expected, what was found.'),
    },
    { through: count('The last position that it is about.'), explainedBy: reference('FaultExplanation') },
  ),
  FaultExplanation: objectSchema<FaultExplanation>(
    'Who explained a fault, and where.',
    { position: count('Position of the record.'), cause: text('Cause.', 'restore'), at: time('When.') },
    {},
  ),
  Checkpoint: objectSchema<StoredCheckpoint>(
    'A signed state of one chain.',
    {
      chain: CHAIN,
      size: count('How many records it covers: positions 1 to `size`.', 41_823),
      root: sha256('Root of the Merkle tree over them.'),
      signedAt: time('When it was signed.'),
      note: text('The C2SP signed note, signatures included.'),
    },
    {},
  ),
  Proof: objectSchema<EventProof>(
    'Proof of one event, verified with nothing but a public key: `audited verify-proof`.',
    {
      format: word('Version of this form.', ['audited-proof/1'] satisfies EventProof['format'][]),
      comment: text('For people: what this is, and how to check it.'),
      seal: reference('Seal'),
      body: text('The sealed event, byte for byte: canonical JSON.'),
      checkpoint: text('The C2SP signed note.'),
      inclusion: objectSchema<Inclusion>(
        'RFC 6962 inclusion proof.',
        {
          index: count('Leaf, from 0.'),
          size: count('Size of the tree.'),
          hashes: listOf(sha256('Hash.'), 'From the leaf up.'),
        },
        {},
      ),
    },
    { personal: text('The personal part; only when asked for, and not erased.'), salt: text('Its salt.') },
  ),
} as const satisfies Readonly<Record<string, Schema>>;
