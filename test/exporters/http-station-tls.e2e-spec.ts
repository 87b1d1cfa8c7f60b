import { rmSync, mkdtempSync, writeFileSync } from 'node:fs';
import type { ServerOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditExporter, HttpConnectionOptions } from 'nestjs-audited/exporters';
import { CertificateAuthority, type Certificate } from '../support/certificates.js';
import { collector, delivered, TOKEN } from '../support/collector.js';
import { HttpReceiver } from '../support/receivers/http-receiver.js';

const authority = new CertificateAuthority();
const ca = authority.cert;
const certificate = authority.issue();
const started: HttpReceiver[] = [];
const exporters: AuditExporter[] = [];

afterEach(async () => {
  for (const exporter of exporters.splice(0)) await exporter.close?.();
  await Promise.all(started.splice(0).map((receiver) => receiver.stop()));
});

async function receiver(tls?: ServerOptions): Promise<HttpReceiver> {
  const one = await HttpReceiver.start(() => ({ status: 200 }), tls);
  started.push(one);
  return one;
}

function exporterFor(url: string, connection: HttpConnectionOptions = {}): AuditExporter {
  const exporter = collector(url, { timeoutMs: 5000, ...connection });
  exporters.push(exporter);
  return exporter;
}

describe('TLS of the HTTP station', () => {
  it('delivers to a receiver of an authority that it is told to trust', async () => {
    const { url, requests } = await receiver(certificate);
    expect(await delivered(exporterFor(url, { tls: { ca } }))).toEqual({ status: 'delivered' });
    expect(requests).toHaveLength(1);
  });

  it.each([
    ['an authority that nobody knows', certificate, {}, /authority/i],
    ['another authority', certificate, { ca: new CertificateAuthority('other').cert }, /authority/i],
    ['an expired certificate', authority.issue({ notAfter: new Date(Date.now() - 1000) }), { ca }, /expired/],
    ['a certificate for another name', authority.issue({ names: ['other.example'], ips: [] }), { ca }, /another name/],
    ['a server name that is not in it', certificate, { ca, serverName: 'other.example' }, /another name/],
  ])('holds for %s, and sends no token', async (_what, served: Certificate, tls: object, cure) => {
    const { url, requests } = await receiver(served);
    const verdict = await delivered(exporterFor(url, { tls }));
    expect(verdict).toMatchObject({ status: 'hold', cure: expect.stringMatching(cure) });
    expect(requests).toHaveLength(0);
  });

  it('takes the name that it is told to expect', async () => {
    const served = authority.issue({ names: ['siem.internal'], ips: [] });
    const { url } = await receiver(served);
    expect(await delivered(exporterFor(url, { tls: { ca, serverName: 'siem.internal' } }))).toEqual({
      status: 'delivered',
    });
  });

  it('delivers to whoever answers only when it is told so', async () => {
    const { url } = await receiver(certificate);
    expect(await delivered(exporterFor(url, { tls: { rejectUnauthorized: false } }))).toEqual({ status: 'delivered' });
  });

  it('holds for a receiver that speaks nothing newer than TLS 1.1', async () => {
    const { url } = await receiver({
      ...certificate,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    expect(await delivered(exporterFor(url, { tls: { ca } }))).toMatchObject({ status: 'hold' });
  });

  describe('with a certificate of the client', () => {
    const wanted = { ...certificate, ca, requestCert: true, rejectUnauthorized: true };
    let folder: string;

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'audited-mtls-'));
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    it('delivers, the certificate and its key read from files', async () => {
      const client = authority.issue({ commonName: 'audited', names: [], ips: [] });
      const files = { ca, cert: client.cert, key: client.key };
      const [caFile, cert, key] = Object.entries(files).map(([name, pem]) => {
        const file = join(folder, `${name}.pem`);
        writeFileSync(file, pem, { mode: 0o600 });
        return { file };
      });
      const { url } = await receiver(wanted);
      const tls = { ca: caFile!, cert: cert!, key: key! };
      expect(await delivered(exporterFor(url, { tls }))).toEqual({ status: 'delivered' });
    });

    it.each([
      ['none', {}],
      ['one of another authority', new CertificateAuthority('other').issue()],
    ])('does not deliver with %s, and says what may be missing', async (_what, client: Partial<Certificate>) => {
      const { url, requests } = await receiver(wanted);
      const verdict = await delivered(exporterFor(url, { tls: { ca, ...client } }));
      expect(['retry', 'hold']).toContain(verdict.status);
      expect(verdict).toMatchObject({ cure: expect.stringContaining('client certificate') });
      expect(requests).toHaveLength(0);
    });
  });

  it('holds for TLS on a port that speaks plain HTTP', async () => {
    const { url } = await receiver();
    expect(await delivered(exporterFor(url.replace('http:', 'https:')))).toMatchObject({
      status: 'hold',
      cure: expect.stringMatching(/port/),
    });
  });

  it('does not deliver by plain HTTP to a port that speaks TLS, and names the two', async () => {
    const { url, requests } = await receiver(certificate);
    const verdict = await delivered(exporterFor(url.replace('https:', 'http:')));
    expect(['retry', 'hold']).toContain(verdict.status);
    expect(verdict).toMatchObject({ cure: expect.stringContaining('http against https') });
    expect(JSON.stringify(verdict)).not.toContain(TOKEN);
    expect(requests).toHaveLength(0);
  });
});
