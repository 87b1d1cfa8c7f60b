import { ocsfFormatter } from '../../../formats/ocsf/ocsf.formatter.js';
import { GOLDEN_RECORDS } from '../golden-records.js';
import { ocsfFaults, type OcsfMembers } from './ocsf.schema.js';

type Change = (event: Record<string, unknown>) => void;

const VALID = GOLDEN_RECORDS.map(([, record]) => JSON.parse(ocsfFormatter().format(record)) as OcsfMembers);

function faultsAfter(change: Change, index = 0): string {
  const event = structuredClone(VALID[index]) as Record<string, unknown>;
  change(event);
  return ocsfFaults(event).join('; ');
}

function inside(event: Record<string, unknown>, name: string): Record<string, unknown> {
  return event[name] as Record<string, unknown>;
}

describe('The check of OCSF', () => {
  it('takes every golden record', () => {
    expect(VALID.flatMap(ocsfFaults)).toEqual([]);
  });

  it.each<[string, Change, string]>([
    ['an unknown class', (event) => (event['class_uid'] = 3007), 'class_uid: 3007 is no class'],
    ['an unknown attribute', (event) => (event['colour'] = 'red'), 'colour: is no attribute'],
    ['an attribute of another class', (event) => (event['app'] = { name: 'x' }), 'app: is no attribute'],
    ['a missing attribute', (event) => delete event['time'], 'time: is missing'],
    ['a missing object', (event) => delete event['api'], 'api: is missing'],
    ['a missing member', (event) => (event['api'] = {}), 'api.operation: is missing'],
    ['a wrong type', (event) => (event['time'] = '2026'), 'time: "2026" is no timestamp_t'],
    ['null', (event) => (event['duration'] = null), 'duration: null is no long_t'],
    ['a list that is none', (event) => (event['resources'] = {}), 'resources: is no list'],
    ['an empty list', (event) => (event['observables'] = []), 'observables: is empty'],
    ['a bad address', (event) => (event['src_endpoint'] = { ip: 'unknown' }), 'src_endpoint.ip: "unknown" is no ip_t'],
    ['a number out of range', (event) => (inside(event, 'metadata')['sequence'] = 2 ** 31), 'metadata.sequence'],
    ['a number outside of its list', (event) => (event['severity_id'] = 7), 'severity_id: 7 is not in the closed list'],
    ['a caption of another number', (event) => (event['severity'] = 'High'), 'severity: "High" is not Informational'],
    ['99 without a word', (event) => Object.assign(event, { status_id: 99, status: undefined }), 'status: is missing'],
    ['a wrong type_uid', (event) => (event['type_uid'] = 600_301), 'type_uid: 600301 is not 600399'],
    ['an empty object', (event) => (event['src_endpoint'] = {}), 'src_endpoint.: wants one of ip,'],
    ['a name that is empty', (event) => (event['actor'] = { user: { uid: '' } }), 'actor.user.: wants one of'],
    ['a method outside of its list', (event) => (event['http_request'] = { http_method: 'get' }), 'http_method: get'],
    ['a response without a code', (event) => (event['http_response'] = {}), 'http_response.code: is missing'],
    [
      'a profile not stated',
      (event) => (inside(event, 'metadata')['profiles'] = ['trace']),
      'risk_level_id: is no attr',
    ],
    ['a profile not applied', (event) => delete event['trace'], 'metadata.profiles: trace is not applied'],
    [
      'a profile of other classes',
      (event) => (inside(event, 'metadata')['profiles'] = ['cloud']),
      'cloud is no profile',
    ],
    ['another version', (event) => (inside(event, 'metadata')['version'] = '1.7.0'), 'metadata.version: is not 1.8.0'],
    [
      'an observable of nothing',
      (event) => (event['observables'] = [{ name: 'user.name', type_id: 4, type: 'User Name', value: 'x' }]),
      'observables: user.name is not x',
    ],
    [
      'an observable of the wrong type',
      (event) =>
        (event['observables'] = [{ name: 'src_endpoint.ip', type_id: 1, type: 'Hostname', value: '203.0.113.7' }]),
      'observables: src_endpoint.ip is 2, not 1',
    ],
  ])('refuses %s', (_what, change, fault) => {
    expect(faultsAfter(change)).toContain(fault);
  });

  it('refuses Authentication without a service and without an endpoint', () => {
    const change: Change = (event) => {
      delete event['service'];
      delete event['dst_endpoint'];
    };
    expect(VALID[4]).toMatchObject({ class_uid: 3002 });
    expect(faultsAfter(change, 4)).toContain(': wants one of service,dst_endpoint');
  });

  it('refuses Authorize Session with both of what it wants one of', () => {
    const ocsf = { classUid: 3003 } as const;
    const [, record] = GOLDEN_RECORDS[0] ?? [];
    const event = JSON.parse(ocsfFormatter({ eventTypes: { '*': { ocsf } } }).format(record as never)) as OcsfMembers;
    expect(ocsfFaults(event)).toEqual([]);
    expect(ocsfFaults({ ...event, group: { uid: 'g' } })).toContain(': wants just one of privileges,group');
  });
});
