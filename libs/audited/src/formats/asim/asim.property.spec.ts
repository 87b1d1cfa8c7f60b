import { isIP } from 'node:net';
import fc from 'fast-check';
import type { AuditEvent } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import { asimFaults, auditedOf, recordOfAsim, type AsimRowRead } from '../../testing/formats/reading/asim.schema.js';
import { anyRecord } from '../../testing/formats/audit-record.arbitrary.js';
import { asSaid } from '../../testing/formats/reading/older-systems.parser.js';
import { formattedDocument } from '../formatted-document.js';
import { asimFormatter } from './asim.formatter.js';

function withoutEmpty<Facts extends object>(facts: Facts, names: readonly (keyof Facts & string)[]): Facts {
  return Object.fromEntries(
    Object.entries(facts).filter(([name, value]) => value !== '' || !names.includes(name as never)),
  ) as Facts;
}

/** A column cannot tell an empty text from none, nor a name that is the identifier from none. */
function toldBy(record: AuditRecord): AuditRecord {
  const event = withoutEmpty(record.event, ['sessionId', 'action']);
  const { email, ...actor } = withoutEmpty(event.actor, ['id', 'email', 'userAgent', 'tenantId']);
  const { resource, ...facts } = event;
  const known = resource && withoutEmpty(resource, ['type', 'id', 'name']);
  const identifier = known?.id ?? known?.type;
  const { name, ...thing } = known ?? {};
  return {
    ...record,
    event: {
      ...facts,
      actor: email === undefined || email === actor.name ? actor : { ...actor, email },
      ...(identifier === undefined
        ? {}
        : { resource: (name === undefined || name === identifier ? thing : known) as AuditEvent['resource'] & object }),
    },
  };
}

/** What `audited.actor` would be. */
function restOf({ actor }: AuditEvent): object {
  const { name, roles, ip, onBehalfOf } = actor;
  const isPlain = ip !== undefined && isIP(ip) !== 0 && !ip.includes('%') && !/^::ffff:\d+\./i.test(ip);
  return asSaid({ name, roles, ip: isPlain ? undefined : ip, onBehalfOf });
}

/** The row as it would be without the limit, after checking that what it leaves out is what it says. */
function completed(row: AsimRowRead, event: AuditEvent): AsimRowRead {
  const audited = auditedOf(row);
  const whole: Record<string, unknown> = { ...audited };
  for (const { path, bytes } of (audited['cut'] ?? []) as readonly { path: string; bytes: number }[]) {
    const member = /^\/AdditionalFields\/audited\/(\w+)$/.exec(path)?.[1];
    if (member === undefined) {
      expect(Buffer.byteLength(row[path.slice(1)] as string)).toBeGreaterThan(64_000 - 4);
      continue;
    }
    const value = member === 'actor' ? restOf(event) : event[member as keyof AuditEvent];
    const size = Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value));
    // Control characters that JSON may hold unescaped are escaped: six bytes for two or three.
    expect(bytes).toBeGreaterThanOrEqual(size);
    expect(bytes).toBeLessThanOrEqual(3 * size);
    expect(audited).not.toHaveProperty(member);
    whole[member] = value;
  }
  return { ...row, AdditionalFields: { audited: whole } };
}

describe('asim, whatever the record holds', () => {
  const formatter = asimFormatter();

  it('is a row of the schema that tells the same record, and nothing else', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const said = asSaid(record);
        const row = JSON.parse(formatter.format(record)) as AsimRowRead;
        expect(asimFaults(row)).toEqual([]);
        expect(recordOfAsim(completed(row, said.event))).toEqual(toldBy(said));
      }),
      { numRuns: 300 },
    );
  });

  it('names the object, the user and the device by what is known', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const { resource, targets, transport, origin, actor } = asSaid(record.event);
        const row = JSON.parse(formatter.format(record)) as AsimRowRead;
        const thing = resource ?? targets?.[0];
        const called = transport.kind === 'http' ? [transport.route, transport.path] : [];
        const handler = transport.kind === 'method' || transport.kind === 'job' ? transport.handler : undefined;
        const names = [thing?.name, thing?.id, thing?.type, ...called, handler, origin.component, origin.platform];
        expect(row['Object']).toBe(names.find((name) => name !== undefined && name !== '') ?? 'nestjs-audited');
        expect(row['ActorUsername']).toBe([actor.email, actor.name].find((name) => name !== undefined && name !== ''));
        const devices = [origin.host, origin.instanceId].filter((device) => device !== undefined && device !== '');
        expect(row['Dvc']).toBe(devices[0] ?? 'nestjs-audited');
      }),
    );
  });

  it('is as many lines as there are records', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRecord, { maxLength: 4 }), async (records) => {
        let text = '';
        for await (const piece of formattedDocument(formatter, records)) text += piece;
        const lines = text.split(/\r\n|[\n\r\u0085\u2028\u2029]/);
        expect(lines.pop()).toBe('');
        expect(lines.map((line) => (JSON.parse(line) as AsimRowRead)['EventUid'])).toEqual(
          records.map(({ event }) => event.id),
        );
      }),
    );
  });
});
