import type { AuditDraft } from '../event/audit-draft.js';
import { DURABILITIES } from '../event/durability.js';
import { checkOneOf } from '../event/option-checks.js';
import { AUDITED_METADATA, NOT_AUDITED_METADATA } from './audited.decorator.js';
import type { AuditedOptions, AuditFacts } from './audited.options.js';
import { compileActionTemplate, compileSelector, compileSelectors } from './selector.js';

/** Reads one value out of the facts of an action; may throw whatever the application throws. */
export type FactReader = (facts: AuditFacts) => unknown;

/** What is recorded for one handler: its options, merged and compiled once at boot. Never mutated. */
export interface AuditPolicy {
  readonly options: AuditedOptions;
  readonly type: string;
  /** Readers of the draft's fields that depend on the request. */
  readonly readers: readonly (readonly [field: ReadField, read: FactReader])[];
}

/** Fields of a draft that options can read from the request or the result. */
export type ReadField = keyof Pick<
  AuditDraft,
  'resource' | 'action' | 'details' | 'after' | 'reason' | 'ticket' | 'environment'
>;

/** What is known about a handler: a policy, a reason to have none, or nothing. */
export type HandlerCoverage =
  | { readonly status: 'audited'; readonly policy: AuditPolicy }
  | { readonly status: 'not-audited'; readonly reason: string }
  | { readonly status: 'uncovered' };

/**
 * Reads the decorators of a handler and its class. The method's word counts before the class's; where
 * one place says both, auditing wins: nothing is hidden by accident.
 *
 * @throws OptionsInvalidError when an option is malformed, naming class and method
 */
export function coverageOf(controller: object, handler: object, name: HandlerName): HandlerCoverage {
  const ofMethod = Reflect.getMetadata(AUDITED_METADATA, handler) as AuditedOptions | undefined;
  const ofClass = Reflect.getMetadata(AUDITED_METADATA, controller) as AuditedOptions | undefined;
  const reasonOfMethod = Reflect.getMetadata(NOT_AUDITED_METADATA, handler) as string | undefined;
  const reasonOfClass = Reflect.getMetadata(NOT_AUDITED_METADATA, controller) as string | undefined;
  if (ofMethod !== undefined) {
    return { status: 'audited', policy: compilePolicy({ ...ofClass, ...ofMethod }, ofClass, ofMethod, name) };
  }
  if (reasonOfMethod !== undefined) {
    return { status: 'not-audited', reason: reasonOfMethod };
  }
  if (ofClass !== undefined) {
    return { status: 'audited', policy: compilePolicy(ofClass, ofClass, undefined, name) };
  }
  return reasonOfClass === undefined ? { status: 'uncovered' } : { status: 'not-audited', reason: reasonOfClass };
}

/** Class and method of a handler. */
export interface HandlerName {
  readonly className: string;
  readonly methodName: string;
}

function compilePolicy(
  merged: AuditedOptions,
  ofClass: AuditedOptions | undefined,
  ofMethod: AuditedOptions | undefined,
  name: HandlerName,
): AuditPolicy {
  const options: AuditedOptions = { ...merged, types: { ...ofClass?.types, ...ofMethod?.types } };
  const place = `@Audited() of ${name.className}.${name.methodName}`;
  if (options.durability !== undefined) {
    checkOneOf(`${place}: durability`, options.durability, DURABILITIES);
  }
  const readers: [ReadField, FactReader][] = [];
  const add = (field: ReadField, read: FactReader | undefined): void => {
    if (read !== undefined) {
      readers.push([field, read]);
    }
  };
  add('resource', resourceReader(options.resource, place));
  add('action', actionReader(options.action, place));
  add('details', detailsReader(options.details, place));
  add('after', valueReader(options.after, place, 'after'));
  add('reason', valueReader(options.reason, place, 'reason'));
  add('ticket', valueReader(options.ticket, place, 'ticket'));
  add('environment', typeof options.environment === 'function' ? options.environment : undefined);
  return { options, type: options.type ?? defaultType(name), readers };
}

/** `DeploymentsController.createOne` gives `deployments.create-one`. */
function defaultType({ className, methodName }: HandlerName): string {
  const words = (text: string): string => text.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
  return `${words(className.replace(/Controller$/, ''))}.${words(methodName)}`;
}

function resourceReader(resource: AuditedOptions['resource'], place: string): FactReader | undefined {
  if (resource === undefined || typeof resource === 'function') {
    return resource;
  }
  const id = valueReader(resource.id, place, 'resource.id');
  const name = valueReader(resource.name, place, 'resource.name');
  return (facts) => {
    const idText = scalarText(id?.(facts));
    const nameText = scalarText(name?.(facts));
    return {
      type: resource.type,
      ...(idText === undefined ? {} : { id: idText }),
      ...(nameText === undefined ? {} : { name: nameText }),
    };
  };
}

function actionReader(action: AuditedOptions['action'], place: string): FactReader | undefined {
  return typeof action === 'string' ? compileActionTemplate(action, place) : action;
}

function detailsReader(details: AuditedOptions['details'], place: string): FactReader | undefined {
  return typeof details === 'function' || details === undefined ? details : compileSelectors(details, place);
}

function valueReader(
  value: string | ((facts: AuditFacts) => unknown) | undefined,
  place: string,
  option: string,
): FactReader | undefined {
  return typeof value === 'string' ? compileSelector(value, place, option) : value;
}

function scalarText(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint'
    ? String(value)
    : undefined;
}
