import type { AuditDraft, AuditEnrichment } from '../event/audit-draft.js';
import type { AuditActor } from '../event/audit-event.js';
import type { StatisticsReader } from '../storage/reading/audit-statistics.js';
import { Redactor } from '../redaction/redactor.js';
import type { AuditReader } from '../storage/audit-reader.js';
import { AuditContext } from './context/audit-context.js';
import type { AuditRecorder } from './audit-recorder.js';
import type { AuditScope } from './context/audit-scope.js';
import { AuditService, type TypedDraft } from './audit.service.js';
import { ContextualDrafts } from './context/contextual-drafts.js';
import { FailureLog } from './accounting/failure-log.js';
import { RecorderCounters } from './accounting/recorder-counters.js';

const ADA: AuditActor = { kind: 'user', id: 'ada' };

function neverRead(): never {
  throw new Error('no flow is read here');
}

function aService() {
  const drafts: AuditDraft[] = [];
  let ids = 0;
  const recorder = {
    newId: () => `id-${++ids}`,
    record: (draft: AuditDraft) => {
      drafts.push(draft);
      return { id: 'id', status: 'queued' };
    },
  } as unknown as AuditRecorder;
  const reader = { find: (query: unknown) => Promise.resolve({ asked: query }) } as unknown as AuditReader;
  const statistics = {
    statistics: (...asked: unknown[]) => Promise.resolve({ asked }),
  } as unknown as StatisticsReader;
  const context = new AuditContext();
  const failures = new FailureLog({ error: () => undefined, log: () => undefined }, (text) => text);
  const service = new AuditService({
    recorder,
    reader,
    flows: { walk: neverRead, tail: neverRead },
    statistics,
    context,
    drafts: new ContextualDrafts(context, failures),
    redactor: new Redactor(),
    failures,
    counters: new RecorderCounters(),
    writer: { status: () => ({ mode: 'store', attempts: 0 }) },
    transactional: undefined,
    trustedKeys: [],
    checkpoints: () => undefined,
    index: () => undefined,
  });
  return { service, drafts, context, failures };
}

function aScope(facts: Partial<AuditScope> = {}): AuditScope & { readonly enriched: AuditEnrichment[] } {
  const enriched: AuditEnrichment[] = [];
  return {
    eventId: 'event-1',
    correlationId: 'flow-1',
    sessionId: 'session-1',
    traceId: 'trace-1',
    spanId: 'span-1',
    actor: () => ADA,
    enrich: (added) => enriched.push(added) > 0,
    enriched,
    ...facts,
  };
}

describe('record', () => {
  it('is done by the system when no action is running', async () => {
    const { service, drafts } = aService();
    await service.record({ type: 'job.done' });
    expect(drafts).toEqual([{ type: 'job.done', actor: { kind: 'system' } }]);
  });

  it('inherits who and why from the running action', async () => {
    const { service, drafts, context } = aService();
    await context.run(aScope(), () => service.record({ type: 'order.placed' }));
    expect(drafts).toEqual([
      {
        type: 'order.placed',
        actor: ADA,
        correlationId: 'flow-1',
        causationId: 'event-1',
        sessionId: 'session-1',
        traceId: 'trace-1',
        spanId: 'span-1',
      },
    ]);
  });

  it('lets the draft say otherwise, but not by an undefined field', async () => {
    const { service, drafts, context } = aService();
    const draft = { type: 'order.placed', actor: undefined, correlationId: 'own' } as unknown as TypedDraft;
    await context.run(aScope(), () => service.record(draft));
    expect(drafts[0]).toMatchObject({ actor: ADA, correlationId: 'own' });
  });

  it('waits for an actor that has to be looked up, and reads the draft before', async () => {
    const { service, drafts, context } = aService();
    const draft = { type: 'order.placed', reason: 'as given' };
    const recorded = context.run(aScope({ actor: () => Promise.resolve(ADA) }), () => service.record(draft));
    draft.reason = 'changed meanwhile';
    await recorded;
    expect(drafts[0]).toMatchObject({ actor: ADA, reason: 'as given' });
  });

  it('records all the same when the actor cannot be established', async () => {
    const { service, drafts, context, failures } = aService();
    const actor = (): never => {
      throw new Error('no session store');
    };
    await context.run(aScope({ actor }), () => service.record({ type: 'order.placed' }));
    expect(drafts[0]).toMatchObject({ type: 'order.placed', correlationId: 'flow-1' });
    expect(drafts[0]).not.toHaveProperty('actor');
    expect(failures.snapshot()).toEqual({ actor: 1 });
  });

  it('never rejects, whatever it is given', async () => {
    const { service, drafts } = aService();
    const traps = new Proxy({} as TypedDraft, {
      get: () => {
        throw new Error('hostile');
      },
    });
    for (const draft of [undefined, null, 'text', traps]) {
      expect(await service.record(draft as TypedDraft)).toMatchObject({ status: 'queued' });
    }
    expect(drafts).toHaveLength(4);
  });
});

