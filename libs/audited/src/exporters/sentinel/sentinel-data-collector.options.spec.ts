import { sentinelDataCollectorSettings, type SentinelDataCollectorOptions } from './sentinel-data-collector.options.js';

const WORKSPACE_ID = '11111111-2222-3333-4444-555555555555';
const OPTIONS: SentinelDataCollectorOptions = {
  workspaceId: WORKSPACE_ID,
  sharedKey: Buffer.alloc(64, 1).toString('base64'),
  logType: 'Audit',
};

type Changes = Readonly<Record<string, unknown>>;

const settings = (changes: Changes = {}) =>
  sentinelDataCollectorSettings({ ...OPTIONS, ...changes } as SentinelDataCollectorOptions);

describe('sentinelDataCollectorSettings', () => {
  it.each([
    [{}, `https://${WORKSPACE_ID}.ods.opinsights.azure.com`],
    [{ cloud: 'usGovernment' }, `https://${WORKSPACE_ID}.ods.opinsights.azure.us`],
    [{ cloud: 'china' }, `https://${WORKSPACE_ID}.ods.opinsights.azure.cn`],
    [{ host: 'collector.example.com:8443' }, 'https://collector.example.com:8443'],
    [{ host: 'http://collector:8080/' }, 'http://collector:8080'],
  ])('makes the address of %j', (changes, origin) => {
    expect(settings(changes).url.href).toBe(`${origin}/api/logs?api-version=2016-04-01`);
  });

  it.each([
    ['the name of a workspace', { workspaceId: 'audit' }, /"workspaceId" is no GUID/],
    ['a key that is no base64', { sharedKey: 'not base64 !' }, /"sharedKey" is no base64/],
    ['a key with the end of its line', { sharedKey: `${OPTIONS.sharedKey}\n` }, /"sharedKey"/],
    ['a short key', { sharedKey: 'AAAA' }, /"sharedKey"/],
    ['no key', { sharedKey: undefined }, /"sharedKey"/],
    ['a type that begins with a digit', { logType: '1Audit' }, /"logType"/],
    ['a type with a dash', { logType: 'Audit-Log' }, /"logType"/],
    ['a type that is too long', { logType: 'a'.repeat(101) }, /"logType"/],
    ['a type that has the ending of tables', { logType: 'Audit_CL' }, /"logType" ends in "_CL"/],
    ['a resource that is none', { resourceId: 'vm-1' }, /"resourceId"/],
    ['a resource with a line end', { resourceId: '/subscriptions/a\r\nb' }, /"resourceId"/],
    ['a host with a path', { host: 'collector.example.com/api/logs' }, /"host" has a path/],
    ['a host and a cloud', { host: 'a', cloud: 'china' }, /"cloud" is given, and "host" too/],
    ['an unknown cloud', { cloud: 'germany' }, /"cloud" is "germany"/],
    ['an unknown option', { table: 'x' }, /"table" is unknown/],
  ])('refuses %s', (_what, changes, message) => {
    expect(() => settings(changes)).toThrow(message);
  });

  it('takes the longest type', () => {
    expect(settings({ logType: 'a'.repeat(100) }).logType).toHaveLength(100);
  });

  it('never repeats the key', () => {
    expect(() => settings({ sharedKey: 'secret-in-the-wrong-form' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret-in') }),
    );
  });
});
