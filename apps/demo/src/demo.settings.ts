/** Everything that can be set from outside, checked. */
export interface DemoSettings {
  /** 0 asks the operating system for a free port. */
  readonly port: number;
  readonly host: string;
  readonly adapter: 'express' | 'fastify';
  /** Path of the SQLite file that holds the records. */
  readonly database: string;
  /** Password of every user. */
  readonly password: string;
  /** Signs access tokens; absent: a random one for each start, so a restart logs everybody out. */
  readonly jwtSecret: string | undefined;
  /** Keys the fingerprints of API keys; absent: a random one for each start. */
  readonly fingerprintKey: string | undefined;
  /** Where every record goes besides; absent: nowhere. */
  readonly siem: SiemSettings | undefined;
}

/** An HTTP Event Collector. */
export interface SiemSettings {
  /** Its base: `http://127.0.0.1:8088`. */
  readonly url: string;
  readonly token: string;
  /** Whether records wait until the collector has indexed them, which not every token can tell. */
  readonly acknowledgement: boolean;
}

/** The password that everybody knows, because the documentation says it. */
export const DEFAULT_PASSWORD = 'demo';

/** The token of the receiver that `npm run demo` starts. */
const SINK_TOKEN = 'demo-siem-token';

/** A setting cannot be used; the message names it, what was given, and what to do. */
export class SettingsInvalidError extends Error {
  override readonly name = 'SettingsInvalidError';
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Shorter than its hash, an HMAC key is the weakest part of the signature (RFC 7518, section 3.2). */
const LEAST_JWT_SECRET_BYTES = 32;
const LEAST_FINGERPRINT_KEY_BYTES = 16;
const GREATEST_PORT = 65_535;

/** @throws SettingsInvalidError when a variable is set to something that makes no sense */
export function readSettings(environment: Environment): DemoSettings {
  return {
    port: portOf(environment),
    host: textOf(environment, 'AUDITED_DEMO_HOST') ?? '127.0.0.1',
    adapter: adapterOf(environment),
    database: textOf(environment, 'AUDITED_DEMO_DATABASE') ?? '.data/demo-audit.sqlite',
    password: textOf(environment, 'AUDITED_DEMO_PASSWORD') ?? DEFAULT_PASSWORD,
    jwtSecret: keyOf(environment, 'AUDITED_DEMO_JWT_SECRET', LEAST_JWT_SECRET_BYTES),
    fingerprintKey: keyOf(environment, 'AUDITED_DEMO_FINGERPRINT_KEY', LEAST_FINGERPRINT_KEY_BYTES),
    siem: siemOf(environment),
  };
}

/** Messages never repeat an address or a token: both may hold a secret. */
function siemOf(environment: Environment): SiemSettings | undefined {
  const url = textOf(environment, 'AUDITED_DEMO_SIEM_URL') ?? 'off';
  if (url === 'off') {
    return undefined;
  }
  if (!URL.canParse(url) || !['http:', 'https:'].includes(new URL(url).protocol)) {
    throw new SettingsInvalidError(
      'AUDITED_DEMO_SIEM_URL is no http or https address. Give one such as http://localhost:8088, or off for none.',
    );
  }
  const token = textOf(environment, 'AUDITED_DEMO_SIEM_TOKEN') ?? SINK_TOKEN;
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new SettingsInvalidError(
      'AUDITED_DEMO_SIEM_TOKEN holds a space or a character that no header can carry. Give the token alone.',
    );
  }
  return { url, token, acknowledgement: isOn(environment, 'AUDITED_DEMO_SIEM_ACK') };
}

function isOn(environment: Environment, name: string): boolean {
  const given = textOf(environment, name) ?? 'on';
  if (given !== 'on' && given !== 'off') {
    throw new SettingsInvalidError(`${name} is ${JSON.stringify(given)}. Give on or off.`);
  }
  return given === 'on';
}

function portOf(environment: Environment): number {
  const given = textOf(environment, 'PORT') ?? '3000';
  const port = /^\d{1,5}$/.test(given) ? Number(given) : Number.NaN;
  if (Number.isNaN(port) || port > GREATEST_PORT) {
    const range = `a whole number from 0 to ${GREATEST_PORT}; 0 takes a free port`;
    throw new SettingsInvalidError(`PORT is ${JSON.stringify(given)}. Give ${range}.`);
  }
  return port;
}

function adapterOf(environment: Environment): DemoSettings['adapter'] {
  const given = textOf(environment, 'AUDITED_DEMO_ADAPTER') ?? 'express';
  if (given !== 'express' && given !== 'fastify') {
    throw new SettingsInvalidError(`AUDITED_DEMO_ADAPTER is ${JSON.stringify(given)}. Give express or fastify.`);
  }
  return given;
}

/** The message tells the length of a key, never the key. */
function keyOf(environment: Environment, name: string, leastBytes: number): string | undefined {
  const key = textOf(environment, name);
  if (key !== undefined && Buffer.byteLength(key) < leastBytes) {
    throw new SettingsInvalidError(
      `${name} has ${Buffer.byteLength(key)} bytes. Give at least ${leastBytes} random ones, or none for a new key at each start.`,
    );
  }
  return key;
}

/** An empty variable is an unset one: shells and compose files cannot always tell them apart. */
function textOf(environment: Environment, name: string): string | undefined {
  const text = environment[name];
  return text === undefined || text === '' ? undefined : text;
}
