/** What an erasure empties: the personal part, its salt, and the search columns that repeat personal facts. */
export const ERASED_COLUMNS = ['personal', 'salt', 'actor_email', 'actor_ip'] as const;

/**
 * Every other column of `audit_records`, as the migration that guards them knows it. Spelled out, because a migration
 * that ran must not change its meaning when a later version has more columns.
 */
export const SEALED_COLUMNS = [
  'sequence',
  'chain',
  'position',
  'previous_hash',
  'hash',
  'scheme',
  'mac',
  'body',
  'id',
  'occurred_at',
  'recorded_at',
  'type',
  'stage',
  'severity',
  'risk',
  'outcome',
  'actor_id',
  'actor_kind',
  'tenant_id',
  'resource_type',
  'resource_id',
  'session_id',
  'correlation_id',
  'trace_id',
  'component',
  'environment',
  'transport',
  'route',
  'status',
] as const;
