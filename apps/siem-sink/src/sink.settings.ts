/** Everything that can be set from outside, checked. */
export interface SinkSettings {
  /** 0 asks the operating system for a free port. */
  readonly port: number;
  readonly host: string;
  /** What senders show as `Authorization: Splunk <token>`. */
  readonly token: string;
  /** So many events are kept and shown; older ones are only counted. */
  readonly keep: number;
  /** Whether the token has indexer acknowledgement: senders then have to name a channel. */
  readonly acknowledgement: boolean;
}

/** The token that everybody knows, because the documentation says it. */
export const DEFAULT_TOKEN = 'demo-siem-token';

/** A setting cannot be used; the message names it, what was given, and what to do. */
export class SettingsInvalidError extends Error {
  override readonly name = 'SettingsInvalidError';
}

type Environment = Readonly<Record<string, string | undefined>>;

const GREATEST_PORT = 65_535;
const MOST_KEPT = 100_000;

/** @throws SettingsInvalidError when a variable is set to something that makes no sense */
export function readSettings(environment: Environment): SinkSettings {
  return {
    port: wholeOf(environment, 'AUDITED_SINK_PORT', {
      fallback: 8088,
      least: 0,
      most: GREATEST_PORT,
      hint: '; 0 takes a free port',
    }),
    host: textOf(environment, 'AUDITED_SINK_HOST') ?? '127.0.0.1',
    token: tokenOf(environment),
    keep: wholeOf(environment, 'AUDITED_SINK_KEEP', { fallback: 1000, least: 1, most: MOST_KEPT, hint: '' }),
    acknowledgement: isOn(environment, 'AUDITED_SINK_ACK'),
  };
}

function wholeOf(
  environment: Environment,
  name: string,
  range: { readonly fallback: number; readonly least: number; readonly most: number; readonly hint: string },
): number {
  const given = textOf(environment, name);
  if (given === undefined) {
    return range.fallback;
  }
  const value = /^\d{1,6}$/.test(given) ? Number(given) : Number.NaN;
  if (!(value >= range.least && value <= range.most)) {
    const wanted = `a whole number from ${range.least} to ${range.most}${range.hint}`;
    throw new SettingsInvalidError(`${name} is ${JSON.stringify(given)}. Give ${wanted}.`);
  }
  return value;
}

/** The message never repeats the token. */
function tokenOf(environment: Environment): string {
  const token = textOf(environment, 'AUDITED_SINK_TOKEN') ?? DEFAULT_TOKEN;
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new SettingsInvalidError(
      'AUDITED_SINK_TOKEN holds a space or a character that no header can carry. Give the token alone, without "Splunk" before it.',
    );
  }
  return token;
}

function isOn(environment: Environment, name: string): boolean {
  const given = textOf(environment, name) ?? 'on';
  if (given !== 'on' && given !== 'off') {
    throw new SettingsInvalidError(`${name} is ${JSON.stringify(given)}. Give on or off.`);
  }
  return given === 'on';
}

/** An empty variable is an unset one: shells and compose files cannot always tell them apart. */
function textOf(environment: Environment, name: string): string | undefined {
  const text = environment[name];
  return text === undefined || text === '' ? undefined : text;
}
