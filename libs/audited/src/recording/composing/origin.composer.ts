import type { AuditDraft } from '../../event/audit-draft.js';
import type { AuditOrigin } from '../../event/audit-event.js';
import type { Redactor, RedactionFindings } from '../../redaction/redactor.js';

/** Environments may come from requests; only a handful of origins is worth keeping. */
const MAX_KEPT_ORIGINS = 64;

/** The module's origin, and its variants for drafts that name a component or an environment of their own. */
export class OriginComposer {
  private readonly origin: AuditOrigin;
  private readonly variants = new Map<string, AuditOrigin>();

  constructor(
    origin: AuditOrigin,
    private readonly redactor: Redactor,
  ) {
    const ignored: RedactionFindings = { truncated: [], redacted: [] };
    const lines = Object.entries(origin)
      .map(([field, value]) => [field, redactor.line(value, `/origin/${field}`, ignored)] as const)
      .filter(([, line]) => line !== undefined);
    // Frozen objects keep their canonical text.
    this.origin = Object.freeze(Object.fromEntries(lines) as AuditOrigin);
  }

  compose(draft: AuditDraft, findings: RedactionFindings): AuditOrigin {
    const { component: givenComponent, environment: givenEnvironment } = draft;
    if (givenComponent === undefined && givenEnvironment === undefined) {
      return this.origin;
    }
    const component = this.redactor.line(givenComponent, '/origin/component', findings);
    const environment = this.redactor.line(givenEnvironment, '/origin/environment', findings);
    // Lines hold no line feed, so this names exactly one pair.
    const key = `${component ?? ''}\n${environment ?? ''}`;
    const known = this.variants.get(key);
    if (known !== undefined) {
      return known;
    }
    const variant = Object.freeze({
      ...this.origin,
      ...(component === undefined ? {} : { component }),
      ...(environment === undefined ? {} : { environment }),
    });
    if (this.variants.size < MAX_KEPT_ORIGINS) {
      this.variants.set(key, variant);
    }
    return variant;
  }
}
