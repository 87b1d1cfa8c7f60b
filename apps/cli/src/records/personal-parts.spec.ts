import type { InputLine } from './input-lines.js';
import { PersonalParts } from './personal-parts.js';

const line = (chain: string, position: number): string =>
  JSON.stringify({ chain, personal: `{"/actor/name":"${chain} ${position}"}`, position, salt: '00' });

function partsOf(...texts: readonly string[]) {
  const told: string[] = [];
  async function* lines(): AsyncGenerator<InputLine, void, undefined> {
    for (const [index, text] of texts.entries()) {
      yield { number: index + 1, text };
    }
  }
  const parts = new PersonalParts(lines(), (number, problem) => told.push(`${number} ${problem}`));
  const of = async (chain: string, position: number): Promise<string | undefined> =>
    (await parts.of({ chain, position, previousHash: '', hash: '', scheme: '' }))?.personal;
  return { parts, of, told };
}

describe('the personal parts beside records', () => {
  it('are found in one pass, and some records have none', async () => {
    const { parts, of, told } = partsOf(line('a', 1), line('a', 3), line('b', 1));
    expect(await of('a', 1)).toContain('a 1');
    expect(await of('a', 2)).toBeUndefined();
    expect(await of('a', 3)).toContain('a 3');
    expect(await of('a', 4)).toBeUndefined();
    expect(await of('b', 1)).toContain('b 1');
    await parts.end();
    expect(told).toEqual([]);
  });

  it('names one whose record is missing, and goes on', async () => {
    const { parts, of, told } = partsOf(line('a', 1), line('a', 2), line('a', 9), line('b', 2), line('b', 3));
    expect(await of('a', 2)).toContain('a 2');
    expect(await of('b', 2)).toContain('b 2');
    await parts.end();
    expect(told).toEqual(['1 it belongs to no record', '3 it belongs to no record', '5 it belongs to no record']);
  });

  it('names a line that is none', async () => {
    const { of, told } = partsOf('{}', line('a', 1));
    expect(await of('a', 1)).toContain('a 1');
    expect(told).toEqual(['1 it is no personal part']);
  });
});
