import { auditCatalogue } from '../../catalogue/audit.catalogue.js';
import { deploymentCatalogue } from '../../catalogue/deployment.catalogue.js';
import { owaspCatalogue } from '../../catalogue/owasp.catalogue.js';
import { scamIntelligenceCatalogue } from '../../catalogue/scam-intelligence.catalogue.js';
import type { AuditOutcome } from '../../event/audit-event.js';
import { ALLOWED_EVENT_TYPES, EXPECTED_EVENT_TYPES } from '../../testing/formats/reading/ecs.schema.js';
import { EventTypeTable } from '../event-type-table.js';
import { formatSettings, type FormatOptions } from '../format.options.js';
import { ECS_CATEGORY_TYPES } from './ecs-categories.js';
import { ecsCategorization } from './ecs-categorization.js';
import { ECS_EVENT_TYPES, type EcsEventType } from './ecs-event-types.js';

const CATALOGUES = [auditCatalogue, deploymentCatalogue, owaspCatalogue, scamIntelligenceCatalogue];
const SHIPPED = CATALOGUES.flatMap(({ types }) => Object.keys(types));
const OUTCOMES: readonly AuditOutcome[] = ['success', 'failure', 'denied', 'pending', 'unknown'];

function settingsOf(ecs: unknown): ReturnType<typeof formatSettings> {
  return formatSettings({ eventTypes: { 'invoice.*': { ecs } } } as FormatOptions);
}

describe('The closed lists', () => {
  it('are those of the schema', () => {
    expect(ECS_CATEGORY_TYPES).toEqual(Object.fromEntries(EXPECTED_EVENT_TYPES));
    const expected = new Set(Object.values(ECS_CATEGORY_TYPES).flat());
    expect([...expected, 'device'].toSorted()).toEqual(ALLOWED_EVENT_TYPES.toSorted());
  });
});

describe('The shipped table', () => {
  const rows: [string, EcsEventType][] = [
    ...Object.entries(ECS_EVENT_TYPES.types),
    ...Object.entries(ECS_EVENT_TYPES.categories),
    ['otherwise', ECS_EVENT_TYPES.otherwise],
  ];

  it.each(rows)('%s has types that its categories expect, and every category one', (_name, { category, type }) => {
    const expected = category.map((word) => EXPECTED_EVENT_TYPES.get(word) ?? []);
    expect(type.filter((word) => !expected.flat().includes(word))).toEqual([]);
    for (const words of expected) expect(type.some((word) => words.includes(word))).toBe(true);
    expect(new Set(type).size).toBe(type.length);
  });

  it.each(rows.filter(([, { category }]) => category.includes('iam')))(
    '%s says whose identity is managed, as ECS wants of every event of iam',
    (_name, { type }) => {
      expect(type.filter((word) => ['user', 'group', 'admin'].includes(word))).toHaveLength(1);
    },
  );

  it('has a row of its own for every shipped type', () => {
    const table = new EventTypeTable<EcsEventType>(ECS_EVENT_TYPES, {}, []);
    expect(SHIPPED.filter((type) => table.find(type) === ECS_EVENT_TYPES.otherwise)).toEqual([]);
  });

  it('has no row for a type that nobody ships', () => {
    const known = (key: string): boolean =>
      key.endsWith('*') ? SHIPPED.some((type) => type.startsWith(key.slice(0, -1))) : SHIPPED.includes(key);
    expect(Object.keys(ECS_EVENT_TYPES.types).filter((key) => !known(key))).toEqual([]);
  });

  it('knows every category of the shipped catalogues', () => {
    const categories = CATALOGUES.flatMap(({ types }) => Object.values(types).map(({ category }) => String(category)));
    expect(Object.keys(ECS_EVENT_TYPES.categories)).toEqual([...new Set(categories)].toSorted());
  });
});

describe('A row', () => {
  const rowOf = ecsCategorization(formatSettings());

  // A session that is created has started; nothing is made that stays.
  it.each(SHIPPED.filter((type) => /creat|delet/i.test(type) && type !== 'session_created'))(
    '%s is a creation or a deletion as its name says',
    (type) => {
      const words = rowOf(type, 'success').type;
      expect(words.includes('creation')).toBe(/creat/i.test(type));
      expect(words.includes('deletion')).toBe(/delet/i.test(type));
    },
  );

  it.each<[string, EcsEventType]>([
    ['auth.login', { category: ['authentication'], type: ['start'] }],
    ['auth.logout', { category: ['authentication'], type: ['end'] }],
    ['authn_login_success', { category: ['authentication'], type: ['start'] }],
    ['session_created', { category: ['session'], type: ['start'] }],
    ['session_expired', { category: ['session'], type: ['end'] }],
    ['authz.role_change', { category: ['iam'], type: ['change', 'user'] }],
    ['privilege_permissions_changed', { category: ['iam'], type: ['admin', 'change'] }],
    ['user_created', { category: ['iam'], type: ['creation', 'user'] }],
    ['user_updated', { category: ['iam'], type: ['change', 'user'] }],
    ['user_deleted', { category: ['iam'], type: ['deletion', 'user'] }],
    ['config.changed', { category: ['configuration'], type: ['change'] }],
    ['config.accessed', { category: ['configuration'], type: ['access'] }],
    ['DATA_EXPORTED', { category: ['database'], type: ['access'] }],
    ['system.startup', { category: ['process'], type: ['start'] }],
    ['system.shutdown', { category: ['process'], type: ['end'] }],
    ['audit.started', { category: ['process'], type: ['start'] }],
    ['audit.stopped', { category: ['process'], type: ['end'] }],
    ['audit.read', { category: ['database'], type: ['access'] }],
    ['audit.export', { category: ['database'], type: ['access'] }],
    ['audit.denied', { category: ['api', 'database'], type: ['access', 'denied'] }],
  ])('%s is what detection rules ask for', (type, row) => {
    expect(rowOf(type, 'success')).toEqual(row);
  });
});

