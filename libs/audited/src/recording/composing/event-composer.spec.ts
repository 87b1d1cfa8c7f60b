import { defineCatalogue } from '../../catalogue/define-catalogue.js';
import { EventClassifier } from '../../catalogue/event-classifier.js';
import type { AuditDraft } from '../../event/audit-draft.js';
import type { AuditEvent } from '../../event/audit-event.js';
import type { StoredRecord } from '../../event/audit-record.js';
import { EventIds } from '../../event/event-id.js';
import { personalCommitment, PersonalSalts } from '../../integrity/personal-commitment.js';
import { Redactor } from '../../redaction/redactor.js';
import { readRecord } from '../../storage/stored-record.js';
import { FixedClock } from '../../testing/fixed.clock.js';
import { EventComposer, type ComposedEvent } from './event-composer.js';

const NOW = '2026-11-21T18:51:39.123Z';

const shop = defineCatalogue('shop', {
  'order.placed': {
    title: 'Order placed',
    severity: (outcome) => (outcome === 'failure' ? 'critical' : 'info'),
    risk: 'high',
    dataClassification: 'internal',
    personal: ['/details/phone'],
    atLeastRecorded: true,
  },
});

const composer = new EventComposer({
  redactor: new Redactor(),
  classifier: new EventClassifier([shop]),
  ids: new EventIds(),
  salts: new PersonalSalts(),
  clock: new FixedClock(Date.parse(NOW)),
  origin: { component: 'api', environment: 'test' },
});

/** A draft as an untyped caller may give it. */
const compose = (draft: object): ComposedEvent => composer.compose(draft as AuditDraft);
const eventOf = (draft: object): AuditEvent => compose(draft).event;

/** The event as it is read back from a store. */
function readBack({ body, personal, salt }: ComposedEvent): AuditEvent {
  const seal = { chain: 'main', position: 1, previousHash: '', hash: '', scheme: '' };
  const stored: StoredRecord = { seal, body, personal: personal ?? null, salt: salt ?? null };
  return readRecord(stored).event;
}

describe('what the catalogue fills in', () => {
  it('takes title, severity, risk and classification from the type', () => {
    const composed = compose({ type: 'order.placed', outcome: 'failure' });
    expect(composed.event).toMatchObject({
      action: 'Order placed',
      severity: 'critical',
      risk: 'high',
      dataClassification: 'internal',
      outcome: 'failure',
    });
    expect(composed.atLeastRecorded).toBe(true);
    expect(composed.event).not.toHaveProperty('uncatalogued');
  });

  it('lets the draft say otherwise', () => {
    const said = { action: 'Bought', severity: 'debug', risk: 'low', dataClassification: 'public' };
    expect(eventOf({ type: 'order.placed', ...said })).toMatchObject(said);
  });

  it('records a type that no catalogue knows, and says so', () => {
    expect(eventOf({ type: 'order.plcaed' })).toMatchObject({
      type: 'order.plcaed',
      action: 'order.plcaed',
      severity: 'info',
      risk: 'low',
      uncatalogued: true,
    });
    expect(eventOf({})).toMatchObject({ type: 'audit.untyped', uncatalogued: true });
  });

  it('is a success now, by somebody unknown, by hand, unless the draft knows better', () => {
    expect(eventOf({ type: 'order.placed' })).toMatchObject({
      outcome: 'success',
      stage: 'outcome',
      occurredAt: NOW,
      recordedAt: NOW,
      actor: { kind: 'unknown' },
      transport: { kind: 'manual' },
      origin: { component: 'api', environment: 'test' },
    });
  });
});

