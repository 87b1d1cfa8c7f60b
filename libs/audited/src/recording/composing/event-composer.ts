import type { AuditDraft } from '../../event/audit-draft.js';
import type { AuditEvent, AuditOrigin } from '../../event/audit-event.js';
import type { SealableEvent } from '../../event/audit-record.js';
import { canonicalEvent } from '../../event/canonical-event.js';
import { canonicalJson } from '../../event/canonical-json.js';
import type { Clock } from '../../event/clock.js';
import type { AuditDurability } from '../../event/durability.js';
import type { EventIds } from '../../event/event-id.js';
import type { JsonObject, JsonValue } from '../../event/json-value.js';
import type { EventTypeDefinition } from '../../catalogue/event-catalogue.js';
import type { EventClassifier } from '../../catalogue/event-classifier.js';
import { personalCommitment, type PersonalSalts } from '../../integrity/personal-commitment.js';
import type { Redactor, RedactionFindings } from '../../redaction/redactor.js';
import { composeActor } from './actor.composer.js';
import { assignDefined } from './assign-defined.js';
import { ChangeComposer } from './change.composer.js';
import { composeError } from './error-facts.js';
import { IsoTimes, wholeMilliseconds } from './event-times.js';
import { outcomeWord, riskWord, severityWord, spanIdText, stageWord, traceIdText } from './event-words.js';
import { OriginComposer } from './origin.composer.js';
import { personalPointers, splitEvent } from './personal-split.js';
import { readableDraft } from './readable-draft.js';
import { composeResource, composeTargets } from './resource.composer.js';
import { composeTransport } from './transport.composer.js';

/** An event ready to be sealed, and what its durability depends on. */
export interface ComposedEvent extends SealableEvent {
  readonly atLeastRecorded: boolean;
  /** What its type asks for; `undefined` when that is left to the module. */
  readonly durability: AuditDurability | undefined;
}

/** Everything a composer needs; all of it belongs to one module instance. */
export interface ComposerParts {
  readonly redactor: Redactor;
  readonly classifier: EventClassifier;
  readonly ids: EventIds;
  readonly salts: PersonalSalts;
  readonly clock: Clock;
  readonly origin: AuditOrigin;
}

type MutableEvent = { -readonly [Field in keyof AuditEvent]: AuditEvent[Field] };

/**
 * Turns drafts into events ready to be sealed: defaults from the catalogue, every value normalised and
 * redacted, personal facts committed to and set apart, the text canonical. Nothing here waits.
 *
 * Whatever a draft holds, an event comes out: wrong words become the nearest right one, values of a
 * wrong type are written as text or left out.
 */
export class EventComposer {
  private readonly origins: OriginComposer;
  private readonly changes: ChangeComposer;
  /** One for each field: their times differ by what the action took. */
  private readonly recordedTimes = new IsoTimes();
  private readonly occurredTimes = new IsoTimes();

  constructor(private readonly parts: ComposerParts) {
    this.origins = new OriginComposer(parts.origin, parts.redactor);
    this.changes = new ChangeComposer(parts.redactor);
  }

  /** An id for an event that will be composed later. */
  newId(): string {
    return this.parts.ids.next(this.parts.clock.now());
  }

  /** What events of a type wait for, as far as a catalogue says so. */
  durabilityOf(type: string): AuditDurability | undefined {
    return this.parts.classifier.classify(type, 'unknown').definition?.durability;
  }

  /**
   * @param facts of the kit itself (hashes, signed notes), never from outside: members of `details` that are kept to the
   * letter
   */
  compose(draft: AuditDraft, id: string = this.newId(), facts?: JsonObject): ComposedEvent {
    try {
      return this.composeFrom(draft, id, { truncated: [], redacted: [] }, facts);
    } catch {
      // Something in the draft throws when it is read. Each field is read alone now: only the throwing ones are lost,
      // and the event marks them. Well-formed drafts do not pay for this.
      const findings: RedactionFindings = { truncated: [], redacted: [] };
      return this.composeFrom(readableDraft(draft, this.parts.redactor, findings), id, findings, facts);
    }
  }

