import type { AuditActor } from '../../event/audit-event.js';
import type { JsonObject, JsonValue } from '../../event/json-value.js';
import type { CustodyAct } from '../custody-act.js';
import type { ErasureSelection } from '../../storage/custody-store.js';

/** Stands where a value of the erased person stood. */
export const ERASED_MARK = '[erased]';
/** Shorter texts are part of too many words; a field that is nothing else is replaced all the same. */
const LEAST_QUOTED_LENGTH = 3;

/**
 * Keeps the record of an erasure from naming the person: a reason that quotes the e-mail address, an actor who erases
 * their own data. Is shown every personal value that goes, and keeps those that the record would repeat.
 */
export class NamedValues {
  private readonly named = new Set<string>();
  private readonly haystack: string;
  private readonly isSelf: boolean;

  /** @param shown what the record will say about the selection */
  constructor(
    private readonly act: CustodyAct,
    selection: ErasureSelection,
    private readonly shown: JsonObject,
  ) {
    this.haystack = textsOf([act as unknown as JsonValue, shown])
      .join('\n')
      .toLowerCase();
    this.isSelf = 'actorId' in selection && act.by.id === selection.actorId;
    if ('email' in selection) {
      // Known before anything is found, and whatever the act says: an error may quote it.
      this.named.add(selection.email.toLowerCase());
    }
  }

  /** A personal value that is being erased. */
  add(value: JsonValue): void {
    for (const text of textsOf([value])) {
      const lowered = text.toLowerCase();
      if (lowered !== '' && this.haystack.includes(lowered)) {
        this.named.add(lowered);
      }
    }
  }

  /** The act, for the record. */
  actWithout(): CustodyAct {
    const { by, reason, ticket } = this.act;
    return {
      by: this.actor(by),
      reason: this.without(reason),
      ...(ticket === undefined ? {} : { ticket: this.without(ticket) }),
    };
  }

  /** What the record says about the selection. */
  selectionWithout(): JsonObject {
    return this.inside(this.shown) as JsonObject;
  }

  /** A text that somebody else made, an error say. */
  without(text: string): string {
    if (this.named.has(text.toLowerCase())) {
      return ERASED_MARK;
    }
    const quoted = [...this.named].filter(({ length }) => length >= LEAST_QUOTED_LENGTH);
    // The longest first: a shorter one may be a part of it.
    quoted.sort((one, other) => other.length - one.length);
    return quoted.reduce((kept, value) => kept.replaceAll(new RegExp(escaped(value), 'giu'), ERASED_MARK), text);
  }

  /** Personal facts go as a whole: a name with a hole in it still names somebody. */
  private actor({ email, name, ip, userAgent, onBehalfOf, ...rest }: AuditActor): AuditActor {
    const kept = (field: 'email' | 'name' | 'ip' | 'userAgent', value: string | undefined): Partial<AuditActor> =>
      value === undefined || this.isSelf || this.without(value) !== value ? {} : { [field]: value };
    return {
      ...(this.inside(rest as unknown as JsonValue) as unknown as Omit<AuditActor, 'onBehalfOf'>),
      ...kept('email', email),
      ...kept('name', name),
      ...kept('ip', ip),
      ...kept('userAgent', userAgent),
      ...(onBehalfOf === undefined ? {} : { onBehalfOf: this.actor(onBehalfOf) }),
    };
  }

  private inside(value: JsonValue): JsonValue {
    if (typeof value === 'string') {
      return this.without(value);
    }
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    return Array.isArray(value)
      ? (value as readonly JsonValue[]).map((item) => this.inside(item))
      : Object.fromEntries(Object.entries(value).map(([key, member]) => [key, this.inside(member as JsonValue)]));
  }
}

function escaped(text: string): string {
  return text.replaceAll(/[$()*+./?[\\\]^{|}]/g, '\\$&');
}

/** Every text in some values; numbers count as what they are written as. */
function textsOf(values: readonly (JsonValue | undefined)[]): string[] {
  return values.flatMap((value) => {
    if (typeof value === 'string' || typeof value === 'number') {
      return [String(value)];
    }
    return typeof value === 'object' && value !== null ? textsOf(Object.values(value) as JsonValue[]) : [];
  });
}
