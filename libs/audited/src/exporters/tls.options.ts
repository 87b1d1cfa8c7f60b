import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { OptionsInvalidError } from '../event/audit.error.js';
import { checkFlag, checkShape, checkText } from '../event/option-checks.js';

/** PEM text, or the file that it is in. */
export type PemSource = string | { readonly file: string };

/** How a TLS connection is made. Nothing needs to be given where a public certificate authority vouches for the server. */
export interface TlsOptions {
  /** Certificates of the authorities to trust, instead of the public ones. */
  readonly ca?: PemSource;
  /** The client's own certificate, where the server asks for one. Needs `key`. */
  readonly cert?: PemSource;
  readonly key?: PemSource;
  /** Of an encrypted `key`. */
  readonly passphrase?: string;
  /** The name that the server's certificate must carry. @default the host of the address */
  readonly serverName?: string;
  /**
   * Whether the server has to prove who it is. `false` sends audit events to whoever answers: for a laboratory only.
   * @default true
   */
  readonly rejectUnauthorized?: boolean;
}

/** {@link TlsOptions}, read and checked, in the words of `node:tls`. */
export interface TlsSettings {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  readonly servername?: string;
  readonly rejectUnauthorized: boolean;
  readonly minVersion: 'TLSv1.2';
}

const NAMES = ['ca', 'cert', 'key', 'passphrase', 'serverName', 'rejectUnauthorized'];

/**
 * @throws OptionsInvalidError for a file that cannot be read, for what is no PEM, for a certificate without its key
 */
export function tlsSettings(given: TlsOptions = {}, option = 'tls'): TlsSettings {
  checkShape(option, given, NAMES);
  const { passphrase, serverName, rejectUnauthorized = true } = given;
  checkFlag(`${option}.rejectUnauthorized`, rejectUnauthorized);
  if (serverName !== undefined) checkText(`${option}.serverName`, serverName);
  if (passphrase !== undefined) checkText(`${option}.passphrase`, passphrase);
  if ((given.cert === undefined) !== (given.key === undefined)) {
    const missing = given.cert === undefined ? 'cert' : 'key';
    throw new OptionsInvalidError(`${option}.${missing}`, 'is missing', 'Give the certificate and its key together.');
  }
  const settings: TlsSettings = {
    ...pemOf('ca', given.ca, option),
    ...pemOf('cert', given.cert, option),
    ...pemOf('key', given.key, option),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    rejectUnauthorized,
    minVersion: 'TLSv1.2',
  };
  checkAuthorities(`${option}.ca`, settings.ca);
  try {
    createSecureContext(settings);
  } catch (error) {
    throw new OptionsInvalidError(
      option,
      `cannot be used (${wordOf(error)})`,
      'Give certificates and keys in PEM that belong together, and the passphrase where a key has one.',
    );
  }
  return settings;
}

function pemOf(name: 'ca' | 'cert' | 'key', source: PemSource | undefined, option: string): Partial<TlsSettings> {
  if (source === undefined) {
    return {};
  }
  const path = `${option}.${name}`;
  const text = typeof source === 'string' ? source : readPem(path, source);
  if (!text.includes('-----BEGIN ')) {
    throw new OptionsInvalidError(path, 'is no PEM', 'Give the text itself, or { file } with the path of a PEM file.');
  }
  return { [name]: text };
}

function readPem(path: string, source: { readonly file: string }): string {
  checkShape(path, source, ['file']);
  checkText(`${path}.file`, source.file);
  try {
    return readFileSync(source.file, 'utf8');
  } catch (error) {
    throw new OptionsInvalidError(
      `${path}.file`,
      `cannot be read (${wordOf(error)}): ${JSON.stringify(source.file)}`,
      'Check the path, and that the process may read it.',
    );
  }
}

/** OpenSSL passes over what it cannot read; then the receiver's certificate would seem to be the bad one. */
function checkAuthorities(option: string, pem: string | undefined): void {
  if (pem === undefined) {
    return;
  }
  const blocks =
    pem.match(/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]*?(?:-----END [A-Z0-9 ]*-----|$)/g) ?? [];
  try {
    blocks.forEach((block) => new X509Certificate(block));
  } catch (error) {
    throw new OptionsInvalidError(
      option,
      `holds a certificate that cannot be read (${wordOf(error)})`,
      'Give the certificates of the authorities in PEM, whole.',
    );
  }
  if (blocks.length === 0) {
    throw new OptionsInvalidError(option, 'holds no certificate', 'Give the certificates of the authorities in PEM.');
  }
}

/** The code only: a message may repeat what it could not read. */
function wordOf(error: unknown): string {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : 'unknown';
}
