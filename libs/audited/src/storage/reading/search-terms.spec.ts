import { searchTerms } from './search-terms.js';

describe('searchTerms', () => {
  it('are the words, folded, each once; what stands in quotes is one', () => {
    expect(searchTerms('Deploy "Two Words"  deploy x')).toEqual(['deploy', 'two words', 'x']);
  });

  it.each([
    ['"jane@acme.example fired', 'has a quote without its end'],
    ['jane@acme.example ""', 'has quotes with nothing in them'],
    ['jane@acme.example '.repeat(60), 'characters'],
    [Array.from({ length: 21 }, (_, index) => `jane@acme.example${index}`).join(' '), 'has 21 words'],
  ])('refuses %j, and does not repeat whom somebody searched for', (text, problem) => {
    const refused = (): unknown => searchTerms(text);
    expect(refused).toThrow(problem);
    expect(refused).not.toThrow(/jane/);
  });
});
