import { isIP } from 'node:net';
import fc from 'fast-check';
import type { AuditRecord } from '../../event/audit-record.js';
import { anyRecord } from '../../testing/formats/audit-record.arbitrary.js';
import { asSaid, parseFlat } from '../../testing/formats/reading/older-systems.parser.js';
import { flatFormatter } from './flat.formatter.js';
import { formattedDocument } from '../formatted-document.js';

/** An address without its zone, an IPv4 address in its own form, nothing for what is none. */
function addressIn(text = ''): string | null {
  return isIP(text) === 0 ? null : text.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
}

/** The entry's texts and details are always there: it cannot tell an empty one from none. */
function withoutEmpty({ event, ...record }: AuditRecord): AuditRecord {
  const { details, ...facts } = event;
  const origin = Object.fromEntries(
    Object.entries(event.origin).filter(
      ([name, value]) => value !== '' || !['platform', 'version', 'environment'].includes(name),
    ),
  );
  const isEmpty = details === undefined || Object.keys(details).length === 0;
  return { ...record, event: { ...facts, origin, ...(isEmpty ? {} : { details }) } };
}

describe('flat, whatever the record holds', () => {
  const formatter = flatFormatter();

  it('reads back as the same record, and nothing else stands in it', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const said = asSaid(record);
        const { record: read, keys } = parseFlat(formatter.format(record));
        expect(read).toEqual(withoutEmpty(said));
        const { actor, resource, transport } = said.event;
        expect(keys['actor']).toBe(actor.id ?? actor.email ?? actor.kind);
        expect(keys['ip_address']).toBe(addressIn(actor.ip));
        const about = [resource?.type, resource?.id].filter((part) => part !== undefined).join('/');
        expect(keys['resource']).toBe(resource ? about : transport.kind === 'http' ? transport.path : '');
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
        expect(lines.map((line) => parseFlat(line).record.event.id)).toEqual(records.map(({ event }) => event.id));
      }),
    );
  });
});
