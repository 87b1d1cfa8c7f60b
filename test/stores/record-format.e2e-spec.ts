import { spawnSync } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The golden vectors, recomputed from docs/record-format.md with nothing but SHA-256 and HMAC: no line of the package is used. */
interface Vectors {
  readonly canonicalJson: readonly { readonly name: string; readonly json: string; readonly canonical: string }[];
  readonly commitments: readonly {
    readonly salt: string;
    readonly part: unknown;
    readonly personal: string;
    readonly commitment: string;
  }[];
  readonly chain: {
    readonly genesis: string;
    readonly head: { readonly chain: string; readonly position: number; readonly hash: string };
    readonly records: readonly {
      readonly event: Readonly<Record<string, unknown>>;
      readonly personalPart?: unknown;
      readonly keyedText?: string;
      readonly sealedText: string;
      readonly row: Readonly<Record<string, string | number | null>>;
    }[];
  };
}

const read = (path: string): string => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
const vectors = JSON.parse(read('test/golden/record-format-v1.json')) as Vectors;
const keyedVectors = JSON.parse(read('test/golden/record-format-hmac-v1.json')) as {
  readonly keys: readonly { readonly id: string; readonly secretHex: string }[];
  readonly chain: Vectors['chain'];
};
const document = read('docs/record-format.md');
const sha256 = (...parts: Buffer[]): string => createHash('sha256').update(Buffer.concat(parts)).digest('hex');

/** RFC 8785 on top of the platform: JSON.stringify writes scalars as it demands, the order of keys is made by hand. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(canonical).join(',')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

function at(event: unknown, path: string): unknown {
  const value = path
    .split('.')
    .reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], event);
  return value ?? null;
}

/** Section 8 of the document. */
const COLUMNS: Readonly<Record<string, string>> = {
  id: 'id',
  occurred_at: 'occurredAt',
  recorded_at: 'recordedAt',
  type: 'type',
  stage: 'stage',
  severity: 'severity',
  risk: 'risk',
  outcome: 'outcome',
  actor_id: 'actor.id',
  actor_kind: 'actor.kind',
  tenant_id: 'actor.tenantId',
  resource_type: 'resource.type',
  resource_id: 'resource.id',
  session_id: 'sessionId',
  correlation_id: 'correlationId',
  trace_id: 'traceId',
  component: 'origin.component',
  environment: 'origin.environment',
  transport: 'transport.kind',
  route: 'transport.route',
  status: 'transport.status',
};

