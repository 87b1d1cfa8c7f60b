import { DURABILITIES } from '../event/durability.js';
import { effectiveDurability } from './durability.js';

describe('effectiveDurability', () => {
  it('is what was asked for when nothing about the event forbids it', () => {
    for (const asked of DURABILITIES) {
      expect(effectiveDurability(asked, 'low', false)).toBe(asked);
      expect(effectiveDurability(asked, 'medium', false)).toBe(asked);
    }
  });

  it('is never weaker than recorded for what is risky', () => {
    expect(effectiveDurability('best-effort', 'high', false)).toBe('recorded');
    expect(effectiveDurability('best-effort', 'critical', false)).toBe('recorded');
  });

  it('is never weaker than recorded for what a catalogue always persists', () => {
    expect(effectiveDurability('best-effort', 'low', true)).toBe('recorded');
  });
});
