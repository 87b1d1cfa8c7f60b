import { OptionsInvalidError } from '../../event/audit.error.js';
import { parsePathPattern } from './path-pattern.js';
import { PathScope } from './path-scope.js';

describe('a pattern', () => {
  it('of one name holds at any depth', () => {
    expect(parsePathPattern('Api-Key', 'redaction.paths[0]')).toEqual({ kind: 'name', name: 'apikey' });
  });

  it('of several names holds at one place', () => {
    expect(parsePathPattern('details.Card_X.number', 'redaction.paths[0]')).toEqual({
      kind: 'path',
      names: ['details', 'cardx', 'number'],
    });
  });

  it.each([
    ['', 'is not a text'],
    [' ', 'is not a text'],
    [7, 'is not a text'],
    [null, 'is not a text'],
    ['a..b', 'has an empty name'],
    ['.a', 'has an empty name'],
    ['details.', 'has an empty name'],
    ['*', 'would match everything'],
    ['**', 'would match everything'],
    ['*.**', 'would match everything'],
    ['details.items[0].pin', 'has brackets'],
    ['details.pass*', 'has a wildcard inside a name'],
    ['details.--', 'has a name without letters or digits'],
    ['card.number', 'would never match'],
    [`details.${'a.'.repeat(40)}b`, 'has more than 32 names'],
  ])('%j is refused because it %s', (pattern, problem) => {
    const parse = (): unknown => parsePathPattern(pattern, 'redaction.paths[3]');
    expect(parse).toThrow(OptionsInvalidError);
    expect(parse).toThrow(problem);
    expect(parse).toThrow('"redaction.paths[3]"');
  });

  it('that could never match says how to write it', () => {
    expect(() => parsePathPattern('card.number', 'redaction.keep[0]')).toThrow('Write "**.card.number" for any depth');
  });
});

describe('a scope', () => {
  const scopeOf = (pattern: string): PathScope => {
    const parsed = parsePathPattern(pattern, 'redaction.paths[0]');
    return PathScope.ofEvent(parsed.kind === 'path' ? [parsed.names] : [], []);
  };
  const matches = (pattern: string, path: string): boolean =>
    path.split('.').reduce((scope, name) => scope.below(name), scopeOf(pattern)).secret;

  it.each([
    ['details.card.number', 'details.card.number', true],
    ['details.card.number', 'details.card', false],
    ['details.card.number', 'details.card.number.x', false],
    ['details.card.number', 'changes.card.number', false],
    ['*.card.*', 'details.card.number', true],
    ['*.card.*', 'details.x.card.number', false],
    ['**.iban', 'iban', true],
    ['**.iban', 'details.iban', true],
    ['**.iban', 'details.a.b.c.iban', true],
    ['**.iban', 'details.iban.x', false],
    ['**.bank.**.iban', 'details.bank.iban', true],
    ['**.bank.**.iban', 'details.bank.a.bank.b.iban', true],
    ['**.bank.**.iban', 'details.iban', false],
    ['details.**', 'details', false],
    ['details.**', 'details.a', true],
    ['details.**', 'details.a.b', true],
    ['details.*.pin', 'details.0.pin', true],
    ['details.*.pin', 'details.pin', false],
  ])('%s at %s: %s', (pattern, path, expected) => {
    expect(matches(pattern, path)).toBe(expected);
  });

  it('costs nothing where nothing can match any more', () => {
    expect(scopeOf('details.card.number').below('changes')).toBe(PathScope.NONE);
    expect(PathScope.ofEvent([], [])).toBe(PathScope.NONE);
  });

  it('stays small under many double wildcards', () => {
    let scope = scopeOf(`${'**.'.repeat(30)}iban`);
    for (let depth = 0; depth < 200; depth += 1) scope = scope.below('a');
    expect(scope.below('iban').secret).toBe(true);
  });
});
