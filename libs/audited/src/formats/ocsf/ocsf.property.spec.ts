import fc from 'fast-check';
import { auditCatalogue } from '../../catalogue/audit.catalogue.js';
import { deploymentCatalogue } from '../../catalogue/deployment.catalogue.js';
import { owaspCatalogue } from '../../catalogue/owasp.catalogue.js';
import { scamIntelligenceCatalogue } from '../../catalogue/scam-intelligence.catalogue.js';
import type { AuditEvent, AuditResource } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import { anyRecord, hostileText } from '../../testing/formats/audit-record.arbitrary.js';
import { parseOcsf } from '../../testing/formats/reading/ocsf.parser.js';
import { OCSF_SCHEMA_CLASSES, ocsfFaults, type OcsfMembers } from '../../testing/formats/reading/ocsf.schema.js';
import { asSaid } from '../../testing/formats/reading/older-systems.parser.js';
import { formattedDocument } from '../formatted-document.js';
import type { OcsfEventType } from './ocsf-event-types.js';
import { ocsfFormatter } from './ocsf.formatter.js';

const SHIPPED_TYPES = [auditCatalogue, deploymentCatalogue, owaspCatalogue, scamIntelligenceCatalogue].flatMap(
  ({ types }) => Object.keys(types),
);

const anyWorkResource: fc.Arbitrary<AuditResource> = fc.record(
  { type: fc.constantFrom('user', 'User', 'group', 'policy', 'organization', 'audit.chain', 'x'), id: hostileText },
  { requiredKeys: ['type'], noNullPrototype: true },
);

const anyRoles = fc.array(fc.constantFrom('admin', 'auditor', ''), { maxLength: 2 });

/** What classes look for, so that not only the fall-back is tried: users and groups, roles, an application. */
const anyFacts: fc.Arbitrary<Partial<AuditEvent>> = fc.record(
  {
    type: fc.constantFrom(...SHIPPED_TYPES),
    resource: anyWorkResource,
    targets: fc.array(anyWorkResource, { maxLength: 2 }),
    origin: fc.constant({ component: 'billing-api', host: 'api-1.example.com' }),
    changes: fc.array(
      fc.record({ field: fc.constantFrom('roles', 'user.Roles', 'colour'), before: anyRoles, after: anyRoles }),
      { maxLength: 2 },
    ),
    details: fc.record({ role: fc.constantFrom('admin', '') }),
  },
  { requiredKeys: ['type'], noNullPrototype: true },
);

const anyWorkRecord: fc.Arbitrary<AuditRecord> = fc
  .tuple(anyRecord, anyFacts, fc.boolean())
  .map(([record, facts, likely]) => (likely ? { ...record, event: { ...record.event, ...facts } } : record));

const anyOcsf: fc.Arbitrary<OcsfEventType> = fc
  .constantFrom(...OCSF_SCHEMA_CLASSES.keys())
  .chain((classUid) =>
    fc
      .constantFrom(undefined, ...Object.keys(OCSF_SCHEMA_CLASSES.get(classUid) ?? {}).filter((id) => id !== '0'))
      .map((id) => (id === undefined ? { classUid } : { classUid, activityId: Number(id) }) as OcsfEventType),
  );

/** An event, without what is not a fact: texts that are empty, lists and objects that hold nothing. */
function facts(record: object): unknown {
  const { event, ...rest } = asSaid(record) as { readonly event: OcsfMembers };
  const { details, changes, action, ...others } = event;
  const { actor } = others as { actor: OcsfMembers };
  const people = { ...actor };
  // The e-mail address is the name of somebody who has no other.
  if ((people['id'] ?? '') === '' && people['name'] === people['email']) delete people['name'];
  return { event: { details, changes, action, ...(filled({ ...others, actor: people }) as object) }, ...rest };
}

function filled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(filled);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value)
    .map(([name, member]): [string, unknown] => [name, filled(member)])
    .filter(([name, member]) => {
      if (member === undefined || member === '') return false;
      return name === 'roles' || typeof member !== 'object' || member === null || Object.keys(member).length > 0;
    });
  return Object.fromEntries(members);
}

describe('ocsf, whatever the record holds', () => {
  const formatter = ocsfFormatter();

  it('is valid by the schema', () => {
    fc.assert(
      fc.property(anyWorkRecord, (record) => {
        expect(ocsfFaults(JSON.parse(formatter.format(record)) as OcsfMembers)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('is valid by the schema for whatever class and activity an application gives to its types', () => {
    fc.assert(
      fc.property(anyWorkRecord, anyOcsf, (record, ocsf) => {
        const own = ocsfFormatter({ eventTypes: { '*': { ocsf, labels: { team: 'billing' } } } });
        expect(ocsfFaults(JSON.parse(own.format(record)) as OcsfMembers)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('reads back as the same record', () => {
    fc.assert(
      fc.property(anyWorkRecord, anyOcsf, fc.boolean(), (record, ocsf, isOwn) => {
        const one = isOwn ? ocsfFormatter({ eventTypes: { '*': { ocsf } } }) : formatter;
        expect(facts(parseOcsf(one.format(record)).record)).toEqual(facts(record));
      }),
      { numRuns: 500 },
    );
  });

  it('has as many events as records, each on a line of its own', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRecord, { maxLength: 4 }), async (records) => {
        const pieces: string[] = [];
        for await (const piece of formattedDocument(formatter, records)) pieces.push(piece);
        const lines = pieces.join('').split(/\r\n|[\n\r\u0085\u2028\u2029]/);
        expect(lines.pop()).toBe('');
        const ids = lines.map((line) => (JSON.parse(line) as { metadata: { uid: string } }).metadata.uid);
        expect(ids).toEqual(records.map(({ event }) => event.id));
      }),
    );
  });

  it('reaches every class with what the shipped types say, so that the properties above say something', () => {
    const seen = new Set<unknown>();
    fc.assert(
      fc.property(anyWorkRecord, (record) => {
        seen.add((JSON.parse(formatter.format(record)) as OcsfMembers)['class_uid']);
      }),
      { numRuns: 4_000, seed: 1 },
    );
    expect([...OCSF_SCHEMA_CLASSES.keys()].filter((uid) => !seen.has(uid))).toEqual([3003]);
  });
});
