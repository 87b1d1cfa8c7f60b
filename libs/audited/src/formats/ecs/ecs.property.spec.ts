import { isIP } from 'node:net';
import fc from 'fast-check';
import type { AuditActor } from '../../event/audit-event.js';
import { anyRecord } from '../../testing/formats/audit-record.arbitrary.js';
import { asCarried, parseEcs } from '../../testing/formats/reading/ecs.parser.js';
import {
  DETECTS_DATES,
  ecsFaults,
  isUnlimited,
  leavesOf,
  OWN_MAPPINGS,
} from '../../testing/formats/reading/ecs.schema.js';
import { formattedDocument } from '../formatted-document.js';
import { ECS_FIELDS } from './ecs-fields.js';
import { ecsFormatter } from './ecs.formatter.js';

interface Document {
  readonly related: { readonly user?: readonly string[]; readonly ip?: readonly string[] };
  readonly source?: { readonly address: string; readonly ip?: string };
  readonly client?: unknown;
  readonly audited: object;
}

describe('ECS, whatever the record holds', () => {
  const formatter = ecsFormatter({ eventTypes: { '*': { labels: { team: 'billing' } } } });
  const documented = new Set(Object.keys(ECS_FIELDS));

  it('is a document that the schema and the component template take', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        expect(ecsFaults(formatter.format(record))).toEqual([]);
      }),
    );
  });

  it('reads back as the same record', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const line = formatter.format(record);
        const { audited } = JSON.parse(line) as Document;
        expect(parseEcs(line)).toEqual(asCarried(record, 'details_json' in audited));
      }),
    );
  });

  it('writes no field that its table does not explain', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const paths = leavesOf(JSON.parse(formatter.format(record))).map(({ path }) => path);
        const strangers = paths.filter((path) => !documented.has(path) && !documented.has(path.replace(/[^.]+$/, '*')));
        expect(strangers).toEqual([]);
      }),
    );
  });

  it('writes an address as an IP address only if it is one, and relates everybody', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const { related, source, client } = JSON.parse(formatter.format(record)) as Document;
        expect(source?.address).toBe(record.event.actor.ip?.toWellFormed());
        expect(source?.ip === undefined).toBe(isIP(record.event.actor.ip ?? '') === 0);
        expect(client).toEqual(source);
        for (let person: AuditActor | undefined = record.event.actor; person; person = person.onBehalfOf) {
          const names = [person.id, person.email, person.name].filter(Boolean).map((name) => name?.toWellFormed());
          expect(related.user ?? []).toEqual(expect.arrayContaining(names));
        }
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
        expect(lines.map((line) => parseEcs(line).event.id)).toEqual(records.map(({ event }) => event.id));
      }),
    );
  });
});

describe('The component template and the table of fields', () => {
  it('name the same own fields', () => {
    const own = Object.keys(ECS_FIELDS).filter((path) => path.startsWith('audited.'));
    const mapped = [...OWN_MAPPINGS.keys()].filter((path) => path.startsWith('audited.'));
    expect(own.toSorted()).toEqual(mapped.toSorted());
  });

  it('limits exactly the fields of ECS that the built-in template does not', () => {
    const people = ['user.effective.name', 'user.effective.full_name'];
    const written = [...Object.keys(ECS_FIELDS), ...people].filter((path) => !path.startsWith('audited.'));
    const mapped = [...OWN_MAPPINGS.keys()].filter((path) => path !== 'labels' && !path.startsWith('audited.'));
    expect(mapped.toSorted()).toEqual(written.filter(isUnlimited).toSorted());
  });

  it('never takes a text for a date', () => {
    expect(DETECTS_DATES).toBe(false);
  });

  it('limits every keyword, so that no text can make Elasticsearch refuse a document', () => {
    // Lucene's term of 32,766 bytes holds as many characters of up to four bytes.
    for (const { type, ignore_above: limit } of OWN_MAPPINGS.values()) {
      if (type === 'keyword' || type === 'flattened') expect(limit).toBeLessThanOrEqual(8191);
    }
  });
});
