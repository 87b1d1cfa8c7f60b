import type { AuditRecord } from 'nestjs-audited';
import { syslog, type SyslogOptions } from 'nestjs-audited/exporters';
import { createFormatter } from 'nestjs-audited/formats';
import { CertificateAuthority } from '../support/certificates.js';
import { deliverOnce, deliverSurely } from '../support/delivery-loop.js';
import { eventually } from '../support/eventually.js';
import { GOLDEN_AUDIT_RECORDS as GOLDEN_RECORDS } from '../support/golden-audit-records.js';
import { SyslogNgServer, type SyslogNgListening, type SyslogNgMessage } from '../support/syslog-ng-server.js';

const authority = new CertificateAuthority();
const server = { ...authority.issue(), ca: authority.cert };
const tls = { ca: authority.cert };

const WAYS: readonly [string, SyslogNgListening, Omit<SyslogOptions, 'host'>][] = [
  ['udp', { transport: 'udp' }, { transport: 'udp' }],
  ['tcp, octet counting', { transport: 'tcp' }, { transport: 'tcp' }],
  ['tcp, newline', { transport: 'tcp', framing: 'newline' }, { transport: 'tcp', framing: 'newline' }],
  ['tls', { transport: 'tls', tls: { ...server, clients: false } }, { transport: 'tls', tls }],
  [
    'tls, newline',
    { transport: 'tls', framing: 'newline', tls: { ...server, clients: false } },
    { transport: 'tls', tls, framing: 'newline' },
  ],
  [
    'tls with certificates of both',
    { transport: 'tls', tls: { ...server, clients: true } },
    { transport: 'tls', tls: { ...tls, ...authority.issue({ commonName: 'audited' }) } },
  ],
];

/** What syslog-ng has to understand of a record in the format `syslog`; a macro that is empty is not written. */
function expectedOf(record: AuditRecord): Partial<SyslogNgMessage> {
  const { event, seal } = record;
  return {
    S_ISODATE: event.occurredAt.replace('Z', '+00:00'),
    PROGRAM: event.origin.component ?? 'nestjs-audited',
    MSGID: event.type,
    SDATA: `[timeQuality tzKnown="1"][meta sequenceId="${seal.position}"]`,
    MESSAGE: createFormatter('jsonl').format(record),
    ...(event.origin.instanceId === undefined ? {} : { PID: event.origin.instanceId }),
  };
}

async function sent(
  receiver: SyslogNgServer,
  options: Partial<SyslogOptions>,
  records: readonly AuditRecord[] = GOLDEN_RECORDS,
  fixture: Parameters<typeof deliverSurely>[2] = {},
): Promise<readonly SyslogNgMessage[]> {
  const resendWindowMs = options.transport === 'udp' ? {} : { resendWindowMs: 300 };
  const exporter = syslog({ host: '127.0.0.1', port: receiver.port, ...resendWindowMs, ...options });
  await deliverSurely(exporter, records, fixture);
  await exporter.close?.();
  return receiver.understood(records.length);
}

describe.each(WAYS)('A real syslog-ng receives over %s', (_way, listening, sending) => {
  it('every golden record once, in order, each field as it was', async () => {
    const receiver = await SyslogNgServer.start(listening);
    const messages = await sent(receiver, sending);
    expect(messages).toHaveLength(GOLDEN_RECORDS.length);
    messages.forEach((message, index) => {
      expect(message).toMatchObject(expectedOf(GOLDEN_RECORDS[index] as AuditRecord));
    });
    await receiver.stop();
  });
});

describe('A real syslog-ng receives what the older systems sent', () => {
  it.each(['udp', 'tcp'] as const)('over %s', async (transport) => {
    const receiver = await SyslogNgServer.start({ transport, framing: 'newline', messages: 3164 });
    const flat = createFormatter('flat');
    const json = await sent(receiver, { transport, preset: 'sentinel-audit' });
    json.forEach((message, index) => {
      expect(message).toMatchObject({ PRI: '190', PROGRAM: 'SentinelAudit' });
      expect(message.MESSAGE).toBe(flat.format(GOLDEN_RECORDS[index] as AuditRecord));
    });
    await sent(receiver, { transport, preset: 'dvo-agent' });
    const cef = (await receiver.understood(2 * GOLDEN_RECORDS.length)).slice(GOLDEN_RECORDS.length);
    expect(cef.map(({ PROGRAM }) => PROGRAM)).toEqual(GOLDEN_RECORDS.map(() => 'dvoagent'));
    cef.forEach(({ MESSAGE }) => expect(MESSAGE).toMatch(/^CEF:0\|KesselDigital\|DVOAgent\|1\.0\|/));
    await receiver.stop();
  });
});