describe('enrich', () => {
  it('adds to the running action, and says when there is none', () => {
    const { service, context } = aService();
    const scope = aScope();
    expect(context.run(scope, () => service.enrich({ reason: 'asked for' }))).toBe(true);
    expect(scope.enriched).toEqual([{ reason: 'asked for' }]);
    expect(service.enrich({ reason: 'asked for' })).toBe(false);
  });

  it('never throws into business code', () => {
    const { service, context, failures } = aService();
    const enrich = (): never => {
      throw new Error('defect');
    };
    expect(context.run(aScope({ enrich }), () => service.enrich(null as unknown as AuditEnrichment))).toBe(false);
    expect(failures.snapshot()).toEqual({ capture: 1 });
  });
});

describe('runAs', () => {
  it('gives everything below an actor and one correlation, and returns what the work returns', async () => {
    const { service, drafts } = aService();
    const result = await service.runAs(ADA, async () => {
      await service.record({ type: 'one' });
      await service.record({ type: 'two' });
      return 'done';
    });
    expect(result).toBe('done');
    expect(drafts.map(({ actor, correlationId }) => [actor, correlationId])).toEqual([
      [ADA, 'id-1'],
      [ADA, 'id-1'],
    ]);
    expect(service.currentCorrelationId()).toBeUndefined();
  });

  it('changes who acts within an action, and nothing else', async () => {
    const { service, drafts, context } = aService();
    const scope = aScope();
    const grace: AuditActor = { kind: 'service', id: 'grace' };
    await context.run(scope, () =>
      service.runAs(grace, () => {
        expect(service.currentEventId()).toBe('event-1');
        expect(service.enrich({ ticket: 'T-1' })).toBe(true);
        return service.record({ type: 'one' });
      }),
    );
    expect(drafts[0]).toMatchObject({
      actor: grace,
      causationId: 'event-1',
      correlationId: 'flow-1',
      traceId: 'trace-1',
    });
    expect(scope.enriched).toEqual([{ ticket: 'T-1' }]);
  });
});

describe('the rest', () => {
  it('reads through the reader and counts failures', async () => {
    const { service } = aService();
    expect(await service.find({ type: 'x' })).toEqual({ asked: { type: 'x' } });
    expect(await service.statistics({ top: 3 }, { tenants: ['acme'] })).toEqual({
      asked: [{ top: 3 }, { tenants: ['acme'] }],
    });
    expect(service.failures()).toEqual({});
  });

  it('makes equal fingerprints of equal credentials, and never shows one', () => {
    const { service } = aService();
    const fingerprint = service.fingerprint('key-1');
    expect(fingerprint).toBe(service.fingerprint('key-1'));
    expect(fingerprint).not.toBe(service.fingerprint('key-2'));
    expect(fingerprint).not.toContain('key-1');
  });
});

describe('status', () => {
  it('says where events go, what became of them, and what failed', () => {
    const { service, failures } = aService();
    failures.report('selector', 'A selector failed', new Error('gone'));
    expect(service.status()).toEqual({
      mode: 'store',
      attempts: 0,
      events: { accepted: 0, stored: 0, spooled: 0, sequenced: 0, lost: {} },
      failures: { selector: 1 },
    });
  });
});

describe('transactional records', () => {
  it('are refused with the cure where no DataSource was named', async () => {
    const { service } = aService();
    await expect(service.recordIn({}, { type: 'order.placed' })).rejects.toThrow(/option "dataSource"/);
    const source = { transaction: () => Promise.reject(new Error('must not begin')) };
    await expect(service.transaction(source, () => Promise.resolve(1))).rejects.toThrow(/option "dataSource"/);
  });
});
