import type { HttpAnswer, HttpRequest } from '../http/http-connection.js';
import { sentinelLogsIngestionSettings, type SentinelLogsIngestionOptions } from './sentinel-logs-ingestion.options.js';

const OPTIONS = {
  endpoint: 'https://audit-a1b2.westeurope-1.ingest.monitor.azure.com',
  dcrImmutableId: `dcr-${'0'.repeat(32)}`,
  streamName: 'Custom-AuditedAsim',
  tenantId: 'contoso.onmicrosoft.com',
  clientId: '99999999-8888-4777-8666-555555555555',
  clientSecret: 'pa+ss/w&rd=~8Q',
};
const CREDENTIAL = { getToken: () => Promise.resolve(null) };

type Changes = Readonly<Record<string, unknown>>;

const settings = (changes: Changes = {}) =>
  sentinelLogsIngestionSettings({ ...OPTIONS, ...changes } as SentinelLogsIngestionOptions);
const refused = (changes: Changes): string => {
  try {
    settings(changes);
    return 'it is taken';
  } catch (error) {
    return (error as Error).message;
  }
};

/** What the token endpoint is asked. */
async function tokenRequest(changes: Changes = {}): Promise<HttpRequest> {
  const requests: HttpRequest[] = [];
  const answer: HttpAnswer = {
    status: 200,
    headers: {},
    text: '{"access_token":"a.b","expires_in":"3599"}',
    isCut: false,
  };
  const given = await settings(changes).tokens((request) => {
    requests.push(request);
    return Promise.resolve(answer);
  }, new AbortController().signal);
  expect(given).toMatchObject({ token: 'a.b' });
  return requests[0] as HttpRequest;
}

