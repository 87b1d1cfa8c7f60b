import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import type { AuditRecord } from 'nestjs-audited';
import { syslog, type SyslogOptions } from 'nestjs-audited/exporters';
import { createFormatter } from 'nestjs-audited/formats';
import { auditExporterContract, type ReceiverTrouble } from 'nestjs-audited/testing';
import { CertificateAuthority } from '../support/certificates.js';
import { deliverOnce, deliverSurely } from '../support/delivery-loop.js';
import { eventually } from '../support/eventually.js';
import { GOLDEN_AUDIT_RECORDS as GOLDEN_RECORDS } from '../support/golden-audit-records.js';
import { SyslogReceiver, type SyslogReceiverOptions } from '../support/receivers/syslog.receiver.js';

const authority = new CertificateAuthority();
const certificate = authority.issue();
const [record] = GOLDEN_RECORDS as [AuditRecord, ...AuditRecord[]];

/** Every way to send, and a receiver for it. */
const WAYS: Readonly<Record<string, readonly [SyslogReceiverOptions, Omit<SyslogOptions, 'host'>]>> = {
  udp: [{ transport: 'udp' }, { transport: 'udp' }],
  'tcp, octet counting': [{ transport: 'tcp' }, { transport: 'tcp' }],
  'tcp, newline': [
    { transport: 'tcp', framing: 'newline' },
    { transport: 'tcp', framing: 'newline' },
  ],
  tls: [
    { transport: 'tls', tls: certificate },
    { transport: 'tls', tls: { ca: authority.cert } },
  ],
  'tls, newline': [
    { transport: 'tls', framing: 'newline', tls: certificate },
    { transport: 'tls', framing: 'newline', tls: { ca: authority.cert } },
  ],
};

/** The id that the JSON of a message holds. */
function idOf(message: string): string {
  const { event } = JSON.parse(message.slice(message.indexOf('] {') + 2)) as {
    readonly event: { readonly id: string };
  };
  return event.id;
}

async function sentTo(
  receiver: SyslogReceiver,
  options: SyslogOptions,
  records: readonly AuditRecord[],
  format?: Parameters<typeof deliverOnce>[2],
): Promise<readonly string[]> {
  const exporter = syslog({ port: receiver.port, ...options });
  try {
    const verdict = await deliverOnce(exporter, records, format);
    expect(['sent', 'delivered']).toContain(verdict.status);
    return await eventually(() => {
      expect(receiver.messages.length).toBeGreaterThanOrEqual(records.length);
      return receiver.messages;
    });
  } finally {
    await exporter.close?.();
  }
}

