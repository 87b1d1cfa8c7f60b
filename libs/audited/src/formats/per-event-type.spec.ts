import { perEventType } from './per-event-type.js';

describe('perEventType', () => {
  it('makes something of a type once', () => {
    const made: string[] = [];
    const lengthOf = perEventType((type) => made.push(type));
    expect([lengthOf('a'), lengthOf('b'), lengthOf('a'), lengthOf('__proto__')]).toEqual([1, 2, 1, 3]);
  });

  it('answers for more types than it remembers', () => {
    const upper = perEventType((type) => type.toUpperCase());
    const types = Array.from({ length: 10_001 }, (_nothing, index) => `t${index}`);
    expect(types.map((type) => upper(type))).toEqual(types.map((type) => type.toUpperCase()));
    expect(upper('t10000')).toBe('T10000');
  });
});
