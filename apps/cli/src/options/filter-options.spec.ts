import { Command } from 'commander';
import { FILTER_OPTIONS } from './filter-table.js';
import { flagOf, givenFilters, givenNegations, withFilters, type FilterOptions } from './filter-options.js';

function parsed(...words: readonly string[]): FilterOptions {
  const command = withFilters(new Command('any').exitOverride().configureOutput({ writeErr: () => undefined }));
  return command.parse([...words], { from: 'user' }).opts();
}

describe('filters on the command line', () => {
  it('are those of the library, each with a negation', () => {
    for (const [name, { flag, words }] of Object.entries(FILTER_OPTIONS)) {
      const value = flag === 'status' ? '404' : (words?.[0] ?? 'x');
      const expected = { [name]: flag === 'status' ? 404 : value };
      expect(givenFilters(parsed(`--${flag}`, value))).toEqual(expected);
      expect(givenNegations(parsed(`--not-${flag}`, value))).toEqual(expected);
      expect([flagOf(name), flagOf(`not.${name}`)]).toEqual([`--${flag}`, `--not-${flag}`]);
    }
  });

  it.each([
    [['--type', 'a,b', '--type', 'c'], { type: ['a', 'b', 'c'] }],
    [['--actor', String.raw`a\,b\\,c\d`], { actorId: [String.raw`a,b` + '\\', String.raw`c\d`] }],
    [['--status', '403,4XX'], { status: [403, '4xx'] }],
    [['-c', 'main'], { chain: 'main' }],
  ])('%j are lists', (words, expected) => {
    expect(givenFilters(parsed(...words))).toEqual(expected);
  });

  it.each([
    [['--outcome', 'good'], 'Allowed choices are success'],
    [['--not-severity', 'info,loud'], 'Allowed choices are debug'],
    [['--actor', ''], 'not empty'],
    [['--actor', 'a,,b'], 'not empty'],
    [['--status', '4'], 'such as 4xx'],
    [['--status', '600'], 'such as 4xx'],
  ])('%j is refused', (words, message) => {
    expect(() => parsed(...words)).toThrow(message);
  });

  it('know nothing of parameters that are none', () => {
    expect(['limit', 'not.from', '__proto__', 'a b'].map(flagOf)).toEqual([undefined, undefined, undefined, undefined]);
  });
});
