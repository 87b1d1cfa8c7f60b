import type { AuditEvent, AuditRecord, StoredRecord } from 'nestjs-audited';
import { readRecordLine } from 'nestjs-audited/custody';
import { recordFlaw } from 'nestjs-audited/formats';

/** A record of a bundle or an archive: its personal part stands in another file. */
export type SealedLine = Pick<StoredRecord, 'seal' | 'body'>;

/** What a line holds. */
export type LineContent =
  /** A line of the format `record`. */
  | { readonly kind: 'record'; readonly record: AuditRecord }
  /** A line of a bundle or an archive. */
  | { readonly kind: 'sealed'; readonly sealed: SealedLine }
  /** A line of the journal: an event that nobody sealed. */
  | { readonly kind: 'event'; readonly event: AuditEvent }
  /** A part of a sentence. */
  | { readonly kind: 'bad'; readonly problem: string };

type Members = Readonly<Record<string, unknown>>;

/** Tells the three kinds of lines apart that the kit writes. */
export function contentOf(text: string): LineContent {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Named by whoever knows file and line.
    return { kind: 'bad', problem: 'it is no JSON' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { kind: 'bad', problem: 'it is no JSON object' };
  }
  return kindOf(value as Members, text);
}

function kindOf(members: Members, text: string): LineContent {
  if ('event' in members || 'seal' in members) {
    const problem = problemOf(members);
    return problem === undefined
      ? { kind: 'record', record: members as unknown as AuditRecord }
      : { kind: 'bad', problem };
  }
  if ('body' in members) {
    const sealed = readRecordLine(text);
    return sealed === undefined
      ? { kind: 'bad', problem: 'it begins like a record of a bundle, but is none' }
      : { kind: 'sealed', sealed };
  }
  if ('salt' in members) {
    return { kind: 'bad', problem: 'it is a personal part; name the file of the records that lies beside this one' };
  }
  if (['id', 'type', 'recordedAt'].every((name) => typeof members[name] === 'string')) {
    return { kind: 'event', event: members as unknown as AuditEvent };
  }
  return { kind: 'bad', problem: 'it is no record: neither of the format "record", nor of a bundle or an archive' };
}

/** What keeps every format from writing it, as a part of a sentence. */
export function problemOf(record: unknown): string | undefined {
  const flaw = recordFlaw(record);
  return flaw === undefined ? undefined : `it is no record that can be written: "${flaw}" is missing or wrong`;
}