describe('A real syslog-ng', () => {
  it('understands structured data with every character that must be escaped', async () => {
    const receiver = await SyslogNgServer.start({ transport: 'tcp' });
    const format = createFormatter('syslog', { payload: 'text', enterpriseNumber: 32_473, bom: false });
    const messages = await sent(receiver, { transport: 'tcp' }, GOLDEN_RECORDS, { format });
    expect(messages.map(({ MESSAGE }) => MESSAGE)).toEqual(
      GOLDEN_RECORDS.map((record) => {
        const text = format.format(record);
        return text.slice(text.lastIndexOf('"] ') + 3);
      }),
    );
    expect(messages[12]?.SDATA).toContain(' actor="u|1=\\\\2\\"\\]"');
    await receiver.stop();
  });

  it('takes the longest message that is sent unless said otherwise', async () => {
    const receiver = await SyslogNgServer.start({ transport: 'tcp' });
    const text = 'x'.repeat(65_536 - '<110>1 - - - - - - '.length);
    const format = { ...createFormatter('syslog'), format: () => `<110>1 - - - - - - ${text}` };
    const messages = await sent(receiver, { transport: 'tcp' }, GOLDEN_RECORDS.slice(0, 2), { format });
    expect(messages.map(({ MESSAGE }) => MESSAGE?.length)).toEqual([text.length, text.length]);
    await receiver.stop();
  });

  it('ends the connection at a longer one, and the destination says what to look for', async () => {
    const receiver = await SyslogNgServer.start({ transport: 'tcp' });
    const exporter = syslog({
      host: '127.0.0.1',
      port: receiver.port,
      transport: 'tcp',
      maxMessageBytes: 100_000,
    });
    const format = { ...createFormatter('syslog'), format: () => `<110>1 - - - - - - ${'x'.repeat(90_000)}` };
    const verdict = await eventually(async () => {
      const given = await deliverOnce(exporter, GOLDEN_RECORDS.slice(0, 1), { format });
      expect(given.status).not.toBe('sent');
      return given;
    });
    expect(verdict).toMatchObject({ status: 'retry', cure: expect.stringContaining('shorter messages') });
    await exporter.close?.();
    await receiver.stop();
  });

  it('refuses whoever has no certificate, and the destination says so', async () => {
    const receiver = await SyslogNgServer.start({ transport: 'tls', tls: { ...server, clients: true } });
    const exporter = syslog({ host: '127.0.0.1', port: receiver.port, tls, resendWindowMs: 300 });
    const verdict = await eventually(async () => {
      const given = await deliverOnce(exporter, GOLDEN_RECORDS);
      expect(given.status).not.toBe('sent');
      return given;
    });
    expect(verdict).toMatchObject({ cure: expect.stringContaining('client certificate') });
    await exporter.close?.();
    expect(receiver.written()).toEqual([]);
    await receiver.stop();
  });

  it.each<readonly [string, SyslogNgListening, Omit<SyslogOptions, 'host'>]>([
    ['tcp', { transport: 'tcp' }, { transport: 'tcp' }],
    ['tls', { transport: 'tls', tls: { ...server, clients: false } }, { tls }],
  ])(
    'that is killed with -9 again and again gets every message at least once: %s',
    async (_way, listening, sending) => {
      const receiver = await SyslogNgServer.start(listening);
      const exporter = syslog({ host: '127.0.0.1', port: receiver.port, ...sending });
      const format = createFormatter('syslog', { payload: 'text', bom: false, structuredData: false });
      const batches = Array.from({ length: 6 }, (_each, batch) =>
        GOLDEN_RECORDS.map((record, place): AuditRecord => {
          return { ...record, event: { ...record.event, action: `message ${batch}-${place}` } };
        }),
      );
      for (const [index, batch] of batches.entries()) {
        const before = receiver.written().length;
        const arriving = deliverSurely(exporter, batch, { format });
        // In the middle of it, and when it seems to be through.
        if (index % 2 === 1) await eventually(() => expect(receiver.written().length).toBeGreaterThan(before));
        await receiver.kill();
        await receiver.restart();
        await arriving;
      }
      await exporter.close?.();
      await eventually(() => {
        const expected = batches.flat().map(({ event }) => event.action);
        expect(new Set(receiver.written().map(({ MESSAGE }) => MESSAGE))).toEqual(new Set(expected));
      });
      await receiver.stop();
    },
  );
});
