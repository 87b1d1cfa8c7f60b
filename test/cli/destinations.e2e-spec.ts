import { dirname } from 'node:path';
import type { DestinationStatus } from 'nestjs-audited';
import { openCustody } from 'nestjs-audited/custody';
import { SqliteAuditStore } from 'nestjs-audited/typeorm';
import { CommandLine } from '../support/command-line.js';
import { LAST, SignedLog } from '../support/signed-log.js';

const ACT = ['--by', 'ops', '--reason', 'as decided'];
const LOG = ['-d', 'audit.sqlite'];

describe('destinations on the command line', () => {
  let log: SignedLog;
  let shell: CommandLine;
  let eventId = '';
  let restore: () => void;

  beforeAll(async () => {
    log = await SignedLog.write({ signs: false });
    shell = new CommandLine(dirname(log.file));
    eventId = await lead(log.file);
    restore = log.snapshot();
  });

  afterEach(() => restore());

  afterAll(() => log.dispose());

  it('are listed with their health, the cure, and what waits', () => {
    const { out, status } = shell.run('destinations', 'list', ...LOG);
    expect(status).toBe(0);
    expect(out).toContain('splunk (splunk-hec https://splunk.example:8088): held; ');
    expect(out).toContain(`${LAST - 12 + 4} waiting, 1 dead, last delivery 2026-11-21T18:51:39.123Z, led by nobody`);
    expect(out).toContain('\n  HTTP 401: unknown token. Check the token.\n');
    expect(shell.json<DestinationStatus[]>('destinations', 'list', ...LOG)).toMatchObject([
      { name: 'splunk', type: 'splunk-hec', state: 'active', leader: 'nobody', required: true },
    ]);
  });

  it('are paused, resumed, rewound and removed, each with a record of who and why', async () => {
    expect(shell.run('destinations', 'pause', 'splunk', ...LOG, ...ACT)).toMatchObject({
      status: 0,
      out: 'Paused "splunk".\n',
    });
    expect(shell.run('destinations', 'list', ...LOG).out).toContain('): paused; ');
    expect(shell.run('destinations', 'resume', 'splunk', ...LOG, ...ACT).status).toBe(0);
    expect(shell.run('destinations', 'rewind', 'splunk', '--to', '3', ...LOG, ...ACT).out).toBe(
      'Set "splunk" to position 3.\n',
    );
    const [status] = shell.json<DestinationStatus[]>('destinations', 'list', ...LOG);
    expect(status?.chains.find(({ chain }) => chain === 'main')).toMatchObject({ settled: 3 });
    expect(shell.run('destinations', 'remove', 'splunk', ...LOG, ...ACT).status).toBe(0);
    expect(shell.run('destinations', 'list', ...LOG).out).toBe('No destination was ever registered.\n');
    const { reader, close } = await openCustody({ database: log.file, access: 'read' });
    const { records } = await reader.find({ type: 'audit.destination_changed' });
    await close();
    expect(records.map(({ event }) => event.details?.['act'])).toStrictEqual(['remove', 'rewind', 'resume', 'pause']);
    expect(records[0]?.event).toMatchObject({ actor: { id: 'ops' }, reason: 'as decided' });
  });

  it('have dead letters that are listed, replayed and discarded', () => {
    const listed = shell.run('dead-letters', 'list', ...LOG);
    expect(listed.out).toMatch(new RegExp(`^1 splunk main:12 .* ${eventId}: dead, refused since .*: bad field\\n$`));
    expect(shell.run('receipts', eventId, ...LOG).out).toBe('splunk: dead (bad field)\n');
    const replayed = shell.run('replay', ...LOG, '--letter', '1', ...ACT);
    expect(replayed).toMatchObject({ status: 0, out: 'Marked 1 dead letter(s) to be sent again.\n' });
    expect(replayed.errors).toContain('Nobody leads splunk at the moment');
    expect(shell.run('dead-letters', 'list', ...LOG, '--state', 'replaying').out).toContain(': replaying, ');
    expect(shell.run('dead-letters', 'discard', ...LOG, '--all', ...ACT).out).toBe('Discarded 1 dead letter(s).\n');
    expect(shell.json('dead-letters', 'list', ...LOG)).toMatchObject([{ sequence: 1, state: 'discarded' }]);
  });

  it.each<[string, readonly string[], string]>([
    ['a destination that there is not', ['destinations', 'pause', 'sentinel', ...ACT], 'Known: "splunk"'],
    [
      'a place beyond the end',
      ['destinations', 'rewind', 'splunk', '--to', '999', ...ACT],
      'Give a whole number from 0 to',
    ],
    ['a place that is none', ['destinations', 'rewind', 'splunk', '--to', 'yesterday', ...ACT], 'Give "beginning"'],
    ['nobody who does it', ['destinations', 'pause', 'splunk', '--reason', 'x'], '--by is missing'],
    ['nothing named', ['replay', ...ACT], 'or take --all'],
    ['everything and something', ['replay', '--all', '--event', 'x', ...ACT], '--all goes with none'],
    ['an event that there is not', ['receipts', 'nothing'], 'There is no event "nothing"'],
  ])('are left alone with %s: exit code 2, and the cure', (_what, words, cure) => {
    const { status, errors } = shell.run(...words, ...LOG);
    expect([status, errors]).toEqual([2, expect.stringContaining(cure)]);
  });
});

/** As an application that was here: it led, was refused one event, and lost its token. @returns id of the dead letter's event */
async function lead(file: string): Promise<string> {
  const store = new SqliteAuditStore(file);
  await store.open();
  const ledger = store.ledger();
  await ledger.register({
    name: 'splunk',
    type: 'splunk-hec',
    endpoint: 'https://splunk.example:8088',
    isRequired: true,
    startFrom: 'beginning',
  });
  const lease = await ledger.acquire('splunk', 'application', 10_000);
  const { records } = await store.find({ chain: 'main', limit: 1000 });
  const record = records.find(({ seal }) => seal.position === 12);
  expect(lease).toBeDefined();
  await ledger.settle(
    lease!,
    {
      cursors: [{ chain: 'main', position: 12, sent: 12 }],
      deadLetters: [
        {
          chain: 'main',
          position: 12,
          eventId: record?.event.id ?? '',
          eventType: record?.event.type ?? '',
          cause: 'refused',
          reason: 'bad field',
        },
      ],
      health: {
        state: 'held',
        reason: 'HTTP 401: unknown token',
        cure: 'Check the token.',
        failures: 3,
        deliveredAt: Date.parse('2026-11-21T18:51:39.123Z'),
      },
    },
    10_000,
  );
  await ledger.release(lease!);
  await store.close();
  return record?.event.id ?? '';
}
