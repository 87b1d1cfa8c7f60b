import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { AuditReader, StoreUnavailableError, type AuditEvent } from 'nestjs-audited';
import { createFormatter, FORMAT_NAMES, formattedDocument } from 'nestjs-audited/formats';
import { apiApp, got, inRole, openStream, recordSamples } from '../support/http-api.js';
import { PLATFORMS } from '../support/platforms.js';
import { onlyOne, until, type TestApp } from '../support/test-app.js';

const AUDITOR = inRole('admin');
const SAMPLES = 'type=order.placed';

/** The one export that these events tell of: it begins, and then it has ended. */
function exported(events: readonly AuditEvent[]): AuditEvent {
  expect(events).toMatchObject([
    { type: 'audit.export', stage: 'intent', outcome: 'pending' },
    { type: 'audit.export', stage: 'outcome', causationId: events[0]?.id },
  ]);
  return events[1] as AuditEvent;
}

describe.each(PLATFORMS)('exports on %s', (platform) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await apiApp(platform).start();
    await recordSamples(app);
  });
  afterAll(() => app.close());

  it.each(FORMAT_NAMES)('%s is what its formatter makes of the records, oldest first', async (format) => {
    const formatter = createFormatter(format);
    const records = [];
    for await (const record of app.audit.export({ type: 'order.placed' })) records.push(record);
    let expected = '';
    for await (const text of formattedDocument(formatter, records)) expected += text;

    const answer = await app.request(`/v1/audit/export?format=${format}&${SAMPLES}`, { headers: AUDITOR });

    expect(answer.status).toBe(200);
    expect(answer.text).toBe(expected);
    expect(answer.headers.get('content-type')).toBe(formatter.contentType);
    expect(answer.headers.get('content-disposition')).toMatch(
      new RegExp(`^attachment; filename="audit-export-\\d{8}T\\d{6}Z\\.${formatter.fileExtension}"$`),
    );
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(exported(await app.fresh())).toMatchObject({
      outcome: 'success',
      actor: { id: 'u-admin' },
      details: { query: { format, type: 'order.placed' }, format, count: 3, complete: true },
    });
  });

  it('is JSON Lines where no format was asked for', async () => {
    const { text } = await app.request(`/v1/audit/export?${SAMPLES}`, { headers: AUDITOR });
    expect(text.trimEnd().split('\n')).toHaveLength(3);
    await app.fresh();
  });

  it('is compressed when asked, and only then', async () => {
    const plain = await app.request(`/v1/audit/export?format=csv&${SAMPLES}`, {
      headers: { ...AUDITOR, 'accept-encoding': 'gzip' },
    });
    const response = await fetch(`${app.url}/v1/audit/export?format=csv&gzip=true&${SAMPLES}`, { headers: AUDITOR });
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(response.headers.get('content-type')).toBe('application/gzip');
    expect(response.headers.get('content-disposition')).toMatch(/\.csv\.gz"$/);
    expect(gunzipSync(bytes).toString('utf8')).toBe(plain.text);
    await app.fresh();
  });

  it('as CSV opens safely in a spreadsheet, and reads back', async () => {
    const { text } = await app.request(`/v1/audit/export?format=csv&${SAMPLES}`, { headers: AUDITOR });
    const rows = parse(text, { columns: true, bom: true }) as Record<string, string>[];
    expect(rows).toHaveLength(3);
    expect(rows.flatMap((row) => Object.values(row)).filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
    await app.fresh();
  });

  it('has no limit but the one that was asked for', async () => {
    const { text } = await app.request('/v1/audit/export?limit=2&order=newest&type=order.placed', { headers: AUDITOR });
    const times = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: { id: string } });
    expect(times).toHaveLength(2);
    expect(exported(await app.fresh()).details).toMatchObject({ count: 2, complete: true });
  });

  it('of nothing is a valid, empty document', async () => {
    const { text } = await app.request('/v1/audit/export?format=json&type=nothing.at-all', { headers: AUDITOR });
    expect(JSON.parse(text)).toEqual([]);
    expect(exported(await app.fresh()).details).toMatchObject({ count: 0, complete: true });
  });

  it.each([
    'format=pdf',
    'format=CSV',
    'format=csv%0d%0aSet-Cookie:%20a=b',
    'format=..%2F..%2Fetc',
    'format=__proto__',
  ])('is refused for an unknown format, and no header comes of it: %s', async (query) => {
    const { status, body, headers } = await got(app, `export?${query}`, AUDITOR);
    expect(status).toBe(400);
    expect(body).toMatchObject({ parameter: 'format', allowed: FORMAT_NAMES });
    expect(headers.get('set-cookie')).toBeNull();
    expect(headers.get('content-disposition')).toBeNull();
    expect(onlyOne(await app.fresh())).toMatchObject({ type: 'audit.export', outcome: 'failure' });
  });

  it.each(['cursor=x', 'offset=1', 'total=true', 'limit=0', 'gzip=yes', 'gzip=', 'gzip=true&gzip=true'])(
    'is refused with %s',
    async (query) => {
      const { status, body } = await got(app, `export?${query}`, AUDITOR);
      expect([status, body.parameter]).toEqual([400, query.split('=')[0]]);
      await app.fresh();
    },
  );
});

