import type { AuditDraft } from '../event/audit-draft.js';
import type {
  AuditActor,
  AuditEvent,
  AuditOrigin,
  AuditResource,
  AuditTransport,
} from '../event/audit-event.js';
import type { SealableEvent } from '../event/audit-record.js';
import { canonicalEvent } from '../event/canonical-event.js';
import { canonicalJson } from '../event/canonical-json.js';
import type { Clock } from '../event/clock.js';
import type { EventIds } from '../event/event-id.js';
import type { JsonObject, JsonValue } from '../event/json-value.js';
import type { EventClassifier } from '../catalogue/event-classifier.js';
import type { EventTypeDefinition } from '../catalogue/event-catalogue.js';
import { personalCommitment, type PersonalSalts } from '../integrity/personal-commitment.js';
import type { Redactor, RedactionFindings } from '../redaction/redactor.js';
import { ChangeComposer } from './change.composer.js';
import { composeError } from './error-facts.js';
import { splitActor, splitDetails } from './personal-split.js';

/** An event ready to be sealed, and what its durability depends on. */
export interface ComposedEvent extends SealableEvent {
  readonly atLeastRecorded: boolean;
}

/** Everything a composer needs; all of it belongs to one module instance. */
export interface ComposerParts {
  readonly redactor: Redactor;
  readonly classifier: EventClassifier;
  readonly ids: EventIds;
  readonly salts: PersonalSalts;
  readonly clock: Clock;
  /** Frozen; its canonical text is kept. */
  readonly origin: AuditOrigin;
}

/** A delegation chain longer than this is cut; nobody acts for so many. */
const MAX_DELEGATIONS = 8;
const MAX_ROLES = 64;
const MAX_TARGETS = 64;
const MANUAL: AuditTransport = { kind: 'manual' };

/**
 * Turns drafts into events ready to be sealed: defaults from the catalogue, every value normalised and
 * redacted, personal facts committed to and set apart, the text canonical. Nothing here waits.
 */
export class EventComposer {
  private readonly origins = new Map<string, AuditOrigin>();
  private readonly changes: ChangeComposer;

  constructor(private readonly parts: ComposerParts) {
    this.changes = new ChangeComposer(parts.redactor);
  }

  /** An id for an event that will be composed later. */
  newId(): string {
    return this.parts.ids.next(this.parts.clock.now());
  }

  compose(draft: AuditDraft, id: string = this.newId()): ComposedEvent {
    const { redactor, classifier, clock } = this.parts;
    const findings: RedactionFindings = { truncated: [], redacted: [] };
    const text = (value: unknown, pointer: string): string | undefined => redactor.line(value, pointer, findings);

    const type = text(draft.type, '/type') ?? 'audit.untyped';
    const outcome = draft.outcome ?? 'success';
    const { definition, severity, risk } = classifier.classify(type, outcome);
    const recordedAt = new Date(clock.now()).toISOString();
    const personal: Record<string, JsonValue> = {};

    const actor = splitActor(this.actor(draft.actor, '/actor', findings, 0), personal);
    const details = this.details(draft, definition, findings, personal);
    const resource = this.resource(draft.resource, '/resource', findings);
    const event: { -readonly [Field in keyof AuditEvent]: AuditEvent[Field] } = {
      id,
      occurredAt: isoTime(draft.occurredAt) ?? recordedAt,
      recordedAt,
      type,
      stage: draft.stage ?? 'outcome',
      severity: draft.severity ?? severity,
      risk: draft.risk ?? risk,
      outcome,
      actor,
      action: text(draft.action, '/action') ?? definition?.title ?? type,
      origin: this.origin(draft),
      transport: draft.transport ?? MANUAL,
    };
    set(event, 'correlationId', text(draft.correlationId, '/correlationId'));
    set(event, 'causationId', text(draft.causationId, '/causationId'));
    set(event, 'sessionId', text(draft.sessionId, '/sessionId'));
    set(event, 'traceId', draft.traceId);
    set(event, 'spanId', draft.spanId);
    set(event, 'durationMs', wholeNumber(draft.durationMs));
    set(event, 'dataClassification', draft.dataClassification ?? definition?.dataClassification);
    set(event, 'reason', text(draft.reason, '/reason'));
    set(event, 'ticket', text(draft.ticket, '/ticket'));
    set(event, 'resource', resource);
    set(event, 'targets', this.targets(draft.targets, findings));
    set(event, 'details', details);
    set(event, 'changes', this.changes.compose(draft, findings));
    set(event, 'error', composeError(draft.error, redactor, findings));
    set(event, 'uncatalogued', definition === undefined ? true : undefined);
    set(event, 'truncated', findings.truncated.length > 0 ? findings.truncated : undefined);
    set(event, 'redacted', findings.redacted.length > 0 ? findings.redacted : undefined);
    return this.seal(event, personal, definition?.atLeastRecorded === true);
  }

