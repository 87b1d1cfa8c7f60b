import { auditCatalogue } from '../../catalogue/audit.catalogue.js';
import { defineCatalogue } from '../../catalogue/define-catalogue.js';
import { deploymentCatalogue } from '../../catalogue/deployment.catalogue.js';
import { owaspCatalogue } from '../../catalogue/owasp.catalogue.js';
import { scamIntelligenceCatalogue } from '../../catalogue/scam-intelligence.catalogue.js';
import { ASIM_SCHEMA } from '../../testing/formats/reading/asim.schema.js';
import { formatSettings, type FormatOptions } from '../format.options.js';
import { asimEventTypes } from './asim-event-type.options.js';
import { ASIM_EVENT_TYPE_TABLE, ASIM_EVENT_TYPES, ASIM_OBJECT_TYPES } from './asim-event-types.js';
import { ASIM_USER_ID_TYPES } from './asim-words.js';

const SHIPPED = [auditCatalogue, deploymentCatalogue, owaspCatalogue, scamIntelligenceCatalogue].flatMap(({ types }) =>
  Object.keys(types),
);

function found(type: string, options: FormatOptions = {}): object {
  return asimEventTypes(formatSettings(options))(type);
}

describe('Event types in ASIM', () => {
  it.each([
    ['EventType', ASIM_EVENT_TYPES],
    ['ObjectType', ASIM_OBJECT_TYPES],
    ['ActorUserIdType', ASIM_USER_ID_TYPES],
  ])('the words of %s are those of the schema', (column, words) => {
    expect(ASIM_SCHEMA.columns.find(({ name }) => name === column)?.values).toEqual(words);
  });

  it.each(SHIPPED)('says itself what %s is', (type) => {
    const entries = Object.keys(ASIM_EVENT_TYPE_TABLE.types);
    expect(
      entries.some((entry) => entry === type || (entry.endsWith('*') && type.startsWith(entry.slice(0, -1)))),
    ).toBe(true);
  });

  it('has no entry that no shipped type has', () => {
    const idle = Object.keys(ASIM_EVENT_TYPE_TABLE.types).filter(
      (entry) =>
        !SHIPPED.some((type) => type === entry || (entry.endsWith('*') && type.startsWith(entry.slice(0, -1)))),
    );
    expect(idle).toEqual([]);
  });

  it.each([
    ['policy.deleted', { eventType: 'Delete', objectType: 'Policy Rule' }],
    ['authn_login_fail_max', { eventType: 'Start', objectType: 'Service' }],
    ['authn_login_lock', { eventType: 'Disable', objectType: 'Directory Service Object' }],
    ['invoice.paid', { eventType: 'Other', objectType: 'Other' }],
    ['__proto__', { eventType: 'Other', objectType: 'Other' }],
  ])('%s is %j', (type, entry) => {
    expect(found(type)).toEqual(entry);
  });

  it.each([
    [/creat(?:e|ed)$/i, 'Create', ['session_created']],
    [/delet(?:e|ed)$/i, 'Delete', []],
    [/(?:updat(?:e|ed)|modified|changed?)$/i, 'Set', []],
    [/(?:_read|\.read|accessed|exported|\.export)$/i, 'Read', []],
    [/enabled$/i, 'Enable', []],
    [/disabled$/i, 'Disable', []],
    [/(?:login|started|startup)$/i, 'Start', []],
    [/(?:logout|stopped|shutdown)$/i, 'Stop', []],
  ])('the types that end in %s are %s', (ending, eventType, others) => {
    const types = SHIPPED.filter((type) => ending.test(type) && !(others as readonly string[]).includes(type));
    expect(types.length).toBeGreaterThan(0);
    expect(types.filter((type) => (found(type) as { eventType: string }).eventType !== eventType)).toEqual([]);
  });

  it('takes what is acted on from the category that a catalogue gives', () => {
    const catalogue = defineCatalogue('access', { 'mfa.reset': { category: 'user-management' } });
    expect(found('mfa.reset', { catalogues: [catalogue] })).toEqual({
      eventType: 'Other',
      objectType: 'Directory Service Object',
    });
  });

  it('asks the application first, and the shipped table for what it leaves out', () => {
    const eventTypes = {
      'invoice.*': { asim: { eventType: 'Set', objectType: 'Cloud Resource' } },
      'policy.evaluated': { asim: { eventType: 'Read' } },
    } as const;
    expect(found('invoice.paid', { eventTypes })).toEqual({ eventType: 'Set', objectType: 'Cloud Resource' });
    expect(found('policy.evaluated', { eventTypes })).toEqual({ eventType: 'Read', objectType: 'Policy Rule' });
  });

  it('takes an object type that is undefined for one that is left out', () => {
    const eventTypes = { 'policy.*': { asim: { eventType: 'Read', objectType: undefined } } } as never;
    expect(found('policy.deleted', { eventTypes })).toEqual({ eventType: 'Read', objectType: 'Policy Rule' });
  });

  it.each([
    [{ eventType: 'Update' }, 'eventTypes.invoice.*.asim.eventType'],
    [{}, 'eventTypes.invoice.*.asim.eventType'],
    [{ eventType: 'Set', objectType: 'Invoice' }, 'eventTypes.invoice.*.asim.objectType'],
    [{ eventType: 'Set', type: 'x' }, 'eventTypes.invoice.*.asim.type'],
    ['Set', 'eventTypes.invoice.*.asim'],
    [null, 'eventTypes.invoice.*.asim'],
  ])('refuses %j', (asim, option) => {
    expect(() => found('invoice.paid', { eventTypes: { 'invoice.*': { asim: asim as never } } })).toThrow(
      expect.objectContaining({ code: 'AUDIT_OPTIONS_INVALID', option }),
    );
  });
});
