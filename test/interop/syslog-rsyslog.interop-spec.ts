import type { AuditRecord } from 'nestjs-audited';
import { syslog, type SyslogOptions } from 'nestjs-audited/exporters';
import { createFormatter } from 'nestjs-audited/formats';
import { CertificateAuthority } from '../support/certificates.js';
import { deliverOnce, deliverSurely } from '../support/delivery-loop.js';
import { eventually } from '../support/eventually.js';
import { GOLDEN_AUDIT_RECORDS as GOLDEN_RECORDS } from '../support/golden-audit-records.js';
import { RsyslogServer, type SyslogListening, type UnderstoodMessage } from '../support/rsyslog-server.js';

const authority = new CertificateAuthority();
const server = { ...authority.issue(), ca: authority.cert };
const tls = { ca: authority.cert };

const WAYS: readonly [string, SyslogListening, Omit<SyslogOptions, 'host'>][] = [
  ['udp', { transport: 'udp' }, { transport: 'udp' }],
  ['tcp, octet counting', { transport: 'tcp' }, { transport: 'tcp' }],
  ['tcp, newline', { transport: 'tcp' }, { transport: 'tcp', framing: 'newline' }],
  ['tls', { transport: 'tls', tls: { ...server, clients: false } }, { transport: 'tls', tls }],
  [
    'tls, newline',
    { transport: 'tls', tls: { ...server, clients: false } },
    { transport: 'tls', tls, framing: 'newline' },
  ],
  [
    'tls with certificates of both',
    { transport: 'tls', tls: { ...server, clients: true } },
    { transport: 'tls', tls: { ...tls, ...authority.issue({ commonName: 'audited' }) } },
  ],
];

/** What rsyslog has to understand of a record in the format `syslog`. */
function expectedOf(record: AuditRecord): Partial<UnderstoodMessage> {
  const { event, seal } = record;
  return {
    'protocol-version': '1',
    timereported: event.occurredAt,
    'app-name': event.origin.component ?? 'nestjs-audited',
    procid: event.origin.instanceId ?? '-',
    msgid: event.type,
    'structured-data': `[timeQuality tzKnown="1"][meta sequenceId="${seal.position}"]`,
    msg: createFormatter('jsonl').format(record),
  };
}

async function sent(
  rsyslog: RsyslogServer,
  options: Partial<SyslogOptions>,
  fixture: Parameters<typeof deliverSurely>[2] = {},
): Promise<readonly UnderstoodMessage[]> {
  const resendWindowMs = options.transport === 'udp' ? {} : { resendWindowMs: 300 };
  const exporter = syslog({ host: '127.0.0.1', port: rsyslog.port, ...resendWindowMs, ...options });
  await deliverSurely(exporter, GOLDEN_RECORDS, fixture);
  await exporter.close?.();
  return rsyslog.understood(GOLDEN_RECORDS.length);
}

describe.each(WAYS)('A real rsyslog receives over %s', (_way, listening, sending) => {
  let rsyslog: RsyslogServer;
  beforeAll(async () => {
    rsyslog = await RsyslogServer.start(listening);
  });
  afterAll(() => rsyslog.stop());

  it('every golden record once, in order, each field as it was', async () => {
    const messages = await sent(rsyslog, sending);
    expect(messages).toHaveLength(GOLDEN_RECORDS.length);
    messages.forEach((message, index) => {
      expect(message).toMatchObject(expectedOf(GOLDEN_RECORDS[index] as AuditRecord));
    });
  });

  it('what the older systems sent', async () => {
    const cef = await sent(rsyslog, { ...sending, preset: 'dvo-agent' });
    expect(cef.map(({ syslogtag }) => syslogtag)).toEqual(GOLDEN_RECORDS.map(() => 'dvoagent:'));
    cef.forEach(({ msg }) => expect(msg).toMatch(/^ CEF:0\|KesselDigital\|DVOAgent\|1\.0\|/));
    const flat = createFormatter('flat');
    const json = await sent(rsyslog, { ...sending, preset: 'sentinel-audit' });
    json.forEach((message, index) => {
      expect(message).toMatchObject({ pri: '190', syslogtag: 'SentinelAudit:' });
      expect(message.msg).toBe(` ${flat.format(GOLDEN_RECORDS[index] as AuditRecord)}`);
    });
  });

  it('CEF behind a BSD header', async () => {
    const cef = createFormatter('cef');
    const format = createFormatter('syslog-bsd', { maxBytes: 2048 });
    const messages = await sent(rsyslog, { ...sending, maxMessageBytes: 2048 }, { format });
    const whole = createFormatter('syslog-bsd', { maxBytes: 32_768 });
    messages.forEach((message, index) => {
      const record = GOLDEN_RECORDS[index] as AuditRecord;
      expect(message).toMatchObject({ 'protocol-version': '0', syslogtag: 'CEF:' });
      // A message that was not made shorter is the CEF to the byte.
      if (format.format(record) === whole.format(record)) {
        expect(`${message.syslogtag}${message.msg}`).toBe(cef.format(record));
      }
    });
  });
});

describe('A real rsyslog', () => {
  it('refuses whoever has no certificate, and the destination says so', async () => {
    const rsyslog = await RsyslogServer.start({ transport: 'tls', tls: { ...server, clients: true } });
    const exporter = syslog({ host: '127.0.0.1', port: rsyslog.port, tls, resendWindowMs: 300 });
    const verdict = await eventually(async () => {
      const given = await deliverOnce(exporter, GOLDEN_RECORDS);
      expect(given.status).not.toBe('sent');
      return given;
    });
    expect(verdict).toMatchObject({ cure: expect.stringContaining('client certificate') });
    await exporter.close?.();
    expect(rsyslog.written()).toEqual([]);
    await rsyslog.stop();
  });

  it.each<readonly [string, SyslogListening, Omit<SyslogOptions, 'host'>]>([
    ['tcp', { transport: 'tcp' }, { transport: 'tcp' }],
    ['tls', { transport: 'tls', tls: { ...server, clients: false } }, { tls }],
  ])(
    'that is killed with -9 again and again gets every message at least once: %s',
    async (_way, listening, sending) => {
      const rsyslog = await RsyslogServer.start(listening);
      const exporter = syslog({ host: '127.0.0.1', port: rsyslog.port, ...sending });
      const format = createFormatter('syslog', { payload: 'text', bom: false, structuredData: false });
      const batches = Array.from({ length: 6 }, (_each, batch) =>
        GOLDEN_RECORDS.map((record, place): AuditRecord => {
          return { ...record, event: { ...record.event, action: `message ${batch}-${place}` } };
        }),
      );
      for (const [index, batch] of batches.entries()) {
        const before = rsyslog.written().length;
        const arriving = deliverSurely(exporter, batch, { format });
        // In the middle of it, and when it seems to be through.
        if (index % 2 === 1) await eventually(() => expect(rsyslog.written().length).toBeGreaterThan(before));
        await rsyslog.kill();
        await rsyslog.restart();
        await arriving;
      }
      await exporter.close?.();
      await eventually(() => {
        const expected = batches.flat().map(({ event }) => event.action);
        expect(new Set(rsyslog.written().map(({ msg }) => msg))).toEqual(new Set(expected));
      });
      await rsyslog.stop();
    },
  );
});
