import type { TlsOptions as ServerTls } from 'node:tls';
import type { AuditRecord } from 'nestjs-audited';
import { syslog, type SyslogOptions, type TlsOptions } from 'nestjs-audited/exporters';
import { CertificateAuthority } from '../support/certificates.js';
import { deliverOnce, fateOf } from '../support/delivery-loop.js';
import { eventually } from '../support/eventually.js';
import { GOLDEN_AUDIT_RECORDS as GOLDEN_RECORDS } from '../support/golden-audit-records.js';
import { SyslogReceiver } from '../support/receivers/syslog.receiver.js';

const authority = new CertificateAuthority();
const stranger = new CertificateAuthority('somebody else');
const [record] = GOLDEN_RECORDS as [AuditRecord, ...AuditRecord[]];
const YESTERDAY = new Date(Date.now() - 86_400_000);
/** So every name leads here. */
const everywhere = { lookup: lookupHere };

function lookupHere(
  _name: string,
  _options: unknown,
  done: (error: null, found: { address: string; family: number }[]) => void,
): void {
  done(null, [{ address: '127.0.0.1', family: 4 }]);
}

interface Trial {
  readonly server: ServerTls;
  readonly client: TlsOptions;
  readonly host?: string;
}

/**
 * What a destination is told in the end: with TLS 1.3 a receiver refuses a client only after the handshake, so the first
 * batch may seem to be on its way.
 */
async function lastVerdict({ server, client, host = '127.0.0.1' }: Trial): Promise<unknown> {
  const receiver = await SyslogReceiver.start({ transport: 'tls', tls: server });
  const options: SyslogOptions = { host, port: receiver.port, tls: client };
  const exporter = syslog(options, everywhere);
  try {
    const first = await deliverOnce(exporter, [record]);
    if (first.status !== 'sent') return first;
    const fate = await eventually(async () => {
      const known = receiver.messages.length === 1 ? 'arrived' : await fateOf(exporter, first.handle);
      expect(known).not.toBe('pending');
      return known;
    });
    return fate === 'arrived' ? { status: fate, names: receiver.serverNames } : await deliverOnce(exporter, [record]);
  } finally {
    await exporter.close?.();
    await receiver.stop();
  }
}

describe('The syslog exporter over tls', () => {
  const trusting: TlsOptions = { ca: authority.cert };

  it('takes a certificate that names the host, and asks for that name', async () => {
    const server = authority.issue({ names: ['siem.example.com'], ips: [] });
    expect(await lastVerdict({ server, client: trusting, host: 'siem.example.com' })).toEqual({
      status: 'arrived',
      names: ['siem.example.com'],
    });
  });

  it('takes a certificate that names the address, and asks for no name', async () => {
    const server = authority.issue({ names: [] });
    expect(await lastVerdict({ server, client: trusting })).toEqual({ status: 'arrived', names: [false] });
  });

  it('takes a certificate for the name that the options give', async () => {
    const server = authority.issue({ names: ['siem.example.com'], ips: [] });
    const client = { ...trusting, serverName: 'siem.example.com' };
    expect(await lastVerdict({ server, client })).toEqual({ status: 'arrived', names: ['siem.example.com'] });
  });

  it('proves who it is where the receiver asks for a certificate', async () => {
    const server = { ...authority.issue(), ca: authority.cert, requestCert: true, rejectUnauthorized: true };
    const client = { ...trusting, ...authority.issue({ commonName: 'audited' }) };
    expect(await lastVerdict({ server, client })).toMatchObject({ status: 'arrived' });
  });

  it('sends to whoever answers only when it is told to', async () => {
    const server = stranger.issue({ names: ['elsewhere.example.com'], ips: [] });
    expect(await lastVerdict({ server, client: { rejectUnauthorized: false } })).toMatchObject({ status: 'arrived' });
  });

  const held: readonly (readonly [string, Trial, string])[] = [
    ['has expired', { server: authority.issue({ notAfter: YESTERDAY }), client: trusting }, 'has expired'],
    ['is for another address', { server: authority.issue({ ips: ['192.0.2.1'] }), client: trusting }, 'another name'],
    [
      'is for another name',
      { server: authority.issue({ names: ['other.example.com'] }), client: trusting, host: 'siem.example.com' },
      'another name',
    ],
    [
      'is not for the name that the options give',
      { server: authority.issue(), client: { ...trusting, serverName: 'siem.example.com' } },
      'another name',
    ],
    ['comes from an authority that nobody knows', { server: stranger.issue(), client: trusting }, '"tls.ca"'],
    ['comes from an authority that is not a public one', { server: authority.issue(), client: {} }, '"tls.ca"'],
  ];
  it.each(held)('is held when the certificate %s', async (_case, trial, cure) => {
    expect(await lastVerdict(trial)).toEqual({
      status: 'hold',
      reason: expect.stringMatching(/^[^\n]+$/),
      cure: expect.stringContaining(cure),
    });
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'says so when it has no certificate for a receiver that asks for one: %s',
    async (version) => {
      const server = { ...authority.issue(), ca: authority.cert, requestCert: true, rejectUnauthorized: true };
      const verdict = await lastVerdict({ server: { ...server, maxVersion: version }, client: trusting });
      // The alert, or the reset that overtook it.
      expect(verdict).toMatchObject({
        status: expect.stringMatching(/^(hold|retry)$/),
        cure: expect.stringContaining('client certificate'),
      });
    },
  );

  it('says so when the receiver does not know its certificate', async () => {
    const server = { ...authority.issue(), ca: authority.cert, requestCert: true, rejectUnauthorized: true };
    const client = { ...trusting, ...stranger.issue() };
    expect(await lastVerdict({ server, client })).toMatchObject({
      cure: expect.stringContaining('client certificate'),
    });
  });

  it('speaks no TLS older than 1.2', async () => {
    const server: ServerTls = {
      ...authority.issue(),
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'ALL:@SECLEVEL=0',
    };
    expect(await lastVerdict({ server, client: trusting })).toMatchObject({ status: 'hold' });
  });

  it('tells nobody the passphrase of its key', () => {
    const client = { ...trusting, ...authority.issue(), passphrase: 'open-sesame' };
    const exporter = syslog({ host: 'siem.example.com', tls: client });
    expect(JSON.stringify(exporter)).not.toContain('open-sesame');
    expect(exporter.endpoint).toBe('tls://siem.example.com:6514');
  });
});
