import { createFormatter } from '../formats/event-formatters.js';
import type { AuditExporter } from './audit-exporter.js';
import { resolveDeliveryTimes } from './delivery.options.js';
import { resolveDestination, resolveDestinations, type DestinationOptions } from './destination.options.js';

const exporter: AuditExporter = { deliver: () => Promise.resolve({ status: 'delivered' }) };
const resolved = (options: Partial<DestinationOptions>) =>
  resolveDestination({ name: 'siem', exporter, ...options }, 'destinations[0]');

describe('The options of a destination', () => {
  it('have defaults', () => {
    expect(resolved({})).toMatchObject({
      name: 'siem',
      startFrom: 'beginning',
      isRequired: true,
      lingerMs: 200,
      timeoutMs: 60_000,
      retry: { initialMs: 1000, maxMs: 60_000 },
      hold: { initialMs: 30_000, maxMs: 300_000 },
      limits: { maxEvents: 500, maxBytes: 1_000_000, separatorBytes: 1, frameBytes: 2, maxEventBytes: 999_997 },
      confirmation: { everyMs: 1000, timeoutMs: 300_000, maxEvents: 20_000 },
    });
    expect(resolved({}).formatter.name).toBe('record');
  });

  it('take a function for an exporter', async () => {
    const { exporter: made } = resolved({ exporter: () => Promise.resolve({ status: 'split', reason: 'x' }) });
    const batch = { id: 'b', attempt: 1, events: [] };
    expect(await made.deliver(batch, AbortSignal.timeout(1000))).toStrictEqual({ status: 'split', reason: 'x' });
  });

  it('take a format by name, by name with options, or one of your own', () => {
    expect(resolved({ format: 'cef' }).formatter.name).toBe('cef');
    const leef = resolved({ format: { name: 'leef', options: { version: '1.0' } } }).formatter;
    expect(leef.specification).toBeDefined();
    expect(leef.name).toBe('leef');
    const own = { ...createFormatter('jsonl'), name: 'own' };
    expect(resolved({ format: own }).formatter).toBe(own);
  });

  it("prefer the destination's format to the exporter's own", () => {
    const withFormat = { ...exporter, format: createFormatter('ecs') };
    expect(resolved({ exporter: withFormat }).formatter.name).toBe('ecs');
    expect(resolved({ exporter: withFormat, format: 'cef' }).formatter.name).toBe('cef');
  });

  it.each<[string, object]>([
    ['name', { name: '' }],
    ['name', { name: 'has space' }],
    ['name', { name: '-x' }],
    ['name', { name: 'x'.repeat(65) }],
    ['exporter', { exporter: undefined }],
    ['exporter', { exporter: { send: () => undefined } }],
    ['format', { format: 'xml' }],
    ['format', { exporter: { ...exporter, type: 'otlp', formats: ['otlp'] }, format: 'cef' }],
    ['startFrom', { startFrom: 'end' }],
    ['required', { required: 'yes' }],
    ['lingerMs', { lingerMs: -1 }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['retry.initialMs', { retry: { initialMs: 0 } }],
    ['retry.maxMs', { retry: { initialMs: 10, maxMs: 5 } }],
    ['hold.wait', { hold: { wait: 5 } }],
    ['exporter.limits.maxEvents', { exporter: { ...exporter, limits: { maxEvents: 0 } } }],
    ['exporter.limits.maxEventBytes', { exporter: { ...exporter, limits: { maxBytes: 20, frameBytes: 30 } } }],
    ['filter.types', { filter: { types: [] } }],
    ['url', { url: 'https://siem.example' }],
  ])('refuse a wrong %s, naming the path and the cure', (option, given) => {
    expect(() => resolved(given)).toThrow(
      expect.objectContaining({
        code: 'AUDIT_OPTIONS_INVALID',
        option: `destinations[0].${option}`,
        message: expect.stringMatching(/\. [A-Z].*\.$/) as string,
      }),
    );
  });

  it('refuse two of one name, and what is no list', () => {
    const one = { name: 'siem', exporter };
    expect(() => resolveDestinations([one, { ...one, name: 'b' }, one], 'destinations')).toThrow(
      'destinations[2].name',
    );
    expect(() => resolveDestinations(one as never, 'destinations')).toThrow('must be a list');
  });

  it('are never written to', () => {
    const given = Object.freeze({ name: 'siem', exporter: Object.freeze({ ...exporter }), retry: Object.freeze({}) });
    expect(() => resolveDestination(given, 'destination')).not.toThrow();
  });
});

describe('The times of delivery', () => {
  it('have defaults and bounds', () => {
    expect(resolveDeliveryTimes()).toStrictEqual({ leaseMs: 10_000, pollMs: 500, settleEveryMs: 250 });
    expect(() => resolveDeliveryTimes({ leaseMs: 1 })).toThrow('delivery.leaseMs');
    expect(() => resolveDeliveryTimes({ poll: 1 } as never)).toThrow('delivery.poll');
  });
});
