import { anEvent } from 'nestjs-audited/testing';
import { filtersOf, recordMatcher, type RecordOptions } from './record-options.js';

const since = new Date('2026-11-01T00:00:00Z');
const until = new Date('2026-12-01T00:00:00Z');

describe('which records', () => {
  it('are said with the names of the library', () => {
    expect(filtersOf({})).toEqual({});
    expect(filtersOf({ chain: 'main', since, until, actor: 'u-1', tenant: 't', resource: 'r', session: 's' })).toEqual({
      chain: 'main',
      from: since,
      to: until,
      actorId: 'u-1',
      tenantId: 't',
      resourceId: 'r',
      sessionId: 's',
    });
  });

  it.each<[RecordOptions, string]>([
    [{ after: 1 }, '--after needs --chain'],
    [{ since, until: since }, '--until is not after --since'],
  ])('cannot be %j', (options, message) => {
    expect(() => filtersOf(options)).toThrow(message);
  });

  it.each<[RecordOptions, boolean]>([
    [{}, true],
    [{ chain: 'main', after: 4 }, true],
    [{ chain: 'main', after: 5 }, false],
    [{ chain: 'other' }, false],
    [{ type: 'deploy.completed', outcome: 'success' }, true],
    [{ since, until }, true],
    [{ until: since }, false],
  ])('%j means this one: %s', (options, expected) => {
    const seal = { chain: 'main', position: 5, previousHash: '', hash: '', scheme: '' };
    expect(recordMatcher(options)({ event: anEvent(), seal })).toBe(expected);
  });
});
