import { auditCatalogue } from '../../catalogue/audit.catalogue.js';
import { deploymentCatalogue } from '../../catalogue/deployment.catalogue.js';
import { owaspCatalogue } from '../../catalogue/owasp.catalogue.js';
import { scamIntelligenceCatalogue } from '../../catalogue/scam-intelligence.catalogue.js';
import { OCSF_SCHEMA_CLASSES } from '../../testing/formats/reading/ocsf.schema.js';
import { EventTypeTable } from '../event-type-table.js';
import { HTTP_METHOD_ACTIVITIES, OCSF_CLASSES } from './ocsf-classes.js';
import { OCSF_EVENT_TYPES, type OcsfEventType } from './ocsf-event-types.js';
import { ocsfFormatter, type OcsfFormatOptions } from './ocsf.formatter.js';

const SHIPPED = [auditCatalogue, deploymentCatalogue, owaspCatalogue, scamIntelligenceCatalogue].flatMap(({ types }) =>
  Object.keys(types),
);

describe('The classes', () => {
  it('are those of the schema, with its activities', () => {
    const activities = Object.entries(OCSF_CLASSES).map(([uid, one]): [number, object] => [
      Number(uid),
      { 0: 'Unknown', ...one.activities, 99: 'Other' },
    ]);
    expect(new Map(activities)).toEqual(OCSF_SCHEMA_CLASSES);
  });

  it('call what HTTP methods do by the names of API Activity', () => {
    const captions: readonly string[] = Object.values(OCSF_CLASSES[6003].activities);
    expect(Object.values(HTTP_METHOD_ACTIVITIES).filter((caption) => !captions.includes(caption))).toEqual([]);
  });
});

describe('The shipped table', () => {
  const rows: [string, OcsfEventType][] = [
    ...Object.entries(OCSF_EVENT_TYPES.types),
    ...Object.entries(OCSF_EVENT_TYPES.categories),
    ['otherwise', OCSF_EVENT_TYPES.otherwise],
  ];

  it.each(rows)('%s has a class, and an activity of it', (_name, { classUid, activityId }) => {
    const activities = OCSF_SCHEMA_CLASSES.get(classUid);
    expect(activities).toBeDefined();
    if (activityId !== undefined) expect(Object.keys(activities ?? {})).toContain(String(activityId));
  });

  it.each<[string, number, number | undefined]>([
    ['auth.login', 3002, 1],
    ['auth.failed', 3002, 1],
    ['auth.logout', 3002, 2],
    ['authn_login_fail', 3002, 1],
    ['authn_password_change', 3001, 3],
    ['authz.role_change', 3005, undefined],
    ['authz.denied', 6003, undefined],
    ['user_created', 3001, 1],
    ['user_archived', 3001, 5],
    ['user_deleted', 3001, 6],
  ])('%s is class %i, activity %s: what rules of a SIEM look for', (type, classUid, activityId) => {
    expect(new EventTypeTable<OcsfEventType>(OCSF_EVENT_TYPES, {}, []).find(type)).toEqual(
      activityId === undefined ? { classUid } : { classUid, activityId },
    );
  });

  it('has a row of its own for every shipped type', () => {
    const table = new EventTypeTable<OcsfEventType>(OCSF_EVENT_TYPES, {}, []);
    expect(SHIPPED.filter((type) => table.find(type) === OCSF_EVENT_TYPES.otherwise)).toEqual([]);
  });

  it('has no row for a type that nobody ships', () => {
    const known = (key: string): boolean =>
      key.endsWith('*') ? SHIPPED.some((type) => type.startsWith(key.slice(0, -1))) : SHIPPED.includes(key);
    expect(Object.keys(OCSF_EVENT_TYPES.types).filter((key) => !known(key))).toEqual([]);
  });
});

describe('A mapping of the application', () => {
  const withOcsf = (ocsf: unknown): OcsfFormatOptions =>
    ({ eventTypes: { 'invoice.*': { ocsf } } }) as OcsfFormatOptions;

  it.each<[string, unknown, string, RegExp]>([
    ['a text', '6003', 'eventTypes.invoice.*.ocsf', /must be an object/],
    ['nothing', null, 'eventTypes.invoice.*.ocsf', /must be an object/],
    ['no class', {}, 'eventTypes.invoice.*.ocsf.classUid', /Use 0 \(Base Event\), .*6003 \(API Activity\)/],
    ['a class that is no number', { classUid: '6003' }, 'eventTypes.invoice.*.ocsf.classUid', /is no class/],
    ['a class of 1.9', { classUid: 3007 }, 'eventTypes.invoice.*.ocsf.classUid', /is no class/],
    ['a name of Object', { classUid: 'toString' }, 'eventTypes.invoice.*.ocsf.classUid', /is no class/],
    [
      'an activity of another class',
      { classUid: 6003, activityId: 5 },
      'eventTypes.invoice.*.ocsf.activityId',
      /is no activity of API Activity\. Use 1 \(Create\), 2 \(Read\), 3 \(Update\), 4 \(Delete\), 99 \(Other\)\./,
    ],
    [
      'the activity Unknown',
      { classUid: 6003, activityId: 0 },
      'eventTypes.invoice.*.ocsf.activityId',
      /is no activity/,
    ],
    [
      'an activity as text',
      { classUid: 6003, activityId: '1' },
      'eventTypes.invoice.*.ocsf.activityId',
      /is no activity/,
    ],
    ['a word of nobody', { classUid: 6003, class_uid: 1 }, 'eventTypes.invoice.*.ocsf.class_uid', /is unknown/],
  ])('is refused with %s, naming the option and the cure', (_what, ocsf, option, message) => {
    expect(() => ocsfFormatter(withOcsf(ocsf))).toThrow(
      expect.objectContaining({ code: 'AUDIT_OPTIONS_INVALID', option, message: expect.stringMatching(message) }),
    );
  });

  it.each([{ classUid: 6003 }, { classUid: 6003, activityId: 99 }, { classUid: 0, activityId: 99 }])(
    'is taken: %j',
    (ocsf) => {
      expect(ocsfFormatter(withOcsf(ocsf)).name).toBe('ocsf');
    },
  );
});
