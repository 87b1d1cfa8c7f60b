import { limitsOf } from '../../delivery/exporter-settings.js';
import { createFormatter, type FormatName } from '../../formats/event-formatters.js';
import { aDeliveryBatch } from '../../testing/delivery-batch.fixture.js';
import { GOLDEN_RECORDS } from '../../testing/formats/golden-records.js';
import { BATCH_FRAME_BYTES, batchBody, SINGLE_FRAME_BYTES, singleBody } from './webhook-body.js';
import { webhook } from './webhook.exporter.js';

const RECORDS = GOLDEN_RECORDS.map(([, record]) => record);
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const exporter = webhook({ url: 'https://hooks.example.com', secret: SECRET });
const formats = (exporter.formats ?? []) as readonly FormatName[];

describe('the body of a webhook', () => {
  it.each(formats)('holds events as JSON objects in the format %s', (name) => {
    const batch = aDeliveryBatch(exporter, RECORDS, { format: createFormatter(name) });
    const body = JSON.parse(batchBody(batch)) as { readonly data: { readonly events: readonly unknown[] } };
    expect(body).toMatchObject({ type: 'audit.events', timestamp: RECORDS.at(-1)?.event.recordedAt });
    expect(body.data.events).toEqual(batch.events.map(({ text }) => JSON.parse(text) as unknown));
    expect(body.data.events.every((event) => typeof event === 'object' && !Array.isArray(event))).toBe(true);
  });

  it('is as long as the limits say', () => {
    const batch = aDeliveryBatch(exporter, RECORDS);
    const separators = batch.events.length - 1;
    const texts = batch.events.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(Buffer.byteLength(batchBody(batch))).toBe(BATCH_FRAME_BYTES + texts + separators);
    expect(limitsOf(exporter)).toMatchObject({ frameBytes: BATCH_FRAME_BYTES, separatorBytes: 1, maxEvents: 10 });
  });

  it('is one event under its own type', () => {
    for (const record of RECORDS) {
      const batch = aDeliveryBatch(exporter, [record]);
      const body = singleBody(batch);
      expect(JSON.parse(body)).toEqual({
        type: record.event.type,
        timestamp: record.event.occurredAt,
        data: JSON.parse(batch.events[0]?.text ?? '') as unknown,
      });
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual((batch.events[0]?.bytes ?? 0) + SINGLE_FRAME_BYTES);
    }
  });

  it('never leaves events out in silence', () => {
    expect(() => singleBody(aDeliveryBatch(exporter, RECORDS.slice(0, 2)))).toThrow(RangeError);
    const single = webhook({ url: 'https://hooks.example.com', secret: SECRET, batch: false });
    expect(limitsOf(single)).toMatchObject({ maxEvents: 1 });
  });
});

describe('webhook', () => {
  it('shows neither path nor query of its address', () => {
    const shown = webhook({ url: 'https://hooks.example.com/services/T0/B0/x?key=s3cr3t', secret: SECRET });
    expect(shown).toMatchObject({ type: 'webhook', endpoint: 'https://hooks.example.com' });
    expect(JSON.stringify(shown)).not.toMatch(/services|s3cr3t|MfKQ/);
  });
});
