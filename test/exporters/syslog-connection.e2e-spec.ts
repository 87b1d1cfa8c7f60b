import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { AuditRecord } from 'nestjs-audited';
import { syslog, type SyslogOptions } from 'nestjs-audited/exporters';
import { createFormatter } from 'nestjs-audited/formats';
import { aDeliveryBatch, FixedClock } from 'nestjs-audited/testing';
import { CertificateAuthority } from '../support/certificates.js';
import { deliverOnce, deliverSurely, fateOf, handleOf } from '../support/delivery-loop.js';
import { eventually } from '../support/eventually.js';
import { GOLDEN_AUDIT_RECORDS as GOLDEN_RECORDS } from '../support/golden-audit-records.js';
import { SyslogReceiver, type SyslogReceiverOptions } from '../support/receivers/syslog.receiver.js';

const authority = new CertificateAuthority();
const [record] = GOLDEN_RECORDS as [AuditRecord, ...AuditRecord[]];
const WINDOW_MS = 2000;

/** Messages of half a megabyte: the buffers of the operating system are soon full. */
const large = {
  ...createFormatter('syslog'),
  format: () => `<110>1 - - - - - - ${'x'.repeat(500_000)}`,
};
const LARGE = { maxMessageBytes: 524_288 };

const WAYS: readonly [string, SyslogReceiverOptions, Omit<SyslogOptions, 'host'>][] = [
  ['tcp', { transport: 'tcp' }, { transport: 'tcp' }],
  ['tls', { transport: 'tls', tls: authority.issue() }, { transport: 'tls', tls: { ca: authority.cert } }],
];

