import { MAIN_CHAIN, type ChainId } from '../../event/audit-record.js';
import type { JsonObject } from '../../event/json-value.js';
import { formatSpans, type PositionSet, type PositionSpan } from '../../integrity/position-ranges.js';
import type { CustodyAct } from '../custody-act.js';
import type { StatementWriter } from '../statement-writer.js';

/** Characters of positions and ids in one statement; with its signatures and the rest a record stays below about 8000. */
const MOST_CHARACTERS = 5000;
/** Of a UUID with quotes and comma. */
const ID_CHARACTERS = 39;

/** What one record of an erasure names. */
export interface StatementPart {
  readonly positions: string;
  readonly events: readonly string[];
}

/** Cuts positions and ids of events into parts, each for one record. None for nothing. */
export function statementParts(spans: readonly PositionSpan[], eventIds: readonly string[]): readonly StatementPart[] {
  const parts: { spans: PositionSpan[]; events: string[] }[] = [];
  let left = 0;
  const partFor = (characters: number): { spans: PositionSpan[]; events: string[] } => {
    const last = parts.at(-1);
    if (last !== undefined && left >= characters) {
      left -= characters;
      return last;
    }
    const next = { spans: [], events: [] };
    parts.push(next);
    left = MOST_CHARACTERS - characters;
    return next;
  };
  for (const span of spans) {
    partFor(formatSpans([span]).length + 1).spans.push(span);
  }
  for (const id of eventIds) {
    partFor(ID_CHARACTERS).events.push(id);
  }
  return parts.map(({ spans: inPart, events }) => ({ positions: formatSpans(inPart), events }));
}

/** What is to be erased from one chain. */
export interface ChainErasure {
  readonly chain: ChainId;
  readonly positions: PositionSet | undefined;
  readonly eventIds: readonly string[];
  readonly act: CustodyAct;
  /** What was selected, as far as a record may say it. */
  readonly selection: JsonObject;
}

/**
 * Seals into the chain what is going to be erased from it, before it is: a missing personal part that no record announces
 * is a fault.
 *
 * @returns positions of the records that say so
 */
export async function stateErasure(statements: StatementWriter, erasure: ChainErasure): Promise<readonly number[]> {
  const { chain, positions, eventIds, act, selection } = erasure;
  const parts = statementParts(positions?.ranges() ?? [], eventIds);
  const records = positions?.size ?? 0;
  const written: number[] = [];
  for (const [index, part] of parts.entries()) {
    const { position } = await statements.write(
      {
        kind: 'erasure',
        chain,
        positions: part.positions,
        ...(part.events.length === 0 ? {} : { events: part.events }),
      },
      {
        type: 'audit.erasure',
        action: `Erased personal data: ${records} record(s), ${eventIds.length} waiting event(s)`,
        act,
        details: {
          selection,
          found: { records, waiting: eventIds.length },
          ...(parts.length === 1 ? {} : { part: index + 1, parts: parts.length }),
        },
      },
    );
    written.push(position);
  }
  return written;
}

/** What an erasure did where the log itself holds nothing of the person any more. */
export interface CopiesErasure extends Pick<ChainErasure, 'act' | 'selection'> {
  /** How many events lost their personal part, by place. */
  readonly places: Readonly<Record<string, number>>;
}

/**
 * Seals into the chain `main` that copies were erased: journals, archives. Afterwards, because no record misses anything
 * by it.
 *
 * @returns position of the record that says so
 */
export async function stateCopiesErasure(
  statements: StatementWriter,
  { act, selection, places }: CopiesErasure,
): Promise<number> {
  const events = Object.values(places).reduce((sum, count) => sum + count, 0);
  const { position } = await statements.write(
    { kind: 'erasure', chain: MAIN_CHAIN, positions: '' },
    {
      type: 'audit.erasure',
      action: `Erased personal data of ${events} event(s) from copies of the log`,
      act,
      details: { selection, found: { records: 0, waiting: 0 }, places },
    },
  );
  return position;
}
