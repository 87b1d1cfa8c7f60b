import { NoteMalformedError } from '../../event/proof.error.js';
import type { KnownCheckpoint } from '../../integrity/chain-evidence.js';
import type { IntegrityFault } from '../../integrity/integrity-fault.js';
import { originOf, parseCheckpoint } from '../../integrity/notes/checkpoint.js';
import type { KeyRing } from '../../integrity/notes/key-ring.js';
import type { StoredCheckpoint } from '../../storage/tree-store.js';
import type { GivenCheckpoint } from './verify-settings.js';

/** Checkpoints of a chain that may be believed, and what is wrong with the others. */
export interface JudgedCheckpoints {
  readonly known: readonly KnownCheckpoint[];
  /** What the stored ones are signed in the name of; absent where they name several, or there are none. */
  readonly origin?: string;
  readonly faults: readonly IntegrityFault[];
}

/** Checkpoints of one chain, as they were found. */
export interface FoundCheckpoints {
  readonly chain: string;
  readonly stored: readonly StoredCheckpoint[];
  readonly given: readonly GivenCheckpoint[];
  /** `undefined`: signatures are not checked. */
  readonly ring: KeyRing | undefined;
  /** The origin that they must have; `undefined`: that of the chain in any log. */
  readonly expected?: string | undefined;
}

interface Judged extends KnownCheckpoint {
  readonly origin: string;
  /** Why it counts for nothing; `undefined` when it counts. */
  readonly problem: string | undefined;
}

/**
 * Judges the checkpoints of a chain: whether they are what they say, and whether a trusted key signed them. Those with
 * one and the same problem are one fault, at the smallest of them.
 */
export function judgeCheckpoints({ chain, stored, given, ring, expected }: FoundCheckpoints): JudgedCheckpoints {
  const judgedStored = stored.map((checkpoint) => judgeStored(checkpoint, expected ?? originOf('', chain), ring));
  const believed = judgedStored.filter(isBelieved).map(({ origin }) => origin);
  const origins = new Set(expected === undefined ? believed : [expected]);
  const [origin, ...others] = new Set(believed);
  const judgedGiven = given.map((checkpoint) => judgeGiven(checkpoint, ring, origins));
  const judged = [...judgedStored, ...judgedGiven];
  return {
    known: judged.filter(isBelieved).map(({ origin: _origin, problem: _problem, ...known }) => known),
    ...(origin !== undefined && others.length === 0 && { origin }),
    faults: faultsOf(chain, judged),
  };
}

function isBelieved({ problem }: Judged): boolean {
  return problem === undefined;
}

/** @param ending how the origin must end: an origin, or the part of one that names the chain */
function judgeStored({ size, root, note }: StoredCheckpoint, ending: string, ring: KeyRing | undefined): Judged {
  try {
    const said = parseCheckpoint(note);
    const { origin } = said;
    const isSame = said.size === size && hexOf(said.root) === root;
    const isOfLog = ending.startsWith('/') ? origin.endsWith(ending) : origin === ending;
    const problem = !isOfLog
      ? `it is one of another log or chain: ${JSON.stringify(origin)}.`
      : isSame
        ? signatureProblem(note, origin, said.time, ring)
        : 'its size or root is not what its note says.';
    return { size, root, origin, source: 'stored', problem, ...signedAt(said.time) };
  } catch (error) {
    if (error instanceof NoteMalformedError) {
      return { size, root, origin: '', source: 'stored', problem: `its note is malformed: ${error.problem}.` };
    }
    throw error;
  }
}

function judgeGiven(
  { note, origin, size, root, time }: GivenCheckpoint,
  ring: KeyRing | undefined,
  origins: ReadonlySet<string>,
): Judged {
  const isOfLog = origins.size === 0 || origins.has(origin);
  const problem = isOfLog
    ? signatureProblem(note, origin, time, ring)
    : `it is one of another log: ${JSON.stringify(origin)}, and not ${JSON.stringify([...origins][0])}.`;
  return { size, root: hexOf(root), origin, source: 'given', problem, ...signedAt(time) };
}

/** Which checkpoints a re-anchor explains depends on it. */
function signedAt(time: string | undefined): Pick<KnownCheckpoint, 'signedAt'> {
  return time === undefined ? {} : { signedAt: time };
}

function signatureProblem(
  note: string,
  origin: string,
  time: string | undefined,
  ring: KeyRing | undefined,
): string | undefined {
  const verdict = ring?.check(note, origin, time);
  return verdict === undefined || verdict.state === 'trusted' ? undefined : verdict.problem;
}

function faultsOf(chain: string, judged: readonly Judged[]): readonly IntegrityFault[] {
  const groups = new Map<string, Judged[]>();
  for (const checkpoint of judged) {
    if (checkpoint.problem !== undefined) {
      const key = `${checkpoint.source} ${withoutTimes(checkpoint.problem)}`;
      groups.set(key, [...(groups.get(key) ?? []), checkpoint]);
    }
  }
  return [...groups.values()].flatMap((group) => {
    const [first, ...others] = group.toSorted((a, b) => a.size - b.size);
    if (first === undefined) {
      return [];
    }
    const more = others.length > 0 ? ` (and ${others.length} more, up to size ${others.at(-1)?.size})` : '';
    const message = `The ${first.source} checkpoint of size ${first.size}${more} counts for nothing: ${first.problem}`;
    return [{ kind: 'signature', chain, position: first.size, message } as const];
  });
}

/** Problems that differ only in when each was signed are one. */
function withoutTimes(problem: string): string {
  return problem.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '');
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
