import type { AuditQuery, AuditRecord } from 'nestjs-audited';
import type { TailOptions } from 'nestjs-audited/custody';
import { anEvent } from 'nestjs-audited/testing';
import { followRecords, type FollowedLog, type Following } from './followed-records.js';

const unavailable = Object.assign(new Error('The database does not answer.'), { code: 'AUDIT_STORE_UNAVAILABLE' });

function records(from: number, through: number): readonly AuditRecord[] {
  return Array.from({ length: through - from + 1 }, (_, index) => {
    const position = from + index;
    return {
      event: anEvent({ id: `e-${position}` }),
      seal: { chain: 'main', position, previousHash: '', hash: '', scheme: '' },
    };
  });
}

/** A log with three records; each tail gives what the next of the scripts says, and ends as it says. */
function scripted(...tails: readonly (readonly (AuditRecord | Error)[] | Error)[]) {
  const asked: (string | undefined)[] = [];
  const log: FollowedLog = {
    reader: {
      find: async ({ limit = 100 }: AuditQuery = {}) => ({ records: records(1, 3).toReversed().slice(0, limit) }),
    },
    flows: {
      tail: async (_query, { after }: TailOptions = {}) => {
        const script = tails[asked.length] ?? [];
        asked.push(after);
        if (script instanceof Error) {
          throw script;
        }
        return (async function* () {
          for (const step of script) {
            if (step instanceof Error) {
              throw step;
            }
            yield step;
          }
        })();
      },
    },
  };
  return { log, asked };
}

async function followed(log: FollowedLog, options: Partial<Following> = {}): Promise<readonly string[]> {
  const told: string[] = [];
  const following = {
    query: {},
    signal: new AbortController().signal,
    begin: async () => void told.push('begin'),
    retryMs: 1,
    onTrouble: (sentence: string) => told.push(sentence),
    ...options,
  };
  for await (const { event } of followRecords(log, following)) {
    told.push(event.id);
  }
  return told;
}

describe('following a log', () => {
  it('gives the last records, oldest first, and then each new one once', async () => {
    const { log } = scripted(records(3, 5));
    expect(await followed(log, { last: 2 })).toEqual(['begin', 'e-2', 'e-3', 'e-4', 'e-5']);
  });

  it('begins behind an event', async () => {
    const { log, asked } = scripted(records(2, 4));
    expect(await followed(log, { after: 'e-1' })).toEqual(['begin', 'e-2', 'e-3', 'e-4']);
    expect(asked).toEqual(['e-1']);
  });

  it('goes on behind the last record when the log can be read again, and tells nothing twice', async () => {
    const { log, asked } = scripted([...records(4, 5), unavailable], unavailable, records(5, 6));
    expect(await followed(log)).toEqual([
      'begin',
      'e-4',
      'e-5',
      'The database does not answer. It is tried again.',
      'The log can be read again.',
      'e-6',
    ]);
    expect(asked).toEqual([undefined, 'e-5', 'e-5']);
  });

  it('passes nothing over when the log goes away before there was anything new', async () => {
    const { log, asked } = scripted([unavailable], records(4, 4));
    expect((await followed(log)).at(-1)).toBe('e-4');
    expect(asked).toEqual([undefined, 'e-3']);
  });

  it('ends with what trying again does not mend', async () => {
    await expect(followed(scripted([new Error('damaged')]).log)).rejects.toThrow('damaged');
    await expect(followed(scripted([unavailable], new Error('no right')).log)).rejects.toThrow('no right');
  });

  it('ends while it waits, when it is told to', async () => {
    const ending = new AbortController();
    const { log } = scripted([unavailable], unavailable);
    const onTrouble = (): void => ending.abort();
    expect(await followed(log, { signal: ending.signal, retryMs: 60_000, onTrouble })).toEqual(['begin']);
  });
});
