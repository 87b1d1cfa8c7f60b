import { isIP } from 'node:net';
import fc from 'fast-check';
import type { AuditRecord } from '../../event/audit-record.js';
import { anyRecord } from '../../testing/formats/audit-record.arbitrary.js';
import { asSaid } from '../../testing/formats/reading/older-systems.parser.js';
import {
  legacyFaults,
  recordOfLegacy,
  type LegacyProperties,
} from '../../testing/formats/reading/sentinel-legacy.schema.js';
import { formattedDocument } from '../formatted-document.js';
import { sentinelLegacyFormatter } from './sentinel-legacy.formatter.js';

const formatter = sentinelLegacyFormatter();

function withoutEmpty<Facts extends object>(facts: Facts): Facts {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== '')) as Facts;
}

/** What a flat record can tell: no empty text, and an address only if it is one, without its zone or its disguise. */
function toldBy({ event, ...record }: AuditRecord): AuditRecord {
  const { ip, ...actor } = withoutEmpty(event.actor);
  const address = isIP(ip ?? '') === 0 ? undefined : ip?.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  const { resource, ...facts } = withoutEmpty(event);
  const thing = withoutEmpty(resource ?? {});
  return {
    ...record,
    event: {
      ...facts,
      actor: { ...actor, ...(address === undefined ? {} : { ip: address }) },
      origin: withoutEmpty(event.origin),
      ...(Object.keys(thing).length === 0 ? {} : { resource: thing as typeof resource & object }),
    },
  };
}

describe('sentinel-legacy, whatever the record holds', () => {
  it('keeps the type of every property', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        expect(legacyFaults(JSON.parse(formatter.format(record)) as LegacyProperties)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('tells the same record, and nothing else, unless a value is too long', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const properties = JSON.parse(formatter.format(record)) as LegacyProperties;
        fc.pre(properties['CutColumns'] === undefined);
        expect(recordOfLegacy(properties)).toEqual(toldBy(asSaid(record)));
      }),
    );
  });

  it('is an array of as many records as there are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRecord, { maxLength: 4 }), async (records) => {
        let text = '';
        for await (const piece of formattedDocument(formatter, records)) text += piece;
        const read = JSON.parse(text) as readonly LegacyProperties[];
        expect(read.map(({ EventId }) => EventId)).toEqual(records.map(({ event }) => event.id));
      }),
    );
  });
});