describe('the golden vectors of record format v1', () => {
  it.each(vectors.canonicalJson)('canonical JSON: $name', ({ json, canonical: expected }) => {
    expect(canonical(JSON.parse(json))).toBe(expected);
  });

  it.each(vectors.commitments)('commitment $commitment', ({ salt, part, personal, commitment }) => {
    expect(canonical(part)).toBe(personal);
    expect(sha256(Buffer.from(salt, 'hex'), Buffer.from(personal, 'utf8'))).toBe(commitment);
  });

  it('are a chain from the genesis to the head', () => {
    let previous = '0'.repeat(64);
    expect(vectors.chain.genesis).toBe(previous);
    for (const [index, { row }] of vectors.chain.records.entries()) {
      expect(row).toMatchObject({ chain: 'main', position: index + 1, previous_hash: previous, scheme: 'sha256-v1' });
      previous = String(row['hash']);
    }
    expect(vectors.chain.head).toStrictEqual({ chain: 'main', position: vectors.chain.records.length, hash: previous });
  });

  it.each(vectors.chain.records)('record $row.position: body, sealed text and hash', ({ event, sealedText, row }) => {
    expect(canonical(event)).toBe(row['body']);
    const sealed = {
      scheme: 'sha256-v1',
      chain: 'main',
      position: row['position'],
      previous: row['previous_hash'],
      event,
    };
    expect(canonical(sealed)).toBe(sealedText);
    expect(sha256(Buffer.from(sealedText, 'utf8'))).toBe(row['hash']);
  });

  it.each(vectors.chain.records)(
    'record $row.position: personal part and commitment',
    ({ event, personalPart, row }) => {
      if (personalPart === undefined) {
        expect([row['personal'], row['salt'], event['personal']]).toStrictEqual([null, null, undefined]);
        return;
      }
      expect(canonical(personalPart)).toBe(row['personal']);
      const salt = Buffer.from(String(row['salt']), 'hex');
      expect(sha256(salt, Buffer.from(String(row['personal']), 'utf8'))).toBe(event['personal']);
    },
  );

  it.each(vectors.chain.records)('record $row.position: columns', ({ event, personalPart, row }) => {
    const personal = (personalPart ?? {}) as Record<string, unknown>;
    const expected = {
      ...Object.fromEntries(Object.entries(COLUMNS).map(([column, path]) => [column, at(event, path)])),
      actor_email: personal['/actor/email'] ?? null,
      actor_ip: personal['/actor/ip'] ?? null,
    };
    expect(row).toMatchObject(expected);
    const seal = ['sequence', 'chain', 'position', 'previous_hash', 'hash', 'scheme', 'body', 'personal', 'salt'];
    expect(new Set(Object.keys(row))).toStrictEqual(new Set([...seal, ...Object.keys(expected)]));
  });

  it('stand in the document, and are still what the package makes', () => {
    for (const { row, sealedText } of vectors.chain.records.slice(0, 2)) {
      expect(document).toContain(sealedText);
      expect(document).toContain(String(row['hash']));
    }
    const generator = fileURLToPath(new URL('../../tools/generate-record-vectors.mjs', import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, [generator, '--check'], { encoding: 'utf8' });
    expect([status, stderr]).toStrictEqual([0, '']);
  });
});

describe('the golden vectors of the scheme hmac-sha256-v1', () => {
  const { keys, chain } = keyedVectors;
  const member = (row: Vectors['chain']['records'][number]['row']) => (row['mac'] === null ? {} : { mac: row['mac'] });

  it('are a chain of several schemes and keys, from the genesis to the head', () => {
    const rows = chain.records.map(({ row }) => row);
    expect(rows.map((row) => row['previous_hash'])).toStrictEqual([
      chain.genesis,
      ...rows.slice(0, -1).map((row) => row['hash']),
    ]);
    expect(chain.head).toStrictEqual({ chain: 'main', position: rows.length, hash: rows.at(-1)?.['hash'] });
    const keyIds = rows.map(({ mac }) => (mac === null ? undefined : String(mac).split(':')[0]));
    expect(keyIds).toStrictEqual([undefined, ...keys.map(({ id }) => id)]);
  });

  it.each(chain.records)('record $row.position: sealed text and hash', ({ event, sealedText, row }) => {
    const { chain: name, position, previous_hash: previous, scheme } = row;
    const text = canonical({ chain: name, event, ...member(row), position, previous, scheme });
    expect(text).toBe(sealedText);
    expect(sha256(Buffer.from(text, 'utf8'))).toBe(row['hash']);
  });

  it.each(chain.records.slice(1))('record $row.position: keyed text and mac', ({ event, keyedText, row }) => {
    const { chain: name, position, previous_hash: previous, scheme } = row;
    const [key, digits] = String(row['mac']).split(':');
    const text = canonical({ chain: name, event, key, position, previous, scheme });
    expect(text).toBe(keyedText);
    const secret = Buffer.from(keys.find(({ id }) => id === key)?.secretHex ?? '', 'hex');
    expect(createHmac('sha256', secret).update(text, 'utf8').digest('hex')).toBe(digits);
  });

  it('stand in the document', () => {
    const { keyedText, sealedText, row } = chain.records.at(-1)!;
    for (const text of [keyedText, sealedText, row['mac'], row['hash'], keys.at(-1)?.secretHex]) {
      expect(document).toContain(String(text));
    }
  });
});
