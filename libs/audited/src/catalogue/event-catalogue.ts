import type { AuditDraft } from '../event/audit-draft.js';
import type { AuditDurability } from '../event/durability.js';
import type { AuditOutcome, AuditRisk, AuditSeverity } from '../event/audit-event.js';

/** A draft whose type is already known: what a typed helper fills in. */
export type DraftFacts = Omit<AuditDraft, 'type'>;

/**
 * What an event type means and what its events get when the caller says nothing.
 * A draft's own value always wins, except `atLeastRecorded`, which can only be strengthened.
 */
export interface EventTypeDefinition {
  /** The action sentence of events that bring none: `Deployment completed`. The type name when absent. */
  readonly title?: string;
  /** The group it belongs to, in one word: `authentication`. For readers and for formatters. */
  readonly category?: string;
  /**
   * Severity, or a rule by outcome. A rule must be pure: it is asked once per outcome when the
   * application starts, never while recording. Absent: {@link defaultSeverity}.
   */
  readonly severity?: AuditSeverity | ((outcome: AuditOutcome) => AuditSeverity);
  /** Risk, or a pure rule by outcome. Absent: {@link defaultRisk}. */
  readonly risk?: AuditRisk | ((outcome: AuditOutcome) => AuditRisk);
  /**
   * JSON Pointers (RFC 6901) into the event that hold personal data and must stay erasable:
   * `/details/phone`. The actor's own e-mail, name, address and user agent need no mention.
   */
  readonly personal?: readonly string[];
  /** Which retention rule keeps its records: `financial`. Absent: the default rule. */
  readonly retentionClass?: string;
  /** Sensitivity of the data concerned, in the application's own words: `internal`. */
  readonly dataClassification?: string;
  /**
   * What an action of this type waits for, unless its route or call says otherwise. For a route the type of its
   * `@Audited()` counts, whatever the type of the outcome. Absent: the module's default.
   */
  readonly durability?: AuditDurability;
  /** True when its events are never written at a weaker durability than `recorded`. @default false */
  readonly atLeastRecorded?: boolean;
  /**
   * Turns the facts a caller has into a draft; `catalogueHelpers` makes a typed method of it.
   * Annotate the parameter: its type is what callers must pass.
   */
  readonly helper?: (facts: never) => DraftFacts;
}

/** Event types by name. */
export type EventTypeDefinitions = Readonly<Record<string, EventTypeDefinition>>;

/** A named, typed set of event types. Made by `defineCatalogue`. */
export interface EventCatalogue<
  Type extends string = string,
  Types extends Readonly<Record<Type, EventTypeDefinition>> = Readonly<Record<Type, EventTypeDefinition>>,
> {
  /** Names the catalogue in error messages and documents: `deployment`. */
  readonly name: string;
  readonly types: Types;
}

/** Names of the event types of a catalogue, of a union of catalogues, or of a list of them. */
export type TypeNameOf<Catalogues> = Catalogues extends readonly (infer Catalogue)[]
  ? TypeNameOf<Catalogue>
  : Catalogues extends { readonly types: infer Types }
    ? Extract<keyof Types, string>
    : never;

/** What an application extends `AuditEventTypes` with: one catalogue, a union or a list of them. */
export type TypesOf<Catalogues> = { readonly [Type in TypeNameOf<Catalogues>]: true };