describe.each(Object.entries(WAYS))('The syslog exporter over %s', (_way, [listening, sending]) => {
  for (const { promise, run } of auditExporterContract(async () => {
    const receiver = await SyslogReceiver.start(listening);
    const exporter = syslog({ host: '127.0.0.1', port: receiver.port, ...sending });
    let expected = 0;
    return {
      exporter: {
        ...exporter,
        deliver: (batch, signal) => {
          expected += batch.events.length;
          return exporter.deliver(batch, signal);
        },
      },
      received: () =>
        eventually(() => {
          expect(receiver.violations).toEqual([]);
          expect(receiver.messages.length).toBeGreaterThanOrEqual(expected);
          return receiver.messages.map(idOf);
        }),
      trouble: (kind: ReceiverTrouble) => {
        if (listening.transport === 'udp' || kind === 'busy') return false;
        if (kind === 'hang') receiver.hang();
        else receiver.resetAfter(1);
        return true;
      },
      stop: () => receiver.stop(),
    };
  })) {
    it(promise, run);
  }

  it('carries every golden record, each as the bytes of its format', async () => {
    const receiver = await SyslogReceiver.start(listening);
    const format = createFormatter('syslog');
    const messages = await sentTo(receiver, { host: '127.0.0.1', ...sending }, GOLDEN_RECORDS, { format });
    expect(messages).toEqual(GOLDEN_RECORDS.map((each) => format.format(each)));
    expect(receiver.violations).toEqual([]);
    await receiver.stop();
  });

  it.each(['syslog-bsd', 'sentinel-audit'] as const)('carries the format %s', async (name) => {
    const receiver = await SyslogReceiver.start(listening);
    const format = createFormatter(name, { maxBytes: 2048 });
    const messages = await sentTo(receiver, { host: '127.0.0.1', ...sending }, GOLDEN_RECORDS, { format });
    expect(messages).toEqual(GOLDEN_RECORDS.map((each) => format.format(each)));
    await receiver.stop();
  });

  it('turns what could end a message into spaces, whatever the formatter gives', async () => {
    const receiver = await SyslogReceiver.start(listening);
    const forged = '<13>1 2026-01-01T00:00:00Z forged - - - - record';
    const hostile = {
      ...createFormatter('syslog'),
      format: () => `<110>1 - - - - - - a\n${forged}\r\n${forged}\u0000${forged}`,
    };
    const messages = await sentTo(receiver, { host: '127.0.0.1', ...sending }, [record], { format: hostile });
    expect(messages).toEqual([`<110>1 - - - - - - a ${forged}  ${forged} ${forged}`]);
    expect(receiver.violations).toEqual([]);
    await receiver.stop();
  });

  it('sends nothing of a batch in which a text is no syslog message, and names it', async () => {
    const receiver = await SyslogReceiver.start(listening);
    const exporter = syslog({ host: '127.0.0.1', port: receiver.port, ...sending });
    const valid = createFormatter('syslog');
    let count = 0;
    const format = { ...valid, format: () => (count++ === 1 ? '48 <13>1 - - - - - - ' : valid.format(record)) };
    expect(await deliverOnce(exporter, [record, record, record], { format })).toMatchObject({
      status: 'poison',
      index: 1,
    });
    await exporter.close?.();
    expect(receiver.messages).toEqual([]);
    await receiver.stop();
  });

  it('is well when it is probed, and the next batch goes the same way', async () => {
    const receiver = await SyslogReceiver.start(listening);
    const exporter = syslog({ host: '127.0.0.1', port: receiver.port, ...sending });
    expect(await exporter.probe?.(AbortSignal.timeout(5000))).toEqual({ status: 'ok' });
    await deliverOnce(exporter, [record]);
    await eventually(() => expect(receiver.messages).toHaveLength(1));
    expect(receiver.connections).toBe(listening.transport === 'udp' ? 0 : 1);
    await exporter.close?.();
    await receiver.stop();
  });

  it('says so when it is used after it was closed', async () => {
    const receiver = await SyslogReceiver.start(listening);
    const exporter = syslog({ host: '127.0.0.1', port: receiver.port, ...sending });
    await deliverOnce(exporter, [record]);
    await exporter.close?.();
    const closed = { status: 'retry', reason: 'the exporter was closed' };
    expect(await deliverOnce(exporter, [record])).toMatchObject(closed);
    expect(await exporter.probe?.(AbortSignal.timeout(5000))).toMatchObject(closed);
    await receiver.stop();
  });

  it('reaches a receiver on IPv6', async () => {
    const hasLoopback = Object.values(networkInterfaces()).some((list) =>
      list?.some(({ address }) => address === '::1'),
    );
    if (!hasLoopback) {
      console.warn('This machine has no ::1: IPv6 is not tested here.');
      return;
    }
    const issued = authority.issue({ names: [], ips: ['::1'] });
    const tls = listening.transport === 'tls' ? { tls: issued } : {};
    const receiver = await SyslogReceiver.start({ ...listening, ...tls, host: '::1' });
    expect(await sentTo(receiver, { host: '::1', ...sending }, [record])).toHaveLength(1);
    await receiver.stop();
  });
});