  private composeFrom(
    draft: AuditDraft,
    id: string,
    findings: RedactionFindings,
    facts: JsonObject | undefined,
  ): ComposedEvent {
    const { redactor, classifier, clock } = this.parts;
    const text = (value: unknown, pointer: string): string | undefined => redactor.line(value, pointer, findings);

    const type = text(draft.type, '/type') ?? 'audit.untyped';
    const stage = stageWord(draft.stage);
    const outcome = outcomeWord(draft.outcome, stage);
    const { definition, severity, risk } = classifier.classify(type, outcome);
    const recordedAt = this.recordedTimes.at(clock.now());
    const personal: Record<string, JsonValue> = {};

    const event: MutableEvent = {
      id,
      occurredAt: this.occurredTimes.ofDate(draft.occurredAt) ?? recordedAt,
      recordedAt,
      type,
      stage,
      severity: severityWord(draft.severity) ?? severity,
      risk: riskWord(draft.risk) ?? risk,
      outcome,
      actor: composeActor(draft.actor, redactor, findings, personal),
      action: text(draft.action, '/action') ?? definition?.title ?? type,
      origin: this.origins.compose(draft, findings),
      transport: composeTransport(draft.transport, redactor, findings),
    };
    assignDefined(event, 'correlationId', text(draft.correlationId, '/correlationId'));
    assignDefined(event, 'causationId', text(draft.causationId, '/causationId'));
    assignDefined(event, 'sessionId', text(draft.sessionId, '/sessionId'));
    assignDefined(event, 'traceId', traceIdText(draft.traceId));
    assignDefined(event, 'spanId', spanIdText(draft.spanId));
    assignDefined(event, 'durationMs', wholeMilliseconds(draft.durationMs));
    const classification = text(draft.dataClassification, '/dataClassification') ?? definition?.dataClassification;
    assignDefined(event, 'dataClassification', classification);
    assignDefined(event, 'reason', text(draft.reason, '/reason'));
    assignDefined(event, 'ticket', text(draft.ticket, '/ticket'));
    assignDefined(event, 'resource', composeResource(draft.resource, '/resource', redactor, findings));
    assignDefined(event, 'targets', composeTargets(draft.targets, redactor, findings));
    const details = this.details(draft.details, findings);
    assignDefined(event, 'details', facts === undefined ? details : { ...details, ...facts });
    assignDefined(event, 'changes', this.changes.compose(draft, findings));
    assignDefined(event, 'error', composeError(draft.error, redactor, findings));
    assignDefined(event, 'uncatalogued', definition === undefined ? true : undefined);
    assignDefined(event, 'truncated', findings.truncated.length > 0 ? findings.truncated : undefined);
    assignDefined(event, 'redacted', findings.redacted.length > 0 ? findings.redacted : undefined);
    const pointers = personalPointers(definition?.personal, draft.personal);
    const rest = pointers.length === 0 ? event : splitEvent(event, pointers, personal);
    return this.seal(rest, personal, definition);
  }

  private seal(
    event: MutableEvent,
    personal: Record<string, JsonValue>,
    definition: EventTypeDefinition | undefined,
  ): ComposedEvent {
    const atLeastRecorded = definition?.atLeastRecorded === true;
    const durability = definition?.durability;
    if (Object.keys(personal).length === 0) {
      return { event, body: canonicalEvent(event), atLeastRecorded, durability };
    }
    const personalText = canonicalJson(personal);
    const salt = this.parts.salts.next();
    event.personal = personalCommitment(salt, personalText);
    return { event, body: canonicalEvent(event), personal: personalText, salt, atLeastRecorded, durability };
  }

  private details(given: unknown, findings: RedactionFindings): JsonObject | undefined {
    if (given === undefined || given === null) {
      return undefined;
    }
    const value = this.parts.redactor.value(given, '/details', findings);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : { value };
  }
}
