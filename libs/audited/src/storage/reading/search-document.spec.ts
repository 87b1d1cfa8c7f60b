import { anEvent } from '../../testing/audit-event.fixture.js';
import { foldedText } from './folded-text.js';
import { searchDocument } from './search-document.js';

describe('searchDocument', () => {
  it('holds action, reason, details, error and the names of resources, a line each', () => {
    const event = anEvent({
      action: 'Deploy\n started',
      reason: 'Rollback',
      ticket: 'OPS-1',
      details: { Cause: 'Disk', deep: [{ n: 5, ok: true, none: null }] },
      error: { type: 'TimeoutError', code: 'ETIMEDOUT', message: 'Gone' },
      resource: { type: 'service', id: 'svc-1', name: 'Billing' },
      targets: [
        { type: 'service', id: 'svc-2' },
        { type: 'service', name: 'Ledger' },
      ],
    });
    expect(searchDocument(event).split('\n')).toStrictEqual([
      'deploy started',
      'rollback',
      'cause',
      'disk',
      'deep',
      'n',
      '5',
      'ok',
      'true',
      'none',
      'timeouterror',
      'etimedout',
      'gone',
      'billing',
      'ledger',
    ]);
  });

  it('is the action alone where there is nothing else', () => {
    expect(searchDocument(anEvent({ action: 'Deploy' }))).toBe('deploy');
  });
});

describe('foldedText', () => {
  it.each([
    ['ÄRGER', 'ärger'],
    ['Ärger', 'ärger'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['οδος', 'οδοσ'],
    ['a\u00a0\t\r\nb', 'a b'],
    ['a\0b', 'a\uFFFDb'],
    ['a\ud800b', 'a\uFFFDb'],
    ['', ''],
  ])('makes %j %j', (text, folded) => {
    expect(foldedText(text)).toBe(folded);
  });
});
