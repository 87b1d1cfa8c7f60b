import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatterOf } from './format-options.js';

describe('the format that is named', () => {
  it('is made, with options as JSON', () => {
    expect(formatterOf('record').name).toBe('record');
    expect(formatterOf('cef', ['product={"vendor":"Acme"}']).name).toBe('cef');
  });

  it.each([
    [undefined, [], '--to is missing'],
    ['xml', [], '--to: there is no format "xml". Use one of: '],
    ['toString', [], '--to: there is no format "toString"'],
    ['flat', ['colour=red'], '--option "colour" is unknown. Known are: product'],
    ['flat', ['__proto__=1'], '--option "__proto__" is unknown'],
    ['flat', ['product'], '--option: "product" has no value'],
    ['flat', ['=1'], '--option: "=1" has no value'],
    ['flat', ['product=Acme'], '--option "product" must be an object, not "Acme"'],
    ['flat', ['product=null'], '--option "product" must be an object, not null'],
    ['flat', ['product={}', 'product={}'], '--option: "product" is given twice'],
    ['flat', ['product=@none.json'], '--option: "none.json" does not exist'],
  ])('%s with %j is refused', (format, options, message) => {
    expect(() => formatterOf(format, options)).toThrow(message);
  });

  it('takes an option from a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'audited-options-'));
    const file = join(folder, 'mapping.json');
    try {
      writeFileSync(file, '{"invoice.*":{"labels":{"team":"billing"}}}');
      expect(formatterOf('flat', [`eventTypes=@${file}`]).name).toBe('flat');
      writeFileSync(file, '{');
      expect(() => formatterOf('flat', [`eventTypes=@${file}`])).toThrow('holds no JSON');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