describe.each(WAYS)('A syslog connection over %s', (_way, listening, sending) => {
  let receiver: SyslogReceiver;
  let clock: FixedClock;
  let exporter: ReturnType<typeof syslog>;
  const made = (options: Partial<SyslogOptions> = {}): ReturnType<typeof syslog> =>
    syslog({ host: '127.0.0.1', port: receiver.port, ...sending, ...options }, { clock });

  beforeEach(async () => {
    receiver = await SyslogReceiver.start({ ...listening, ...LARGE });
    clock = new FixedClock();
    exporter = made();
  });
  afterEach(async () => {
    await exporter.close?.();
    await receiver.stop();
  });

  const arrived = (count: number): Promise<void> =>
    eventually(() => expect(receiver.messages).toHaveLength(count)).then(() => undefined);

  it('confirms a batch when the connection has outlived it by the window, and not before', async () => {
    const handle = await handleOf(deliverOnce(exporter, [record]));
    expect(await fateOf(exporter, handle)).toBe('pending');
    clock.advance(WINDOW_MS - 1);
    expect(await fateOf(exporter, handle)).toBe('pending');
    clock.advance(1);
    expect(await fateOf(exporter, handle)).toBe('confirmed');
    expect(await fateOf(exporter, handle)).toBe('confirmed');
  });

  it('keeps what is confirmed confirmed when the connection breaks later, until nobody asks any more', async () => {
    const first = await handleOf(deliverOnce(exporter, [record]));
    clock.advance(WINDOW_MS);
    expect(await fateOf(exporter, first)).toBe('confirmed');
    const second = await handleOf(deliverOnce(exporter, [record]));
    await arrived(2);
    await receiver.stop();
    await eventually(async () => expect(await fateOf(exporter, second)).toBe('lost'));
    // Asked after the second one alone, it forgot the first.
    expect(await fateOf(exporter, first)).toBe('lost');
  });

  it('knows nothing of handles that are not its own', async () => {
    expect(await fateOf(exporter, 'of-another-life')).toBe('lost');
  });

  it.each(['reset', 'half closed'])(
    'loses what is not confirmed when the connection is %s, and tells why once',
    async (how) => {
      const handle = await handleOf(deliverOnce(exporter, [record]));
      await arrived(1);
      if (how === 'reset') {
        await receiver.stop();
        await receiver.restart();
      } else {
        receiver.endAll();
      }
      await eventually(async () => expect(await fateOf(exporter, handle)).toBe('lost'));
      // Long after the window: a broken connection confirms nothing.
      clock.advance(10 * WINDOW_MS);
      expect(await fateOf(exporter, handle)).toBe('lost');
      expect(await deliverOnce(exporter, [record])).toMatchObject({
        status: 'retry',
        reason: expect.stringContaining('a batch may be lost'),
        cure: expect.stringContaining('log of the receiver'),
      });
      expect(await deliverOnce(exporter, [record])).toMatchObject({ status: 'sent' });
      await arrived(2);
      expect(receiver.connections).toBe(2);
    },
  );

  it('connects again without a word when an idle connection was ended', async () => {
    const handle = await handleOf(deliverOnce(exporter, [record]));
    clock.advance(WINDOW_MS);
    expect(await fateOf(exporter, handle)).toBe('confirmed');
    await receiver.stop();
    await receiver.restart();
    expect(await deliverOnce(exporter, [record])).toMatchObject({ status: 'sent' });
    await arrived(2);
  });

  it('uses one connection for many batches', async () => {
    for (let batch = 0; batch < 20; batch += 1) await deliverOnce(exporter, GOLDEN_RECORDS);
    await arrived(20 * GOLDEN_RECORDS.length);
    expect(receiver.connections).toBe(1);
    expect(receiver.violations).toEqual([]);
  });

  it('reads what a receiver says, and ignores it', async () => {
    await deliverOnce(exporter, [record]);
    await arrived(1);
    for (let line = 0; line < 100; line += 1) receiver.say('x'.repeat(65_536));
    await deliverOnce(exporter, [record]);
    await arrived(2);
    expect(receiver.connections).toBe(1);
  });

  it('ends the connection properly, after which all of it is confirmed', async () => {
    const handle = await handleOf(deliverOnce(exporter, GOLDEN_RECORDS));
    await exporter.close?.();
    expect(receiver.messages).toHaveLength(GOLDEN_RECORDS.length);
    expect(receiver.cutFrames).toBe(0);
    expect(await fateOf(exporter, handle)).toBe('confirmed');
  });

  it('confirms nothing at the end when the receiver does not end the connection, too', async () => {
    const handle = await handleOf(deliverOnce(exporter, [record]));
    await arrived(1);
    receiver.hang();
    await exporter.close?.();
    expect(await fateOf(exporter, handle)).toBe('lost');
  });

  it('gives up when the receiver stops reading, and never goes on in the middle of a frame', async () => {
    exporter = made({ timeoutMs: 300, ...LARGE });
    await deliverOnce(exporter, [record]);
    await arrived(1);
    receiver.hang();
    let verdict = await deliverOnce(exporter, [record], { format: large });
    for (let count = 0; count < 100 && verdict.status === 'sent'; count += 1) {
      verdict = await deliverOnce(
        exporter,
        Array.from({ length: 10 }, () => record),
        { format: large },
      );
    }
    expect(verdict).toMatchObject({
      status: 'retry',
      reason: 'the receiver did not take the batch in 300 ms',
      cure: expect.stringContaining('nobody reads'),
    });
    receiver.goOn();
    await eventually(() => expect(receiver.cutFrames).toBe(1));
    const before = receiver.messages.length;
    await deliverSurely(made({ resendWindowMs: false }), [record]);
    await arrived(before + 1);
    expect(receiver.violations).toEqual([]);
  });

  it('confirms nothing as long as bytes wait for a receiver that does not read', async () => {
    exporter = made(LARGE);
    const first = await handleOf(deliverOnce(exporter, [record]));
    await arrived(1);
    const giveUp = new AbortController();
    const many = Array.from({ length: 60 }, () => record);
    const stuck = exporter.deliver(aDeliveryBatch(exporter, many, { format: large }), giveUp.signal);
    await eventually(() => expect(receiver.messages.length).toBeGreaterThan(1));
    receiver.hang();
    // The first batch has arrived long ago; but nobody here can tell from where on the connection no longer moves.
    clock.advance(WINDOW_MS);
    expect(await fateOf(exporter, first)).toBe('pending');
    giveUp.abort();
    expect(await stuck).toEqual({ status: 'retry', reason: 'given up' });
    expect(await fateOf(exporter, first)).toBe('lost');
  });

  it('sends a batch again whose connection broke in the middle of a frame', async () => {
    await deliverOnce(exporter, [record]);
    await arrived(1);
    receiver.resetAfter(1000);
    const again = made();
    clock.advance(WINDOW_MS);
    // The window is a second here: a busy machine needs a while to learn of the end of the connection.
    const ticking = setInterval(() => clock.advance(WINDOW_MS / 20), 50);
    await deliverSurely(again, GOLDEN_RECORDS);
    clearInterval(ticking);
    await again.close?.();
    const format = createFormatter('syslog');
    const expected = GOLDEN_RECORDS.map((each) => format.format(each));
    expect(receiver.messages.slice(-expected.length)).toEqual(expected);
    expect(receiver.cutFrames).toBe(1);
  });

  it('waits for no answer and answers "delivered" without a window', async () => {
    exporter = made({ resendWindowMs: false });
    expect(exporter).not.toHaveProperty('confirm');
    expect(await deliverOnce(exporter, [record])).toEqual({ status: 'delivered' });
    await arrived(1);
  });

  it('loses nothing when the receiver is restarted again and again', async () => {
    exporter = syslog({ host: '127.0.0.1', port: receiver.port, ...sending, resendWindowMs: 100 });
    let isOver = false;
    const restarting = (async () => {
      while (!isOver) {
        const count = receiver.messages.length;
        await eventually(() => expect(isOver || receiver.messages.length > count).toBe(true));
        await receiver.stop();
        await receiver.restart();
        await eventually(() => expect(isOver || receiver.messages.length > count + 20).toBe(true));
      }
    })();
    for (let index = 0; index < 5; index += 1) await deliverSurely(exporter, GOLDEN_RECORDS);
    isOver = true;
    await restarting;
    const format = createFormatter('syslog');
    expect(new Set(receiver.messages)).toEqual(new Set(GOLDEN_RECORDS.map((each) => format.format(each))));
    expect(receiver.violations).toEqual([]);
  });
});