describe.each(PLATFORMS)('a long export on %s', (platform) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await apiApp(platform).start();
    const details = { filling: 'x'.repeat(4000) };
    for (let batch = 0; batch < 25; batch++) {
      await Promise.all(Array.from({ length: 100 }, () => app.audit.record({ type: 'long.log', details })));
    }
  });
  afterAll(() => app.nest.close());

  const lastExport = async (): Promise<AuditEvent> => {
    const { records } = await app.audit.find({ type: 'audit.export', limit: 1 });
    return onlyOne(records).event;
  };

  it('stops reading when the client has gone, and says how far it came', async () => {
    const { response, leave } = await openStream(app, 'export?type=long.log', AUDITOR);
    await new Promise((resolve) => response.once('data', resolve));
    response.pause();
    leave();
    await until(async () => (await lastExport()).stage === 'outcome');
    const event = await lastExport();
    expect(event).toMatchObject({ outcome: 'unknown', reason: 'client_aborted', details: { complete: false } });
    expect(event.details?.['count']).toBeLessThan(2500);
  });

  it('waits for a client that reads slowly', async () => {
    const { response } = await openStream(app, 'export?type=long.log', AUDITOR);
    let bytes = 0;
    for await (const chunk of response) {
      bytes += (chunk as Buffer).length;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(bytes).toBeGreaterThan(2500 * 4000);
    await until(async () => (await lastExport()).stage === 'outcome');
    expect((await lastExport()).details).toMatchObject({ count: 2500, complete: true });
  });

  it.each(['', '&gzip=true'])(
    'that breaks half-way breaks the connection, so that nobody takes it for the whole%s',
    async (gzip) => {
      const reader = app.nest.get(AuditReader);
      const find = reader.find.bind(reader);
      let pages = 0;
      reader.find = (...args) =>
        ++pages > 1 ? Promise.reject(new StoreUnavailableError('the disk is gone')) : find(...args);
      const { response } = await openStream(app, `export?type=long.log${gzip}`, AUDITOR);
      const ended = await new Promise<string>((resolve) => {
        response.once('end', () => resolve('end')).once('error', () => resolve('error'));
        response.resume();
      });
      expect([ended, response.complete]).toEqual(['error', false]);
      reader.find = find;
      await until(async () => (await lastExport()).stage === 'outcome');
      expect(await lastExport()).toMatchObject({
        outcome: 'unknown',
        reason: 'response_failed',
        details: { count: 250, complete: false },
      });
    },
  );

  it('that cannot even begin is a problem, not a file', async () => {
    const reader = app.nest.get(AuditReader);
    const find = reader.find.bind(reader);
    reader.find = () => Promise.reject(new StoreUnavailableError('the disk is gone'));
    const { status, body, headers } = await got(app, 'export?format=csv', AUDITOR);
    reader.find = find;
    expect([status, body.type]).toEqual([503, 'urn:nestjs-audited:problem:log-unavailable']);
    expect(headers.get('content-disposition')).toBeNull();
    expect(headers.get('retry-after')).toBe('5');
  });
});

describe.each(PLATFORMS)('limits of exports on %s', (platform) => {
  it('are kept for each caller: how many at a time, and how many in a minute', async () => {
    const app = await apiApp(platform, { limits: { concurrentExports: 1, exportsPerMinute: 2 } }).start();
    await Promise.all(
      Array.from({ length: 500 }, () => app.audit.record({ type: 'x', details: { filling: 'y'.repeat(20_000) } })),
    );
    const first = await openStream(app, 'export', AUDITOR);
    const second = await got(app, 'export', AUDITOR);
    expect([second.status, second.body.type]).toEqual([429, 'urn:nestjs-audited:problem:too-many-requests']);
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(0);
    const other = await app.request('/v1/audit/export?limit=1', { headers: inRole('exporter') });
    expect(other.status).toBe(200);
    first.leave();
    const again = async (): Promise<number> =>
      (await app.request('/v1/audit/export?limit=1', { headers: AUDITOR })).status;
    await until(async () => (await again()) === 200);
    const third = await got(app, 'export?limit=1', AUDITOR);
    expect([third.status, third.body.detail]).toEqual([429, expect.stringContaining('within a minute')]);
    expect(Number(third.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    const { records } = await app.audit.find({ type: 'audit.denied', limit: 1 });
    expect(records).toMatchObject([{ event: { outcome: 'denied', actor: { id: 'u-admin' } } }]);
    await app.nest.close();
  });
});

describe.each(PLATFORMS)('an export that runs while the application shuts down, on %s', (platform) => {
  it('breaks off: the shutdown does not wait for a client that reads slowly, and it is not told that this was all', async () => {
    const app = await apiApp(platform).start();
    const details = { filling: 'x'.repeat(4000) };
    for (let batch = 0; batch < 20; batch++) {
      await Promise.all(Array.from({ length: 100 }, () => app.audit.record({ type: 'long.log', details })));
    }
    const { response } = await openStream(app, 'export?type=long.log', AUDITOR);
    response.on('error', () => undefined);
    await new Promise((resolve) => response.once('data', resolve));
    response.pause();
    await app.nest.close();
    response.resume();
    await until(() => response.destroyed);
    expect(response.complete).toBe(false);
  });
});