describe('The syslog exporter over udp', () => {
  it('says that nothing listens, and comes back when something does', async () => {
    const receiver = await SyslogReceiver.start({ transport: 'udp' });
    await receiver.stop();
    const exporter = syslog({ host: '127.0.0.1', port: receiver.port, transport: 'udp' });
    expect(await deliverOnce(exporter, [record])).toMatchObject({
      status: 'retry',
      reason: expect.stringContaining('ECONNREFUSED'),
      cure: expect.stringContaining('Nothing listens there'),
    });
    await receiver.restart();
    await deliverSurely(exporter, [record]);
    await eventually(() => expect(receiver.messages).toHaveLength(1));
    await exporter.close?.();
    await receiver.stop();
  });

  it('takes the next address of a name when one does not answer, and stays with the one that does', async () => {
    const receiver = await SyslogReceiver.start({ transport: 'udp', host: '127.0.0.1' });
    const nobody = { address: '127.0.0.2', family: 4 };
    const addresses = [nobody, { address: '127.0.0.1', family: 4 }];
    const exporter = syslog(
      { host: 'siem.example.com', port: receiver.port, transport: 'udp' },
      { lookup: (_name, _options, done) => done(null, addresses) },
    );
    expect(await deliverOnce(exporter, [record])).toMatchObject({ status: 'retry' });
    expect(await deliverOnce(exporter, [record])).toEqual({ status: 'delivered' });
    expect(await deliverOnce(exporter, [record])).toEqual({ status: 'delivered' });
    await eventually(() => expect(receiver.messages).toHaveLength(2));
    await exporter.close?.();
    await receiver.stop();
  });

  it('follows a name that moves to another address', async () => {
    const first = await SyslogReceiver.start({ transport: 'udp', host: '127.0.0.1' });
    const second = await SyslogReceiver.start({ transport: 'udp', host: '127.0.0.3', port: first.port });
    let address = '127.0.0.1';
    const exporter = syslog(
      { host: 'siem.example.com', port: first.port, transport: 'udp' },
      { lookup: (_name, _options, done) => done(null, address, 4) },
    );
    await deliverOnce(exporter, [record]);
    address = '127.0.0.3';
    await deliverOnce(exporter, [record]);
    await eventually(() => {
      expect(first.messages).toHaveLength(1);
      expect(second.messages).toHaveLength(1);
    });
    await exporter.close?.();
    await Promise.all([first.stop(), second.stop()]);
  });

  it.each(['ENOTFOUND', 'EAI_AGAIN'])('tries later when the name cannot be resolved: %s', async (code) => {
    const exporter = syslog(
      { host: 'siem.example.com', transport: 'udp' },
      {
        lookup: (name, _options, done) => done(Object.assign(new Error(`getaddrinfo ${code} ${name}`), { code }), []),
      },
    );
    const verdict = { status: 'retry', reason: expect.stringContaining(code), cure: expect.stringContaining('name') };
    expect(await deliverOnce(exporter, [record])).toMatchObject(verdict);
    expect(await exporter.probe?.(AbortSignal.timeout(5000))).toMatchObject(verdict);
    await exporter.close?.();
  });

  it('does not wait longer than it may for a name', async () => {
    const exporter = syslog({ host: 'siem.example.com', transport: 'udp', timeoutMs: 1 }, { lookup: () => undefined });
    expect(await deliverOnce(exporter, [record])).toMatchObject({
      status: 'retry',
      reason: 'no address for the name in 1 ms',
    });
    await exporter.close?.();
  });

  it('makes its own messages no longer than a datagram may be', async () => {
    const receiver = await SyslogReceiver.start({ transport: 'udp', maxMessageBytes: 1180 });
    const options: SyslogOptions = { host: '127.0.0.1', transport: 'udp', maxMessageBytes: 1180 };
    expect(await sentTo(receiver, options, GOLDEN_RECORDS)).toHaveLength(GOLDEN_RECORDS.length);
    expect(receiver.violations).toEqual([]);
    await receiver.stop();
  });

  it('refuses a longer message of another format, by its place', async () => {
    const exporter = syslog({ host: '127.0.0.1', transport: 'udp', maxMessageBytes: 480 });
    const format = createFormatter('syslog');
    expect(await deliverOnce(exporter, [record], { format })).toEqual({
      status: 'poison',
      index: 0,
      reason: expect.stringMatching(/^the message has \d+ bytes, more than 480$/),
    });
    await exporter.close?.();
  });

  it('sends nothing of a batch in which a message is longer than IPv4 can carry, and names it', async () => {
    const receiver = await SyslogReceiver.start({ transport: 'udp', host: '127.0.0.1' });
    const exporter = syslog({ host: '127.0.0.1', port: receiver.port, transport: 'udp', maxMessageBytes: 65_507 });
    const valid = createFormatter('syslog');
    let count = 0;
    const format = {
      ...valid,
      format: () => (count++ === 1 ? `<110>1 - - - - - - ${'x'.repeat(65_508 - 19)}` : valid.format(record)),
    };
    expect(await deliverOnce(exporter, [record, record, record], { format })).toMatchObject({
      status: 'poison',
      index: 1,
    });
    await exporter.close?.();
    await receiver.stop();
  });

  it('sends a batch of many messages completely to a receiver that reads', async () => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    let count = 0;
    socket.on('message', () => (count += 1));
    const exporter = syslog({ host: '127.0.0.1', port: socket.address().port, transport: 'udp' });
    const many = Array.from({ length: 100 }, () => record);
    for (let batch = 0; batch < 10; batch += 1)
      expect(await deliverOnce(exporter, many)).toEqual({ status: 'delivered' });
    await eventually(() => expect(count).toBe(1000));
    await exporter.close?.();
    socket.close();
  });
});