describe('A syslog connection in clear text', () => {
  /** What the attempt after the first one answers. */
  async function secondVerdict(port: number, options: Partial<SyslogOptions> = {}): Promise<unknown> {
    const exporter = syslog({ host: '127.0.0.1', port, transport: 'tcp', ...options });
    try {
      const first = await deliverOnce(exporter, [record]);
      if (first.status === 'sent') {
        await eventually(async () => expect(await fateOf(exporter, first.handle)).toBe('lost'));
        return await deliverOnce(exporter, [record]);
      }
      return await eventually(async () => {
        const verdict = await deliverOnce(exporter, [record]);
        expect(verdict.status).not.toBe('delivered');
        return verdict;
      });
    } finally {
      await exporter.close?.();
    }
  }

  it.each([{}, { resendWindowMs: false as const }])(
    'is held when the port answers with TLS, with %j',
    async (options) => {
      const alert = Buffer.from([21, 3, 1, 0, 2, 2, 70]);
      const server = createServer((socket) =>
        socket.once('data', () => socket.end(alert)).on('error', () => undefined),
      );
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      expect(await secondVerdict((server.address() as AddressInfo).port, options)).toEqual({
        status: 'hold',
        reason: 'the receiver answered with an alert of TLS',
        cure: 'Set "transport" to "tls".',
      });
      server.close();
    },
  );

  it('says that the port may want TLS when it only breaks off', async () => {
    const receiver = await SyslogReceiver.start({ transport: 'tls', tls: authority.issue() });
    expect(await secondVerdict(receiver.port)).toMatchObject({
      status: 'retry',
      reason: expect.stringContaining('a batch may be lost'),
      cure: expect.stringContaining('it may want TLS'),
    });
    await receiver.stop();
  });

  it('says that nothing listens', async () => {
    const exporter = syslog({ host: '127.0.0.1', port: 1, transport: 'tcp' });
    const verdict = { status: 'retry', reason: expect.stringContaining('ECONNREFUSED') };
    expect(await exporter.probe?.(AbortSignal.timeout(5000))).toMatchObject(verdict);
    expect(await deliverOnce(exporter, [record])).toMatchObject(verdict);
    await exporter.close?.();
  });

  it('tries later when the name cannot be resolved', async () => {
    const exporter = syslog(
      { host: 'siem.example.com', transport: 'tcp' },
      {
        lookup: (_name, _options, done) =>
          done(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }), []),
      },
    );
    expect(await deliverOnce(exporter, [record])).toMatchObject({
      status: 'retry',
      cure: expect.stringContaining('name is unknown'),
    });
    await exporter.close?.();
  });

  it('waits for a connection as long as it may', async () => {
    const exporter = syslog(
      { host: 'siem.example.com', transport: 'tcp', connectTimeoutMs: 1 },
      { lookup: () => undefined },
    );
    expect(await deliverOnce(exporter, [record])).toMatchObject({
      status: 'retry',
      reason: 'ETIMEDOUT: no connection in 1 ms',
      cure: expect.stringContaining('firewall'),
    });
    await exporter.close?.();
  });
});

describe('A syslog connection over tls', () => {
  const sending: SyslogOptions = { host: '127.0.0.1', transport: 'tls', tls: { ca: authority.cert } };

  async function answeredBy(answer: string | undefined): Promise<unknown> {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', () => (answer === undefined ? socket.destroy() : socket.write(answer)));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const exporter = syslog({ ...sending, port, connectTimeoutMs: 500 });
    try {
      return await deliverOnce(exporter, [record]);
    } finally {
      await exporter.close?.();
      server.close();
    }
  }

  it('is held when what answers does not speak TLS', async () => {
    expect(await answeredBy('220 mail.example.com ready\r\n')).toMatchObject({
      status: 'hold',
      cure: expect.stringContaining('check the port'),
      reason: expect.not.stringContaining('\n'),
    });
  });

  it('says what to check when the handshake is broken off', async () => {
    expect(await answeredBy(undefined)).toMatchObject({
      status: 'retry',
      reason: 'the receiver broke the TLS handshake off',
      cure: expect.stringContaining('speaks TLS'),
    });
  });

  it('says what to check when the handshake is not answered', async () => {
    expect(await answeredBy('')).toMatchObject({
      status: 'retry',
      reason: 'no answer to the TLS handshake in 500 ms',
      cure: expect.stringContaining('speaks TLS'),
    });
  });
});
