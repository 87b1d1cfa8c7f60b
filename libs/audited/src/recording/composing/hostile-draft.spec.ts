import fc from 'fast-check';
import { auditCatalogue } from '../../catalogue/audit.catalogue.js';
import { EventClassifier } from '../../catalogue/event-classifier.js';
import type { AuditDraft } from '../../event/audit-draft.js';
import { canonicalJson } from '../../event/canonical-json.js';
import { EventIds } from '../../event/event-id.js';
import type { JsonValue } from '../../event/json-value.js';
import { personalCommitment, PersonalSalts } from '../../integrity/personal-commitment.js';
import { Redactor } from '../../redaction/redactor.js';
import { columnValues } from '../../storage/record-columns.js';
import { FixedClock } from '../../testing/fixed.clock.js';
import { EventComposer, type ComposedEvent } from './event-composer.js';

const composer = new EventComposer({
  redactor: new Redactor(),
  classifier: new EventClassifier([auditCatalogue]),
  ids: new EventIds(),
  salts: new PersonalSalts(),
  clock: new FixedClock(),
  origin: { component: 'api\ud800', host: 'h' },
});

/** Found by the name it stands under. */
const PLANTED = 'planted-Zq7xK2vN9';
/** Found by what it looks like. */
const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwbGFudGVkIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U';

const FIELDS: readonly (keyof AuditDraft)[] = [
  ...(['type', 'action', 'outcome', 'stage', 'severity', 'risk', 'dataClassification', 'actor', 'resource'] as const),
  ...(['targets', 'reason', 'ticket', 'details', 'changes', 'before', 'after', 'error', 'correlationId'] as const),
  ...(['causationId', 'sessionId', 'traceId', 'spanId', 'occurredAt', 'durationMs', 'transport'] as const),
  ...(['component', 'environment', 'personal'] as const),
];

const LARGEST_EVENT_BYTES = 640 * 1024;

const throwing = (): never => {
  throw new Error('hostile');
};

/** Objects that a program should never make, and one day does. */
function hostileObjects(): unknown[] {
  const cycle: Record<string, unknown> = { name: 'cycle' };
  cycle['self'] = cycle;
  const revoked = Proxy.revocable([], {});
  revoked.revoke();
  const traps = { get: throwing, has: throwing, ownKeys: throwing, getPrototypeOf: throwing };
  const getters = (names: readonly string[]): object =>
    Object.defineProperties({}, Object.fromEntries(names.map((name) => [name, { get: throwing, enumerable: true }])));
  return [
    cycle,
    revoked.proxy,
    new Proxy({}, traps),
    new Proxy([], traps),
    new Proxy(new Date(), traps),
    new Proxy(new Error('x'), traps),
    getters(['kind', 'id', 'type', 'message', 'field', 'method', 'length']),
    [getters(['field', 'before', 'type', 'id'])],
    { kind: 'http', method: 'GET', path: '/', toJSON: throwing, toString: throwing, [Symbol.toPrimitive]: throwing },
    Object.assign([], { map: throwing, slice: throwing, filter: throwing, length: 4_000_000_000 }),
    Object.assign([], { length: 4_000_000_000 }),
    Object.assign(Object.create(null) as object, { type: 'x' }),
    Object.assign(new Date(0), { toISOString: throwing, getTime: throwing }),
    '\ud800 lone',
    'x'.repeat(100_000),
    Array.from({ length: 300 }, () => 'y'.repeat(2000)),
    Array.from({ length: 1000 }, (_, index) => ({ field: `f${index}`, before: 'z'.repeat(3000), after: index })),
  ];
}

const secrets = fc.oneof(
  fc.constant({ password: PLANTED }),
  fc.constant([{ nested: [{ 'api-key': PLANTED }] }]),
  fc.constant(TOKEN),
  fc.string().map((text) => `${text} ${TOKEN} ${text}`),
  fc.constant({ kind: 'http', method: 'GET', path: `/reset/${TOKEN}`, route: { token: PLANTED } }),
  fc.constant({ kind: 'user', id: TOKEN, name: { secret: PLANTED }, roles: [{ password: PLANTED }, TOKEN] }),
  fc.constant({ message: `password=${PLANTED}`, code: TOKEN, type: { secret: PLANTED } }),
  fc.constant([{ type: { password: PLANTED }, id: TOKEN }]),
);

