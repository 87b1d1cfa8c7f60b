import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { AuditRecord } from '../../../event/audit-record.js';

/** A column of the fixture, which is written from Microsoft's documents and not from the formatter. */
interface Column {
  readonly name: string;
  readonly type: 'string' | 'int' | 'real' | 'bool' | 'datetime' | 'dynamic';
  readonly class: 'mandatory' | 'conditional' | 'recommended' | 'optional';
  readonly values?: readonly string[];
  readonly logicalType?: 'Hostname' | 'Domain' | 'FQDN' | 'IP address';
  /** A conditional column is there exactly when one of these is. */
  readonly of?: readonly string[];
  /** False for a column that the schema has and the native table has not. */
  readonly native?: false;
}

interface Fixture {
  readonly maxFieldBytes: number;
  readonly columnName: string;
  readonly reserved: readonly string[];
  readonly logicalTypes: Readonly<Record<string, string>>;
  readonly columns: readonly Column[];
}

export const ASIM_SCHEMA = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../../../../test/golden/schemas/asim-audit-event-0.1.2.json'), 'utf8'),
) as Fixture;

export type AsimRowRead = Readonly<Record<string, unknown>>;

const COLUMNS = new Map(ASIM_SCHEMA.columns.map((column) => [column.name, column]));
const DATETIME = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,7})?Z$/;

/** What is wrong with a row, in words; nothing for a row that both kinds of table take. */
export function asimFaults(row: AsimRowRead): readonly string[] {
  const faults: string[] = [];
  for (const [name, value] of Object.entries(row)) {
    const column = COLUMNS.get(name);
    if (column === undefined) faults.push(`${name} is no column of the schema`);
    else faults.push(...valueFaults(column, value).map((fault) => `${name} ${fault}`));
    if (ASIM_SCHEMA.reserved.includes(name)) faults.push(`${name} is a reserved name`);
    if (!new RegExp(ASIM_SCHEMA.columnName).test(name)) faults.push(`${name} cannot be a name`);
  }
  for (const { name, class: kind, of } of ASIM_SCHEMA.columns) {
    if (kind === 'mandatory' && !(name in row)) faults.push(`${name} is missing`);
    if (kind === 'conditional' && of?.some((other) => other in row) !== name in row) {
      faults.push(`${name} does not go with ${of?.join(' or ')}`);
    }
  }
  return faults;
}

function valueFaults({ type, values, logicalType }: Column, value: unknown): readonly string[] {
  const faults: string[] = [];
  if (!isOfType(type, value)) faults.push(`is no ${type}`);
  if (value === '') faults.push('is empty');
  if (values !== undefined && !values.includes(value as string)) faults.push(`may not be ${JSON.stringify(value)}`);
  if (logicalType !== undefined && !isOfLogicalType(logicalType, value as string)) faults.push(`is no ${logicalType}`);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (Buffer.byteLength(text) > ASIM_SCHEMA.maxFieldBytes) faults.push('is too long');
  return faults;
}

function isOfType(type: Column['type'], value: unknown): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'int':
      return Number.isInteger(value) && Math.abs(value as number) < 2 ** 31;
    case 'real':
      return typeof value === 'number';
    case 'bool':
      return typeof value === 'boolean';
    case 'datetime':
      return typeof value === 'string' && DATETIME.test(value) && !Number.isNaN(Date.parse(value));
    case 'dynamic':
      return typeof value === 'object' && value !== null;
  }
}

function isOfLogicalType(type: NonNullable<Column['logicalType']>, value: string): boolean {
  if (type === 'IP address') return isIP(value) !== 0 && !value.includes('%');
  return new RegExp(ASIM_SCHEMA.logicalTypes[type] as string).test(value);
}

type Members = Readonly<Record<string, unknown>>;

/** The members of the one root under which everything stands that ASIM has no column for. */
export function auditedOf(row: AsimRowRead): Members {
  const roots = row['AdditionalFields'] as Members;
  const [name, ...others] = Object.keys(roots);
  if (name !== 'audited' || others.length > 0) throw new Error(`AdditionalFields has ${Object.keys(roots).join(', ')}`);
  return roots['audited'] as Members;
}

const SEAL = ['chain', 'position', 'previousHash', 'hash', 'scheme', 'mac'];
/** Members of `audited` that are no facts of the event by themselves. */
const NOT_OF_THE_EVENT = new Set([...SEAL, 'erased', 'masked', 'actor', 'labels', 'cut']);

/** The record that a row tells of. What the row says twice must be the same. */
export function recordOfAsim(row: AsimRowRead): AuditRecord {
  same(row['TimeGenerated'], row['EventStartTime']);
  same(row['EventUid'], row['EventOriginalUid']);
  same(row['Operation'], row['EventOriginalType']);
  const audited = auditedOf(row);
  const rest = (audited['actor'] ?? {}) as Members;
  const username = row['ActorUsername'];
  const resource = present({ type: row['OriginalObjectType'], id: row['ObjectId'] });
  const identifier = row['ObjectId'] ?? row['OriginalObjectType'];
  const isThere = Object.keys(resource).length > 0;
  return present({
    event: present({
      ...Object.fromEntries(Object.entries(audited).filter(([name]) => !NOT_OF_THE_EVENT.has(name))),
      id: row['EventUid'],
      sessionId: row['ActorSessionId'],
      occurredAt: row['TimeGenerated'],
      type: row['Operation'],
      severity: row['EventOriginalSeverity'],
      action: row['EventMessage'],
      actor: present({
        ...rest,
        kind: row['ActorOriginalUserType'],
        id: row['ActorUserId'],
        email: username === rest['name'] ? undefined : username,
        ip: rest['ip'] ?? row['SrcIpAddr'],
        userAgent: row['HttpUserAgent'],
        tenantId: row['ActorScopeId'],
      }),
      resource: isThere
        ? present({ ...resource, name: row['Object'] === identifier ? undefined : row['Object'] })
        : undefined,
    }),
    seal: present(Object.fromEntries(SEAL.map((name) => [name, audited[name]]))),
    erased: audited['erased'],
    masked: audited['masked'],
  }) as unknown as AuditRecord;
}

function present(members: Members): Members {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function same(one: unknown, other: unknown): void {
  if (one !== other) throw new Error(`${JSON.stringify(one)} and ${JSON.stringify(other)} are not the same`);
}