describe('personal data', () => {
  const draft = {
    type: 'order.placed',
    actor: {
      kind: 'user',
      id: 'u-1',
      email: 'ada@example.org',
      name: 'Ada',
      ip: '192.0.2.7',
      userAgent: 'curl/8',
      roles: ['buyer'],
      onBehalfOf: { kind: 'user', id: 'u-2', name: 'Grace' },
    },
    resource: { type: 'customer', id: 'c-1', name: 'Ada L.' },
    details: { phone: '+44 20 7946 0958', total: 3 },
    before: { phone: '+44 1', plan: 'free' },
    after: { phone: '+44 2', plan: 'paid' },
    personal: ['/resource/name', '/changes/phone', '/details/phone'],
  };

  it('is kept apart from the body, with a commitment that verifies', () => {
    const { body, personal, salt, event } = compose(draft);
    expect(JSON.parse(personal ?? '')).toEqual({
      '/actor/email': 'ada@example.org',
      '/actor/ip': '192.0.2.7',
      '/actor/name': 'Ada',
      '/actor/userAgent': 'curl/8',
      '/actor/onBehalfOf/name': 'Grace',
      '/changes/0/after': '+44 2',
      '/changes/0/before': '+44 1',
      '/details/phone': '+44 20 7946 0958',
      '/resource/name': 'Ada L.',
    });
    for (const text of ['ada@', 'Ada', 'Grace', '192.0.2.7', 'curl', '+44']) {
      expect(body).not.toContain(text);
    }
    expect(event.personal).toBe(personalCommitment(salt ?? '', personal ?? ''));
  });

  it('comes back to its place when the record is read', () => {
    const whole = readBack(compose(draft));
    expect(whole.actor).toEqual(draft.actor);
    expect(whole.resource).toEqual(draft.resource);
    expect(whole.details).toEqual(draft.details);
    expect(whole.changes?.[0]).toEqual({ field: 'phone', before: '+44 1', after: '+44 2' });
  });

  it('has no part and no salt when there is none', () => {
    const composed = compose({ type: 'order.placed', actor: { kind: 'system' } });
    expect(Object.keys(composed).sort()).toEqual(['atLeastRecorded', 'body', 'durability', 'event']);
    expect(composed.event).not.toHaveProperty('personal');
  });

  it('takes a value once, whoever names it, and never what an event needs', () => {
    const personal = ['/details/list/0', '/details/list/0', '/details/list/00', '/type', '/actor/kind', '/details', ''];
    const composed = compose({ type: 'order.placed', details: { list: ['Ada', 'x'] }, personal });
    expect(JSON.parse(composed.personal ?? '')).toEqual({ '/details/list/0': 'Ada' });
    expect(readBack(composed).details).toEqual({ list: ['Ada', 'x'] });
  });

  it.each([['/details/phone'], [42], [null], [{ length: 1, 0: '/details/total' }], [[{}, 7, null]]])(
    'ignores pointers that are no list of texts: %j',
    (personal) => {
      const composed = compose({ type: 'order.placed', details: { total: 3 }, personal });
      expect(composed.event.details).toEqual({ total: 3 });
      expect(composed.personal).toBeUndefined();
    },
  );
});

