/** Names the member that is wrong; `undefined` when nothing is. */
type Check = (value: unknown, path: string) => string | undefined;

/**
 * Looks whether a value from outside is a record that every format can write: a line of a file, a row that somebody
 * changed. Of members that it does not know it thinks nothing: a later version may have more. Nothing is verified.
 *
 * @returns the first member that is missing or of another kind, such as `event.outcome`; `undefined` for a record
 */
export function recordFlaw(value: unknown): string | undefined {
  return tooDeepMember(value) ?? RECORD(value, '');
}

/** Twice what recording lets through; beyond some thousand levels no reader of JSON follows any more. */
const MAX_LEVELS = 256;

function tooDeepMember(value: unknown): string | undefined {
  const event = isObject(value) && isObject(value['event']) ? value['event'] : {};
  const name = Object.keys(event).find((member) => isDeeperThan(event[member], MAX_LEVELS));
  return name === undefined ? undefined : `event.${name}`;
}

/** Level by level, because what goes down by calling itself would fall over the very values that are looked for. */
function isDeeperThan(value: unknown, levels: number): boolean {
  let nested = [value];
  for (let level = 0; level <= levels; level += 1) {
    nested = nested.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
    if (nested.length === 0) return false;
  }
  return true;
}

const text: Check = (value, path) => (typeof value === 'string' ? undefined : path);
const number: Check = (value, path) => (Number.isFinite(value) ? undefined : path);
const whole: Check = (value, path) => (Number.isSafeInteger(value) && (value as number) >= 0 ? undefined : path);
const place: Check = (value, path) => (value === 0 ? path : whole(value, path));
const object: Check = (value, path) => (isObject(value) ? undefined : path);
const anything: Check = () => undefined;
const flag: Check = (value, path) => (value === true ? undefined : path);

function matching(pattern: RegExp): Check {
  return (value, path) => (typeof value === 'string' && pattern.test(value) ? undefined : path);
}

function oneOf(...words: readonly string[]): Check {
  return (value, path) => (words.includes(value as string) ? undefined : path);
}

function listOf(check: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) return path;
    for (const [index, item] of value.entries()) {
      const flaw = check(item, `${path}.${index}`);
      if (flaw !== undefined) return flaw;
    }
    return undefined;
  };
}

/** @param optional may be absent; `null` is not absent */
function shape(required: Readonly<Record<string, Check>>, optional: Readonly<Record<string, Check>> = {}): Check {
  const members = [...Object.entries(required), ...Object.entries(optional)];
  return (value, path) => {
    if (!isObject(value)) return path === '' ? 'record' : path;
    for (const [name, check] of members) {
      const member = value[name];
      if (member === undefined && !Object.hasOwn(required, name)) continue;
      const flaw = check(member, path === '' ? name : `${path}.${name}`);
      if (flaw !== undefined) return flaw;
    }
    return undefined;
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** UTC with milliseconds, and a moment that there is: `Date` alone takes 30 February for 2 March. */
const time: Check = (value, path) => (typeof value === 'string' && isMoment(value) ? undefined : path);
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function isMoment(text: string): boolean {
  const ms = TIME.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(ms) && new Date(ms).toISOString() === text;
}

const actor: Check = (value, path) => ACTOR(value, path);
const ACTOR = shape(
  { kind: oneOf('user', 'service', 'system', 'anonymous', 'unknown') },
  {
    id: text,
    email: text,
    name: text,
    roles: listOf(text),
    ip: text,
    userAgent: text,
    tenantId: text,
    onBehalfOf: actor,
  },
);

const RESOURCE = shape({ type: text }, { id: text, name: text });
const ORIGIN = shape(
  {},
  { component: text, platform: text, version: text, environment: text, host: text, instanceId: text },
);

const TRANSPORTS: ReadonlyMap<unknown, Check> = new Map([
  ['http', shape({ method: text, path: text }, { route: text, status: whole, handler: text })],
  ['manual', object],
  ['method', shape({ handler: text })],
  ['job', shape({ handler: text })],
]);
const transport: Check = (value, path) => {
  const check = isObject(value) ? TRANSPORTS.get(value['kind']) : undefined;
  return check === undefined ? `${path}.kind` : check(value, path);
};

const EVENT = shape(
  {
    id: text,
    occurredAt: time,
    recordedAt: time,
    type: text,
    stage: oneOf('intent', 'outcome'),
    severity: oneOf('debug', 'info', 'warning', 'error', 'critical'),
    risk: oneOf('low', 'medium', 'high', 'critical'),
    outcome: oneOf('success', 'failure', 'denied', 'pending', 'unknown'),
    actor,
    action: text,
    origin: ORIGIN,
    transport,
  },
  {
    correlationId: text,
    causationId: text,
    sessionId: text,
    traceId: matching(/^[0-9a-f]{32}$/),
    spanId: matching(/^[0-9a-f]{16}$/),
    durationMs: number,
    dataClassification: text,
    reason: text,
    ticket: text,
    resource: RESOURCE,
    targets: listOf(RESOURCE),
    details: object,
    changes: listOf(shape({ field: text }, { before: anything, after: anything })),
    error: shape({}, { type: text, code: text, message: text }),
    truncated: listOf(shape({ path: text, bytes: number }, { sha256: text })),
    redacted: listOf(text),
    spooled: flag,
    uncatalogued: flag,
    personal: text,
  },
);

const HASH = /^[0-9a-f]{64}$/;
const SEAL = shape(
  { chain: text, position: place, previousHash: matching(HASH), hash: matching(HASH), scheme: text },
  { mac: text },
);

const RECORD = shape({ event: EVENT, seal: SEAL }, { erased: flag, masked: flag });