describe('sentinelLogsIngestionSettings', () => {
  it('makes the address of the stream', () => {
    expect(settings().url.href).toBe(
      `${OPTIONS.endpoint}/dataCollectionRules/${OPTIONS.dcrImmutableId}/streams/Custom-AuditedAsim?api-version=2023-01-01`,
    );
    expect(settings({ endpoint: 'https://gateway.example.com/azure/' }).url.pathname).toBe(
      `/azure/dataCollectionRules/${OPTIONS.dcrImmutableId}/streams/Custom-AuditedAsim`,
    );
  });

  it('asks for tokens with a form in which every character of the secret arrives', async () => {
    const { url, headers, body } = await tokenRequest();
    expect(url.href).toBe('https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token');
    expect(headers).toMatchObject({ 'content-type': 'application/x-www-form-urlencoded' });
    expect(body).toContain('client_secret=pa%2Bss%2Fw%26rd%3D%7E8Q&');
    expect(Object.fromEntries(new URLSearchParams(String(body)))).toEqual({
      client_id: OPTIONS.clientId,
      client_secret: OPTIONS.clientSecret,
      grant_type: 'client_credentials',
      scope: 'https://monitor.azure.com/.default',
    });
  });

  it('reads a life that stands there as a text', async () => {
    const clock = { now: () => 1000 };
    const answer: HttpAnswer = {
      status: 200,
      headers: {},
      text: '{"access_token":"a.b","expires_in":"3599"}',
      isCut: false,
    };
    const given = await settings({ clock }).tokens(() => Promise.resolve(answer), new AbortController().signal);
    expect(given).toEqual({ token: 'a.b', expiresOnTimestamp: 3_600_000 });
  });

  it.each([
    ['usGovernment', 'us', 'https://login.microsoftonline.us', 'https://monitor.azure.us/.default'],
    ['china', 'cn', 'https://login.partner.microsoftonline.cn', 'https://monitor.azure.cn/.default'],
  ])('knows authority and scope of the cloud %s', async (cloud, end, authority, scope) => {
    const endpoint = `https://audit-a1b2.region-1.ingest.monitor.azure.${end}`;
    const { url, body } = await tokenRequest({ cloud, endpoint });
    expect(url.origin).toBe(authority);
    expect(new URLSearchParams(String(body)).get('scope')).toBe(scope);
  });

  it('takes another authority and another scope', async () => {
    const { url, body } = await tokenRequest({
      cloud: 'china',
      endpoint: 'https://audit-a1b2.region-1.ingest.monitor.azure.cn',
      authority: 'https://login.chinacloudapi.cn/',
      scope: 'https://monitor.example/.default',
    });
    expect(url.href).toBe('https://login.chinacloudapi.cn/contoso.onmicrosoft.com/oauth2/v2.0/token');
    expect(new URLSearchParams(String(body)).get('scope')).toBe('https://monitor.example/.default');
  });

  it.each([
    [
      'an endpoint of another cloud',
      { endpoint: 'https://a.b.ingest.monitor.azure.us' },
      /"cloud" .* Use "usGovernment"/,
    ],
    [
      'an endpoint in clear text',
      { endpoint: 'http://a.b.ingest.monitor.azure.com' },
      /"endpoint" is no https address/,
    ],
    ['an authority in clear text', { authority: 'http://login.example.com' }, /"authority" is no https address/],
    [
      'the whole address of a stream',
      { endpoint: settings().url.origin + settings().url.pathname },
      /"endpoint" has the path/,
    ],
    ['the resource id of a rule', { dcrImmutableId: '/subscriptions/s/dcr-1' }, /"dcrImmutableId" is not "dcr-"/],
    ['a rule that is absent', { dcrImmutableId: undefined }, /"dcrImmutableId"/],
    ['the name of a table', { streamName: 'AuditedAsim_CL' }, /"streamName" begins neither/],
    ['a stream with a slash', { streamName: 'Custom-a/b' }, /"streamName"/],
    ['an unknown cloud', { cloud: 'germany' }, /"cloud" is "germany"/],
    ['a scope of a user', { scope: 'https://monitor.azure.com/user' }, /"scope" does not end/],
    ['a tenant with a slash', { tenantId: 'a/b' }, /"tenantId"/],
    ['no tenant', { tenantId: undefined }, /"tenantId"/],
    ['a client that is no GUID', { clientId: 'billing' }, /"clientId" is no GUID/],
    ['no secret', { clientSecret: '' }, /"clientSecret"/],
    [
      'a secret with the end of its line',
      { clientSecret: 'pa+ss/w&rd=~8Q\n' },
      /"clientSecret" begins or ends with white space/,
    ],
    ['an unknown option', { dcr: 1 }, /"dcr" is unknown/],
    ['gzip that is no flag', { gzip: 'yes' }, /"gzip"/],
    ['a time limit of nothing', { timeoutMs: 0 }, /"timeoutMs"/],
    ['a credential without its method', { credential: {}, ...without() }, /"credential" has no method/],
    ['a credential and a secret', { credential: CREDENTIAL }, /"tenantId" is given, and "credential" too/],
    [
      'a credential and an authority',
      { credential: CREDENTIAL, ...without(), authority: 'https://a' },
      /"authority" is given/,
    ],
  ])('refuses %s', (_what, changes, message) => {
    expect(refused(changes)).toMatch(message);
  });

  it('never repeats a secret', () => {
    const clientSecret = ` ${OPTIONS.clientSecret}`;
    expect(refused({ clientSecret })).not.toContain('pa+ss');
    expect(refused({ clientSecret: 5 })).toMatch(/"clientSecret"/);
    expect(refused({ tenantId: 'pa+ss/word', clientId: 'pa+ss' })).not.toContain('pa+ss');
  });

  it('takes a server of the same machine in clear text, for tests', () => {
    expect(refused({ endpoint: 'http://127.0.0.1:4000', authority: 'http://localhost:4001' })).toBe('it is taken');
  });

  it('takes a credential alone', () => {
    expect(refused({ credential: CREDENTIAL, ...without() })).toBe('it is taken');
  });
});

function without(): Changes {
  return { tenantId: undefined, clientId: undefined, clientSecret: undefined };
}