describe('honesty', () => {
  it('names what it removed as secret', () => {
    const { body, event } = compose({ type: 't', details: { user: 'ada', password: 'hunter2hunter2' } });
    expect(event.redacted).toEqual(['/details/password']);
    expect(body).not.toContain('hunter2');
  });

  it('names what it cut, with size and hash of the original', () => {
    const { truncated = [] } = eventOf({ type: 't', action: 'x'.repeat(5000) });
    expect(truncated).toEqual([{ path: '/action', bytes: 5000, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
  });

  it('cuts long lists and says so', () => {
    const roles = Array.from({ length: 65 }, (_, index) => `role-${index}`);
    const targets = Array.from({ length: 100_000 }, (_, index) => ({ type: 'row', id: String(index) }));
    const event = eventOf({ type: 't', actor: { kind: 'user', roles }, targets });
    expect(event.actor.roles).toEqual(roles.slice(0, 64));
    expect(event.targets).toHaveLength(64);
    expect(event.truncated).toEqual([
      { path: '/actor/roles', bytes: JSON.stringify(roles).length, sha256: expect.any(String) },
      expect.objectContaining({ path: '/targets' }),
    ]);
  });

  it('ends a delegation that never ends, and says so', () => {
    const actor: Record<string, unknown> = { kind: 'user', id: 'u-1' };
    actor['onBehalfOf'] = actor;
    const event = eventOf({ type: 't', actor });
    expect(JSON.stringify(event.actor).match(/u-1/g)).toHaveLength(9);
    expect(event.truncated).toHaveLength(1);
  });

  it('lets no control or direction character through in any line', () => {
    const forged = 'a\nb\u0000c\u202Ed\u001b[31m';
    const { body, personal = '' } = compose({
      type: forged,
      action: forged,
      reason: forged,
      ticket: forged,
      correlationId: forged,
      dataClassification: forged,
      component: forged,
      environment: forged,
      actor: { kind: 'user', id: forged, email: forged, userAgent: forged, roles: [forged], tenantId: forged },
      resource: { type: forged, id: forged, name: forged },
      transport: { kind: 'http', method: forged, path: forged, route: forged, handler: forged },
      error: new Error(forged),
    });
    const texts: string[] = [];
    JSON.parse(`[${body},${personal}]`, (_key, value: unknown) => {
      if (typeof value === 'string') {
        texts.push(value);
      }
      return value;
    });
    expect(texts.filter((text) => /[\p{Cc}\p{Cf}]/u.test(text))).toEqual([]);
    expect(texts.filter((text) => text.startsWith('a\\u000ab'))).toHaveLength(21);
  });

  it('gives one origin to drafts that name the same component and environment', () => {
    const own = { type: 't', component: 'worker', environment: 'production' };
    expect(eventOf(own).origin).toEqual({ component: 'worker', environment: 'production' });
    expect(eventOf(own).origin).toBe(eventOf({ ...own }).origin);
    expect(eventOf({ type: 't', environment: 'production' }).origin).toMatchObject({ component: 'api' });
  });
});

describe('words of the wrong kind', () => {
  it.each([
    [{ outcome: 'succes' }, { outcome: 'unknown' }],
    [{ outcome: { evil: true } }, { outcome: 'unknown' }],
    [{ outcome: null }, { outcome: 'success' }],
    [{ stage: 'intent' }, { stage: 'intent', outcome: 'pending' }],
    [
      { stage: 'intent', outcome: 'success' },
      { stage: 'intent', outcome: 'success' },
    ],
    [{ outcome: 'failure', severity: 'fatal' }, { severity: 'error' }],
    [{ severity: ['info'] }, { severity: 'info' }],
    [{ outcome: 'denied', risk: '"}' }, { risk: 'medium' }],
    [{ stage: 'constructor' }, { stage: 'outcome' }],
    [{ actor: { kind: '__proto__' } }, { actor: { kind: 'unknown' } }],
    [{ actor: 'ada' }, { actor: { kind: 'unknown' } }],
    [{ resource: 'r-1' }, { resource: { type: 'unknown', id: 'r-1' } }],
    [{ transport: { kind: 'carrier-pigeon' } }, { transport: { kind: 'manual' } }],
    [{ transport: { kind: 'http' } }, { transport: { kind: 'http', method: '', path: '' } }],
    [{ transport: { kind: 'job' } }, { transport: { kind: 'job', handler: '' } }],
    [{ occurredAt: 'yesterday' }, { occurredAt: NOW }],
    [{ occurredAt: new Date(Number.NaN) }, { occurredAt: NOW }],
    [{ occurredAt: new Date(8.64e15) }, { occurredAt: NOW }],
    [{ durationMs: -1.5 }, { durationMs: 0 }],
    [{ traceId: '0AF7651916CD43DD8448EB211C80319C' }, { traceId: '0af7651916cd43dd8448eb211c80319c' }],
    [{ details: [1, 2] }, { details: { value: [1, 2] } }],
    [{ error: { code: 503 } }, { error: { code: '503' } }],
  ])('becomes the nearest right one: %j', (draft, expected) => {
    expect(eventOf({ type: 't', ...draft })).toMatchObject(expected);
  });

  it.each([
    ['traceId', 'not hex'],
    ['traceId', '0'.repeat(32)],
    ['spanId', 7],
    ['durationMs', Number.NaN],
    ['durationMs', '12'],
    ['targets', 'all of them'],
    ['targets', [null]],
    ['resource', null],
    ['changes', { length: 1 }],
    ['details', null],
  ])('is left out when there is no right one: %s = %j', (field, value) => {
    expect(eventOf({ type: 't', [field]: value })).not.toHaveProperty(field);
  });

  it('keeps no status that is none', () => {
    const transport = { kind: 'http', method: 'GET', path: '/', status: '200' };
    expect(eventOf({ type: 't', transport }).transport).toEqual({ kind: 'http', method: 'GET', path: '/' });
  });
});

describe('facts of the kit itself', () => {
  it('become members of the details to the letter, whatever they look like, and win over what a draft says', () => {
    const facts = {
      positions: '4111111-1111111',
      note: `log\n${'x'.repeat(20_000)}\n— Basic dXNlcjpwYXNzd29yZA==\n`,
      token: 't',
    };
    const { event, body } = composer.compose({ type: 't', details: { note: 'mine', password: 'p' } }, undefined, facts);
    expect(event.details).toEqual({ ...facts, password: '[redacted]' });
    expect(JSON.parse(body).details).toEqual(event.details);
  });
});
