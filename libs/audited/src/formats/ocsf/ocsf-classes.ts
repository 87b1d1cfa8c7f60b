/** What the kit has to know of a class of OCSF 1.8.0. */
export interface OcsfClass {
  /** `class_name`. */
  readonly caption: string;
  readonly categoryUid: number;
  /** `category_name`. */
  readonly category: string;
  /** Captions by `activity_id`, without 0 (Unknown), which the kit never says, and 99 (Other), which every class has. */
  readonly activities: Readonly<Record<number, string>>;
  /** What the class has a place for. The actor is everywhere; in the classes without this word by the profile `host`. */
  readonly places: readonly ('actor' | 'source' | 'destination' | 'http' | 'trace')[];
}

const SYSTEM = { categoryUid: 1, category: 'System Activity' } as const;
const IAM = { categoryUid: 3, category: 'Identity & Access Management' } as const;
const APPLICATION = { categoryUid: 6, category: 'Application Activity' } as const;

/**
 * The classes that events can be given, by `class_uid`, with their captions and activities. Findings are missing on
 * purpose: a record says what was done, and a finding is what a detection made of it.
 *
 * @see https://schema.ocsf.io/1.8.0/classes
 */
export const OCSF_CLASSES = {
  0: { caption: 'Base Event', categoryUid: 0, category: 'Uncategorized', activities: {}, places: [] },
  1008: {
    ...SYSTEM,
    caption: 'Event Log Activity',
    activities: {
      1: 'Clear',
      2: 'Delete',
      3: 'Export',
      4: 'Archive',
      5: 'Rotate',
      6: 'Start',
      7: 'Stop',
      8: 'Restart',
      9: 'Enable',
      10: 'Disable',
    },
    places: ['actor', 'source', 'destination'],
  },
  3001: {
    ...IAM,
    caption: 'Account Change',
    activities: {
      1: 'Create',
      2: 'Enable',
      3: 'Password Change',
      4: 'Password Reset',
      5: 'Disable',
      6: 'Delete',
      7: 'Attach Policy',
      8: 'Detach Policy',
      9: 'Lock',
      10: 'MFA Factor Enable',
      11: 'MFA Factor Disable',
      12: 'Unlock',
    },
    places: ['actor', 'source', 'http'],
  },
  3002: {
    ...IAM,
    caption: 'Authentication',
    activities: {
      1: 'Logon',
      2: 'Logoff',
      3: 'Authentication Ticket',
      4: 'Service Ticket Request',
      5: 'Service Ticket Renew',
      6: 'Preauth',
      7: 'Account Switch',
    },
    places: ['actor', 'source', 'destination', 'http'],
  },
  3003: {
    ...IAM,
    caption: 'Authorize Session',
    activities: { 1: 'Assign Privileges', 2: 'Assign Groups' },
    places: ['actor', 'source', 'destination', 'http'],
  },
  3004: {
    ...IAM,
    caption: 'Entity Management',
    activities: {
      1: 'Create',
      2: 'Read',
      3: 'Update',
      4: 'Delete',
      5: 'Move',
      6: 'Enroll',
      7: 'Unenroll',
      8: 'Enable',
      9: 'Disable',
      10: 'Activate',
      11: 'Deactivate',
      12: 'Suspend',
      13: 'Resume',
    },
    places: ['actor', 'source', 'http'],
  },
  3005: {
    ...IAM,
    caption: 'User Access Management',
    activities: { 1: 'Assign Privileges', 2: 'Revoke Privileges' },
    places: ['actor', 'source', 'http'],
  },
  6001: {
    ...APPLICATION,
    caption: 'Web Resources Activity',
    activities: {
      1: 'Create',
      2: 'Read',
      3: 'Update',
      4: 'Delete',
      5: 'Search',
      6: 'Import',
      7: 'Export',
      8: 'Share',
    },
    places: ['source', 'destination', 'http'],
  },
  6002: {
    ...APPLICATION,
    caption: 'Application Lifecycle',
    activities: {
      1: 'Install',
      2: 'Remove',
      3: 'Start',
      4: 'Stop',
      5: 'Restart',
      6: 'Enable',
      7: 'Disable',
      8: 'Update',
    },
    places: [],
  },
  6003: {
    ...APPLICATION,
    caption: 'API Activity',
    activities: { 1: 'Create', 2: 'Read', 3: 'Update', 4: 'Delete' },
    places: ['actor', 'source', 'destination', 'http', 'trace'],
  },
  6008: {
    ...APPLICATION,
    caption: 'Application Error',
    activities: { 1: 'General Error', 2: 'Translation Error' },
    places: [],
  },
} as const satisfies Readonly<Record<number, OcsfClass>>;

export type OcsfClassUid = keyof typeof OCSF_CLASSES;

/** `activity_id` of every class: what has no number of its own, told by its name. */
export const OTHER = 99;

/** The numbers that `activity_id` may have in a class. */
export type OcsfActivityId<Uid extends OcsfClassUid> = keyof (typeof OCSF_CLASSES)[Uid]['activities'] | typeof OTHER;

/** What every class says of the activities that REST methods stand for. POST stands for none. */
export const HTTP_METHOD_ACTIVITIES: Readonly<Record<string, string>> = {
  GET: 'Read',
  HEAD: 'Read',
  PUT: 'Update',
  PATCH: 'Update',
  DELETE: 'Delete',
};
