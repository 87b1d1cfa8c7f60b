import { createFormatter, FORMAT_NAMES } from 'nestjs-audited/formats';
import type { Terminal } from './terminal.js';

/** Every format with what a receiver wants to know of it. */
export function sayFormats(terminal: Terminal): void {
  const formats = FORMAT_NAMES.map((name) => {
    const { contentType, fileExtension, specification } = createFormatter(name);
    return { name, contentType, fileExtension, specification };
  });
  terminal.json(formats);
  const width = (texts: readonly string[]): number => Math.max(...texts.map(({ length }) => length));
  const names = width(formats.map(({ name }) => name));
  const types = width(formats.map(({ contentType }) => contentType));
  const extensions = width(formats.map(({ fileExtension }) => fileExtension));
  for (const { name, contentType, fileExtension, specification } of formats) {
    const columns = [name.padEnd(names), contentType.padEnd(types), `.${fileExtension}`.padEnd(extensions + 1)];
    terminal.say(`${columns.join('  ')}  ${specification.title}, ${specification.url}`);
  }
}