/** fast-check looks into its values itself, so hostile ones are put in later. */
class Hostile {
  constructor(readonly index: number) {}
}

const anything = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
});

const words = ['success', 'user', 'http', '"', '\\', '__proto__', 'constructor', '/details/a', Number.NaN, -0, 2 ** 60];

const values = fc.oneof(
  { weight: 3, arbitrary: anything },
  { weight: 2, arbitrary: secrets },
  { weight: 1, arbitrary: fc.nat(hostileObjects().length - 1).map((index) => new Hostile(index)) },
  { weight: 1, arbitrary: fc.constantFrom(...words) },
);

/** A secret by the name of its field, which only `changes` gives that meaning. */
const changed = fc.constant({ changes: [{ field: 'password', before: PLANTED, after: `${PLANTED}2` }] });

const drafts = fc
  .tuple(
    fc.dictionary(fc.constantFrom(...FIELDS), values, { maxKeys: FIELDS.length, noNullPrototype: true }),
    fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: changed }),
  )
  .map(([fields, changes]) => ({ ...fields, ...changes }));

function withHostileObjects(draft: Readonly<Record<string, unknown>>): AuditDraft {
  const objects = hostileObjects();
  const fields = Object.entries(draft).map(([field, value]) => [
    field,
    value instanceof Hostile ? objects[value.index] : value,
  ]);
  return Object.fromEntries(fields) as AuditDraft;
}

/** What must be true of every event, whatever it was made from. */
function expectSound({ event, body, personal, salt }: ComposedEvent): void {
  const parsed = JSON.parse(body) as JsonValue;
  expect(canonicalJson(parsed)).toBe(body);
  expect(event.id).toMatch(/^[0-9a-f-]{36}$/);
  expect(event.occurredAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(['success', 'failure', 'denied', 'pending', 'unknown']).toContain(event.outcome);
  expect(['debug', 'info', 'warning', 'error', 'critical']).toContain(event.severity);
  expect(['low', 'medium', 'high', 'critical']).toContain(event.risk);
  expect(['intent', 'outcome']).toContain(event.stage);
  expect(['user', 'service', 'system', 'anonymous', 'unknown']).toContain(event.actor.kind);
  expect(['http', 'manual', 'method', 'job']).toContain(event.transport.kind);
  for (const column of columnValues(event, undefined)) {
    expect(column === null || typeof column === 'string' || typeof column === 'number').toBe(true);
  }
  if (personal !== undefined) {
    expect(canonicalJson(JSON.parse(personal) as JsonValue)).toBe(personal);
    expect(event.personal).toBe(personalCommitment(salt ?? '', personal));
  }
  const all = body + (personal ?? '');
  expect(all).not.toContain(PLANTED);
  expect(all).not.toContain(TOKEN);
  expect(Buffer.byteLength(all)).toBeLessThan(LARGEST_EVENT_BYTES);
}

describe('EventComposer, given whatever JavaScript can hold', () => {
  it('makes a sound event of any draft, without secrets and of bounded size', () => {
    fc.assert(
      fc.property(drafts, (draft) => {
        expectSound(composer.compose(withHostileObjects(draft)));
      }),
      { numRuns: 400 },
    );
  });

  it('makes a sound event of what is no draft at all', () => {
    for (const draft of [undefined, null, 'text', 7, true, Symbol('s'), () => 1, [], ...hostileObjects()]) {
      expectSound(composer.compose(draft as unknown as AuditDraft));
    }
  });

  it.each(FIELDS)('survives every hostile object as %s', (field) => {
    for (const value of hostileObjects()) {
      expectSound(composer.compose({ type: 'audit.read', [field]: value } as unknown as AuditDraft));
    }
  });

  it('loses only the field that throws, and marks it', () => {
    const draft = Object.defineProperty({ type: 'audit.read', actor: { kind: 'user', id: 'u-1' } }, 'reason', {
      get: throwing,
    });
    const { event } = composer.compose(draft as AuditDraft);
    expect(event).toMatchObject({ type: 'audit.read', actor: { kind: 'user', id: 'u-1' }, reason: '[unreadable]' });
  });
});
