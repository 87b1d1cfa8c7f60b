import {
  auditedFor,
  catalogueHelpers,
  deploymentCatalogue,
  scamIntelligenceCatalogue,
  type TypeNameOf,
} from 'nestjs-audited';

/** What can happen here: the event types of both domains. */
export const catalogues = [deploymentCatalogue, scamIntelligenceCatalogue] as const;

/** Name of an event type of the demo. */
export type EventType = TypeNameOf<typeof catalogues>;

/** `@Audited()` that knows the event types of the demo: a misspelt one does not compile. */
export const { Audited } = auditedFor(...catalogues);

/** Builds the events of the scam intelligence domain from their facts, one typed method each. */
export const scamEvents = catalogueHelpers(scamIntelligenceCatalogue);

/** Builds the events of the deployment domain, one typed method each. */
export const deploymentEvents = catalogueHelpers(deploymentCatalogue);
