import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import type { AuditRecord } from 'nestjs-audited';
import { anAppendableEvent, anEvent, sealedRecords } from 'nestjs-audited/testing';
import { recordsIn, type FileReading } from './file-records.js';

const email = (position: number): string => `person-${position}@example.com`;
const ROWS = sealedRecords([1, 2, 3].map((position) => anAppendableEvent({}, { '/actor/email': email(position) })));
const sealedLine = ({ seal, body }: (typeof ROWS)[number]): string => `${JSON.stringify({ body, ...seal })}\n`;
const personalLine = ({ seal: { chain, position }, personal, salt }: (typeof ROWS)[number]): string =>
  `${JSON.stringify({ chain, personal, position, salt })}\n`;

describe('the records of files', () => {
  let folder: string;
  let bad: string[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'audited-records-'));
    bad = [];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function put(name: string, text: string): string {
    const path = join(folder, name);
    writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
    return path;
  }

  async function read(names: readonly string[], reading: Partial<FileReading> = {}): Promise<readonly AuditRecord[]> {
    const records: AuditRecord[] = [];
    const whole = { takesUnsealed: false, onBad: (sentence: string) => void bad.push(sentence), ...reading };
    for await (const record of recordsIn(names, whole)) {
      records.push(record);
    }
    return records;
  }

  it('come with the personal parts that lie beside, and say which are erased', async () => {
    put('records.jsonl.gz', ROWS.map(sealedLine).join(''));
    put(
      'personal.jsonl.gz',
      ROWS.filter(({ seal }) => seal.position !== 2)
        .map(personalLine)
        .join(''),
    );
    const records = await read([folder]);
    expect(records.map(({ event, erased }) => [event.actor.email, erased])).toEqual([
      [email(1), undefined],
      [undefined, true],
      [email(3), undefined],
    ]);
    expect(records.map(({ seal }) => seal)).toEqual(ROWS.map(({ seal }) => seal));
    expect(bad).toEqual([]);
  });

  it('do not say of somebody that he was erased where no personal parts are', async () => {
    const records = await read([put('records.jsonl', ROWS.map(sealedLine).join(''))]);
    expect(records).toHaveLength(3);
    expect(records.every((record) => !('erased' in record))).toBe(true);
  });

  it('name a personal part that belongs to none of them', async () => {
    put('records.jsonl.gz', ROWS.slice(0, 2).map(sealedLine).join(''));
    put('personal.jsonl.gz', ROWS.map(personalLine).join(''));
    await read([folder]);
    expect(bad).toEqual([`${join(folder, 'personal.jsonl.gz')}, line 3: it belongs to no record`]);
  });

  it('may come from several files and from standard input, lines of both kinds mixed', async () => {
    const [first, second, third] = ROWS as [(typeof ROWS)[0], (typeof ROWS)[0], (typeof ROWS)[0]];
    const event = anEvent({ id: 'of the format record' });
    const recordLine = JSON.stringify({ event, seal: third.seal });
    const file = put('a.jsonl', `${sealedLine(first)}\n${recordLine}`);
    const records = await read([file, '-'], { standardInput: Readable.from([gzipSync(sealedLine(second))]) });
    expect(records.map(({ seal }) => seal.position)).toEqual([1, 3, 2]);
    expect(records[1]?.event).toEqual(event);
  });

  it('of the journal have no seal, and are taken only where that is wanted', async () => {
    const line = JSON.stringify(anEvent());
    const file = put('audit-2026-11-21.jsonl', `${line}\n${line}\n`);
    expect(await read([file])).toEqual([]);
    expect(bad).toEqual(
      [1, 2].map((number) => expect.stringContaining(`${file}, line ${number}: it is an event without seal`) as string),
    );
    const [, second] = await read([file], { takesUnsealed: true });
    expect(second?.seal).toEqual({
      chain: 'unsealed',
      position: 2,
      previousHash: '0'.repeat(64),
      hash: createHash('sha256').update(line).digest('hex'),
      scheme: 'none',
    });
  });

  it('are named where they are none, by file and line', async () => {
    const [first] = ROWS as [(typeof ROWS)[0]];
    const noEvent = sealedLine({ ...first, body: '{"id":7}' });
    const noJson = sealedLine({ ...first, body: '{' });
    const file = put('a.jsonl', `nothing\n${sealedLine(first)}${noEvent}${noJson}`);
    expect(await read([file], { takesUnsealed: true })).toHaveLength(1);
    expect(bad).toEqual([
      `${file}, line 1: it is no JSON`,
      `${file}, line 3: it is no record that can be written: "event.id" is missing or wrong`,
      `${file}, line 4: its body or its personal part is no JSON`,
    ]);
  });

  it('are not read from what is not there, nor from a folder of something else', async () => {
    await expect(read([join(folder, 'none')])).rejects.toThrow('does not exist');
    mkdirSync(join(folder, 'empty'));
    await expect(read([join(folder, 'empty')])).rejects.toThrow('none of a bundle');
  });

  it('tell how much of all files was read', async () => {
    const file = put('records.jsonl', ROWS.map(sealedLine).join(''));
    const seen: (readonly [number, number])[] = [];
    await read([file, file], { onProgress: (bytes, total) => seen.push([bytes, total]) });
    const [, [last, total] = []] = seen;
    expect(last).toBe(total);
  });
});
