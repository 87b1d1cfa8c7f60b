/** Records in the languages of others: `import { createFormatter } from 'nestjs-audited/formats'`. */
export type { DocumentShape, EventFormatter, FormatSpecification } from './event-formatter.js';
export { createFormatter, FORMAT_NAMES, type FormatName, type FormatOptionsOf } from './event-formatters.js';
export type { EventTypeMapping, EventTypeMappings } from './event-type-mapping.js';
export type { FormatOptions, FormatProduct } from './format.options.js';
export type { FlatFormatOptions } from './json/flat.formatter.js';
export type { JsonFormatOptions } from './json/json.formatter.js';
export type { JsonLinesFormatOptions } from './json/jsonl.formatter.js';
export type { OtlpFormatOptions } from './otlp/otlp.formatter.js';
export { formattedDocument } from './formatted-document.js';
