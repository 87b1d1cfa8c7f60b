import { Option, type Command } from 'commander';
import { queryMatcher, type RecordFilters } from 'nestjs-audited/custody';
import type { AuditRecord } from 'nestjs-audited';
import { InputError } from '../input-error.js';
import { time, wholeNumber } from './option-values.js';

/** Which records, as commander gives them. */
export interface RecordOptions {
  readonly chain?: string;
  readonly after?: number;
  readonly since?: Date;
  readonly until?: Date;
  readonly type?: string;
  readonly outcome?: NonNullable<RecordFilters['outcome']>;
  readonly severity?: NonNullable<RecordFilters['severity']>;
  readonly actor?: string;
  readonly tenant?: string;
  readonly session?: string;
  readonly resourceType?: string;
  readonly resource?: string;
  readonly correlation?: string;
}

const OUTCOMES = ['success', 'failure', 'denied', 'pending', 'unknown'] satisfies readonly RecordOptions['outcome'][];
const SEVERITIES = ['debug', 'info', 'warning', 'error', 'critical'] satisfies readonly RecordOptions['severity'][];

/** Which records; all that are given must match. */
export function withRecords(command: Command): Command {
  return command
    .option('-c, --chain <name>', 'only this chain')
    .option('--after <position>', 'with --chain: only behind this position, where the last one ended', wholeNumber)
    .option('--since <time>', 'events that occurred at or after it', time)
    .option('--until <time>', 'events that occurred before it', time)
    .option('--type <event type>', 'events of exactly this type')
    .addOption(new Option('--outcome <word>', 'events that ended so').choices(OUTCOMES))
    .addOption(new Option('--severity <word>', 'events of exactly this severity').choices(SEVERITIES))
    .option('--actor <id>', 'what this actor did')
    .option('--tenant <id>', 'what was done for this tenant')
    .option('--session <id>', 'what was done in this session')
    .option('--resource-type <type>', 'what was done to resources of this type')
    .option('--resource <id>', 'what was done to this resource')
    .option('--correlation <id>', 'what belongs together under this id');
}

/** @throws InputError for options that contradict each other */
export function filtersOf(options: RecordOptions): RecordFilters {
  const { since, until, after, chain } = options;
  if (after !== undefined && chain === undefined) {
    throw new InputError('--after needs --chain: positions are counted in each chain.');
  }
  if (since !== undefined && until !== undefined && since >= until) {
    throw new InputError('--until is not after --since: nothing can have occurred in between.');
  }
  const filters = {
    chain,
    from: since,
    to: until,
    type: options.type,
    outcome: options.outcome,
    severity: options.severity,
    actorId: options.actor,
    tenantId: options.tenant,
    sessionId: options.session,
    resourceType: options.resourceType,
    resourceId: options.resource,
    correlationId: options.correlation,
  };
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
}

/** Says of a record that no database looked at whether it is meant. */
export function recordMatcher(options: RecordOptions): (record: AuditRecord) => boolean {
  const matches = queryMatcher(filtersOf(options));
  const { after = 0 } = options;
  return ({ event, seal }) => seal.position > after && matches(seal.chain, event);
}
