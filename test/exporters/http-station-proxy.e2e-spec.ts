import type { AuditExporter } from 'nestjs-audited/exporters';
import { CertificateAuthority } from '../support/certificates.js';
import { collector, delivered } from '../support/collector.js';
import { ConnectProxy } from '../support/connect-proxy.js';
import { HttpReceiver } from '../support/receivers/http-receiver.js';

const authority = new CertificateAuthority();
const PASSWORD = 'pr0xy:p@ss word';
const USER = 'proxy-user';
const LOGIN = `${encodeURIComponent(USER)}:${encodeURIComponent(PASSWORD)}`;

let proxy: ConnectProxy;
let plain: HttpReceiver;
let secure: HttpReceiver;
const exporters: AuditExporter[] = [];

beforeEach(async () => {
  proxy = await ConnectProxy.start(`${USER}:${PASSWORD}`);
  plain = await HttpReceiver.start(() => ({ status: 200 }));
  secure = await HttpReceiver.start(() => ({ status: 200 }), authority.issue());
});

afterEach(async () => {
  for (const exporter of exporters.splice(0)) await exporter.close?.();
  await Promise.all([proxy.stop(), plain.stop(), secure.stop()]);
});

function through(login: string, { url }: HttpReceiver, timeoutMs = 5000): AuditExporter {
  const connection = { proxy: `http://${login}127.0.0.1:${proxy.port}`, tls: { ca: authority.cert }, timeoutMs };
  const exporter = collector(url, connection);
  exporters.push(exporter);
  return exporter;
}

/** Neither as it is nor in any form in which a proxy may repeat it. */
function expectNoPassword(shown: unknown): void {
  const words = JSON.stringify(shown);
  const pair = `${USER}:${PASSWORD}`;
  for (const form of [PASSWORD, encodeURIComponent(PASSWORD), USER, Buffer.from(pair).toString('base64')]) {
    expect(words).not.toContain(form);
  }
}

describe('a proxy before the HTTP station', () => {
  it('leads to a receiver with TLS, and sees nothing but its name', async () => {
    const exporter = through(`${LOGIN}@`, secure);
    expect(await delivered(exporter)).toEqual({ status: 'delivered' });
    expect(proxy.targets).toEqual([`127.0.0.1:${secure.port}`]);
    expect(proxy.credentials).toEqual([`${USER}:${PASSWORD}`]);
    expect(secure.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
    expectNoPassword(exporter);
  });

  it('leads to a receiver without TLS', async () => {
    expect(await delivered(through(`${LOGIN}@`, plain))).toEqual({ status: 'delivered' });
    expect(proxy.targets).toEqual([`127.0.0.1:${plain.port}`]);
  });

  it('is the only way: the receiver is not asked around it', async () => {
    proxy.refusal = 502;
    expect(await delivered(through(`${LOGIN}@`, secure))).toMatchObject({
      status: 'retry',
      reason: 'the proxy answered 502',
    });
    expect(secure.requests).toHaveLength(0);
  });

  it.each([
    ['nobody', ''],
    ['somebody else', 'proxy-user:wrong-password@'],
  ])('holds when it lets %s not through, without the password', async (_who, login) => {
    const verdict = await delivered(through(login, secure));
    expect(verdict).toEqual({
      status: 'hold',
      reason: 'the proxy answered 407',
      cure: 'Check user and password of the proxy.',
    });
    expect(JSON.stringify(verdict)).not.toContain('wrong-password');
  });

  it('holds when it does not lead there, without the password', async () => {
    proxy.refusal = 403;
    const verdict = await delivered(through(`${LOGIN}@`, secure));
    expect(verdict).toMatchObject({ status: 'hold', reason: 'the proxy answered 403' });
    expectNoPassword(verdict);
  });

  it('is tried again when nothing listens there, without the password', async () => {
    const exporter = through(`${LOGIN}@`, secure);
    const { port } = proxy;
    await proxy.stop();
    const verdict = await delivered(exporter);
    expect(verdict).toMatchObject({
      status: 'retry',
      reason: expect.stringContaining(`ECONNREFUSED 127.0.0.1:${port}`),
    });
    expectNoPassword(verdict);
    proxy = await ConnectProxy.start();
  });

  it('is not waited for when it never answers', async () => {
    proxy.isSilent = true;
    const exporter = through(`${LOGIN}@`, secure, 100);
    expect(await delivered(exporter)).toEqual({ status: 'retry', reason: 'no answer in time' });
    proxy.isSilent = false;
    expect(await delivered(through(`${LOGIN}@`, secure), undefined, 2)).toEqual({ status: 'delivered' });
  });

  it('does not vouch for the receiver: its certificate is checked all the same', async () => {
    const connection = { proxy: `http://${LOGIN}@127.0.0.1:${proxy.port}`, timeoutMs: 5000 };
    const exporter = collector(secure.url, connection);
    exporters.push(exporter);
    expect(await delivered(exporter)).toMatchObject({ status: 'hold', cure: expect.stringContaining('tls.ca') });
    expect(secure.requests).toHaveLength(0);
  });
});