describe('ecsCategorization', () => {
  const categorize = ecsCategorization(formatSettings());

  it.each([...SHIPPED, 'invoice.paid', '__proto__', ''])('%s stays within the schema, however it ended', (type) => {
    for (const outcome of OUTCOMES) {
      const row = categorize(type, outcome);
      const expected = row.category.flatMap((word) => EXPECTED_EVENT_TYPES.get(word) ?? []);
      expect(row.type.filter((word) => !expected.includes(word))).toEqual([]);
    }
  });

  it.each<[string, AuditOutcome, EcsEventType]>([
    ['a log-in', 'success', { category: ['authentication'], type: ['start'] }],
    ['a log-in', 'failure', { category: ['authentication'], type: ['start'] }],
    ['a log-in', 'denied', { category: ['authentication'], type: ['start'] }],
  ])('%s that ended as %s is a start, because authentication expects nothing else', (_name, outcome, expected) => {
    expect(categorize('auth.login', outcome)).toEqual(expected);
  });

  it.each<[string, AuditOutcome, readonly string[]]>([
    ['authz.granted', 'success', ['access', 'allowed']],
    ['authz.granted', 'denied', ['access', 'denied']],
    ['authz.denied', 'denied', ['access', 'denied']],
    ['API_REQUEST', 'denied', ['access', 'start', 'denied']],
    ['API_REQUEST', 'failure', ['access', 'start']],
    ['malicious_sqli', 'denied', ['info', 'denied']],
    ['audit.read', 'failure', ['access', 'error']],
    ['audit.read', 'denied', ['access']],
    ['audit.loss', 'failure', ['error']],
    ['sensitive_read', 'failure', ['access', 'error']],
    ['config.changed', 'denied', ['change']],
    ['invoice.paid', 'denied', ['info', 'denied']],
    ['invoice.paid', 'pending', ['info']],
    ['invoice.paid', 'unknown', ['info']],
  ])('%s that ended as %s has the types %j', (type, outcome, expected) => {
    expect(categorize(type, outcome).type).toEqual(expected);
  });

  it("takes the application's mapping first, and the category of its catalogue last", () => {
    const own = ecsCategorization(
      formatSettings({
        catalogues: [{ name: 'shop', types: { 'door.opened': { category: 'authorization' } } }],
        eventTypes: {
          'auth.login': { ecs: { category: ['session'], type: ['start'] } },
          'auth.logout': { labels: { team: 'identity' } },
        },
      }),
    );
    expect(own('auth.login', 'success')).toEqual({ category: ['session'], type: ['start'] });
    expect(own('auth.logout', 'success')).toEqual({ category: ['authentication'], type: ['end'] });
    expect(own('door.opened', 'success')).toEqual({ category: ['api'], type: ['access'] });
  });

  it('takes a type that any of the categories expects', () => {
    const ecs = { category: ['iam', 'api'], type: ['user', 'denied'] };
    expect(ecsCategorization(settingsOf(ecs))('invoice.paid', 'success')).toEqual(ecs);
  });

  it.each([
    ['ecs', 'authentication'],
    ['ecs', null],
    ['ecs.kind', { category: ['api'], type: ['info'], kind: 'alert' }],
    ['ecs.category', { type: ['info'] }],
    ['ecs.category', { category: 'api', type: ['info'] }],
    ['ecs.category', { category: [], type: ['info'] }],
    ['ecs.category', { category: ['auth'], type: ['info'] }],
    ['ecs.category', { category: ['toString'], type: ['info'] }],
    ['ecs.category', { category: ['api', 'api'], type: ['info'] }],
    ['ecs.category', { category: ['api', 'threat'], type: ['info'] }],
    ['ecs.type', { category: ['api'] }],
    ['ecs.type', { category: ['api'], type: [] }],
    ['ecs.type', { category: ['api'], type: ['auth.login'] }],
    ['ecs.type', { category: ['api'], type: [7] }],
    ['ecs.type', { category: ['api'], type: ['info', 'info'] }],
    ['ecs.type', { category: ['authentication'], type: ['denied'] }],
    ['ecs.type', { category: ['host'], type: ['change', 'device'] }],
  ])('refuses at %s what ECS does not have: %j', (option, ecs) => {
    expect(() => ecsCategorization(settingsOf(ecs))).toThrow(
      expect.objectContaining({ code: 'AUDIT_OPTIONS_INVALID', option: `eventTypes.invoice.*.${option}` }),
    );
  });

  it('says which words would do', () => {
    const make = (): unknown => ecsCategorization(settingsOf({ category: ['session'], type: ['denied'] }));
    expect(make).toThrow('Use some of: start, end, info.');
  });
});