  private seal(
    event: { -readonly [Field in keyof AuditEvent]: AuditEvent[Field] },
    personal: Record<string, JsonValue>,
    atLeastRecorded: boolean,
  ): ComposedEvent {
    if (Object.keys(personal).length === 0) {
      return { event, body: canonicalEvent(event), atLeastRecorded };
    }
    const personalText = canonicalJson(personal);
    const salt = this.parts.salts.next();
    event.personal = personalCommitment(salt, personalText);
    return { event, body: canonicalEvent(event), personal: personalText, salt, atLeastRecorded };
  }

  private actor(actor: AuditActor | undefined, pointer: string, findings: RedactionFindings, depth: number): AuditActor {
    if (actor === undefined) {
      return { kind: 'unknown' };
    }
    const { redactor } = this.parts;
    const kept: { -readonly [Field in keyof AuditActor]: AuditActor[Field] } = { kind: actor.kind };
    set(kept, 'id', redactor.line(actor.id, `${pointer}/id`, findings));
    set(kept, 'email', redactor.line(actor.email, `${pointer}/email`, findings));
    set(kept, 'name', redactor.line(actor.name, `${pointer}/name`, findings));
    set(kept, 'ip', redactor.line(actor.ip, `${pointer}/ip`, findings));
    set(kept, 'userAgent', redactor.line(actor.userAgent, `${pointer}/userAgent`, findings));
    set(kept, 'tenantId', redactor.line(actor.tenantId, `${pointer}/tenantId`, findings));
    if (Array.isArray(actor.roles) && actor.roles.length > 0) {
      kept.roles = this.lines(actor.roles, MAX_ROLES, `${pointer}/roles`, findings);
    }
    if (actor.onBehalfOf !== undefined && depth < MAX_DELEGATIONS) {
      kept.onBehalfOf = this.actor(actor.onBehalfOf, `${pointer}/onBehalfOf`, findings, depth + 1);
    }
    return kept;
  }

  private lines(values: readonly unknown[], most: number, pointer: string, findings: RedactionFindings): string[] {
    return values
      .slice(0, most)
      .map((value, index) => this.parts.redactor.line(value, `${pointer}/${index}`, findings) ?? '');
  }

  private resource(
    resource: AuditResource | undefined,
    pointer: string,
    findings: RedactionFindings,
  ): AuditResource | undefined {
    if (resource === undefined) {
      return undefined;
    }
    const { redactor } = this.parts;
    const kept: { -readonly [Field in keyof AuditResource]: AuditResource[Field] } = {
      type: redactor.line(resource.type, `${pointer}/type`, findings) ?? 'unknown',
    };
    set(kept, 'id', redactor.line(resource.id, `${pointer}/id`, findings));
    set(kept, 'name', redactor.line(resource.name, `${pointer}/name`, findings));
    return kept;
  }

  private targets(targets: AuditDraft['targets'], findings: RedactionFindings): readonly AuditResource[] | undefined {
    if (!Array.isArray(targets) || targets.length === 0) {
      return undefined;
    }
    return targets
      .slice(0, MAX_TARGETS)
      .map((target: AuditResource, index) => this.resource(target, `/targets/${index}`, findings))
      .filter((target) => target !== undefined);
  }

  private details(
    draft: AuditDraft,
    definition: EventTypeDefinition | undefined,
    findings: RedactionFindings,
    personal: Record<string, JsonValue>,
  ): JsonObject | undefined {
    if (draft.details === undefined || draft.details === null) {
      return undefined;
    }
    const value = this.parts.redactor.value(draft.details, '/details', findings);
    const details: JsonObject = isJsonObject(value) ? value : { value };
    const pointers = [...(definition?.personal ?? []), ...(draft.personal ?? [])];
    return pointers.length === 0 ? details : splitDetails(details, pointers, personal);
  }

  private origin(draft: AuditDraft): AuditOrigin {
    const { origin } = this.parts;
    if (draft.component === undefined && draft.environment === undefined) {
      return origin;
    }
    const key = `${draft.component ?? ''}\n${draft.environment ?? ''}`;
    let own = this.origins.get(key);
    if (own === undefined) {
      own = Object.freeze({
        ...origin,
        ...(draft.component === undefined ? {} : { component: this.parts.redactor.line(draft.component, '', none()) ?? '' }),
        ...(draft.environment === undefined
          ? {}
          : { environment: this.parts.redactor.line(draft.environment, '', none()) ?? '' }),
      });
      // Environments may come from requests; only a handful is worth keeping.
      if (this.origins.size < 64) {
        this.origins.set(key, own);
      }
    }
    return own;
  }
}


function none(): RedactionFindings {
  return { truncated: [], redacted: [] };
}

function set<Target extends object, Field extends keyof Target>(
  target: Target,
  field: Field,
  value: Target[Field] | undefined,
): void {
  if (value !== undefined) {
    target[field] = value;
  }
}

function isJsonObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isoTime(time: unknown): string | undefined {
  return time instanceof Date && !Number.isNaN(time.getTime()) ? time.toISOString() : undefined;
}

function wholeNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? Math.max(0, Math.round(value)) : undefined;
}
