import type { AuditReader } from 'nestjs-audited';
import { currentSealKey } from './seal-choice.js';

/** A log whose newest record has this mac. */
function aLog(mac?: string): Pick<AuditReader, 'find'> {
  const seal = {
    chain: 'main',
    position: 1,
    hash: '',
    previousHash: '',
    scheme: '',
    ...(mac === undefined ? {} : { mac }),
  };
  return {
    find: () => Promise.resolve({ records: [{ seal }] } as unknown as Awaited<ReturnType<AuditReader['find']>>),
  };
}

describe('the key that the next record is sealed with', () => {
  it('is that of the newest record, whatever else was given', async () => {
    expect(await currentSealKey(aLog('k2:abc'), ['k1', 'k2'])).toBe('k2');
    expect(await currentSealKey(aLog(), ['k1'])).toBeUndefined();
  });

  it('is asked for when it was not given', async () => {
    await expect(currentSealKey(aLog('k2:abc'), ['k1'])).rejects.toThrow('--seal-key k2=<file>');
  });

  it('is none for an empty log, and for one whose end cannot be read', async () => {
    const empty = { find: () => Promise.resolve({ records: [] }) };
    expect(await currentSealKey(empty, [])).toBeUndefined();
    const damaged = { find: () => Promise.reject(Object.assign(new Error('x'), { code: 'AUDIT_RECORD_DAMAGED' })) };
    expect(await currentSealKey(damaged, [])).toBeUndefined();
    const down = { find: () => Promise.reject(new Error('down')) };
    await expect(currentSealKey(down, [])).rejects.toThrow('down');
  });
});
