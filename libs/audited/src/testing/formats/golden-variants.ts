import type { FormatName, FormatOptionsOf } from '../../formats/event-formatters.js';

/** A golden file of its own for a format with options; the defaults of every format have one anyway. */
export type GoldenVariant = {
  readonly [Name in FormatName]: {
    /** Of the golden file. */
    readonly name: string;
    readonly format: Name;
    readonly options: FormatOptionsOf<Name>;
  };
}[FormatName];

export const GOLDEN_VARIANTS: readonly GoldenVariant[] = [];
