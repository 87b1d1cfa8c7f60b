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

export const GOLDEN_VARIANTS: readonly GoldenVariant[] = [
  {
    name: 'asim-of-an-application',
    format: 'asim',
    options: {
      product: { vendor: 'Acme', name: 'Billing', version: '2.7.1' },
      actorUserIdType: 'AADID',
      eventTypes: {
        'invoice.*': { asim: { eventType: 'Set', objectType: 'Cloud Resource' }, labels: { team: 'billing' } },
      },
    },
  },
  { name: 'cef-version-1', format: 'cef', options: { version: 1 } },
  {
    name: 'csv-of-system-a',
    format: 'csv',
    options: {
      columns: [
        'timestamp',
        'event_type',
        'severity',
        'outcome',
        'actor_id',
        'actor_email',
        'action',
        'resource_type',
        'resource_id',
        'environment',
        'error_message',
      ],
      delimiter: ';',
      bom: true,
    },
  },
  {
    name: 'ecs-of-an-application',
    format: 'ecs',
    options: {
      product: { name: 'Billing' },
      eventTypes: {
        'authz.role_change': { ecs: { category: ['iam'], type: ['group', 'change'] } },
        'invoice.*': { ecs: { category: ['api', 'database'], type: ['change'] }, labels: { team: 'billing' } },
      },
    },
  },
  { name: 'leef-caret', format: 'leef', options: { delimiter: '^' } },
  { name: 'leef-version-1', format: 'leef', options: { version: '1.0' } },
  {
    name: 'ocsf-of-an-application',
    format: 'ocsf',
    options: {
      product: { vendor: 'Acme', name: 'Billing', version: '2.7.1' },
      eventTypes: {
        'deploy.*': { ocsf: { classUid: 6002, activityId: 8 } },
        'invoice.*': { ocsf: { classUid: 6001, activityId: 3 }, labels: { team: 'billing' } },
      },
    },
  },
  {
    name: 'otlp-of-an-application',
    format: 'otlp',
    options: {
      product: { name: 'acme-audit', version: '2.7.1' },
      eventTypes: { 'invoice.*': { labels: { team: 'billing' } }, '*': { labels: { estate: 'eu' } } },
    },
  },
  {
    name: 'syslog-bsd-leef',
    format: 'syslog-bsd',
    options: { payload: 'leef', payloadOptions: { delimiter: '^' }, facility: 'local0', maxBytes: 8192 },
  },
  {
    name: 'syslog-cef-480',
    format: 'syslog',
    options: { payload: 'cef', maxBytes: 480 },
  },
  {
    name: 'syslog-text',
    format: 'syslog',
    options: {
      payload: 'text',
      enterpriseNumber: 32473,
      isSynced: true,
      product: { name: 'Billing', version: '2.7.1' },
    },
  },
];
