import { closeSync, existsSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { Command } from 'commander';
import { generateKeyPair, originOf, parseTrustedKeys, signerFromPem, verifierKey } from 'nestjs-audited/custody';
import { InputError } from '../input-error.js';
import { textOf } from '../options/input-files.js';
import type { CommandContext } from '../command-context.js';

interface ShowOptions {
  readonly origin?: string;
  readonly chain: string;
}

const HELP = `
The private key signs checkpoints; keep it where the administrators of the database cannot read it. The public key is
what auditors verify with; give it to them yourself, not with the log.

Examples:
  audited keys generate audit-key      # writes audit-key.pem (0600) and audit-key.pub.pem
  audited keys show audit-key.pem --origin audit.example.com/orders`;

/** `audited keys generate|show`. */
export function keysCommand({ terminal }: CommandContext): Command {
  const generate = new Command('generate')
    .description('make an Ed25519 key pair')
    .argument('<name>', 'the files are <name>.pem and <name>.pub.pem')
    .action((name: string) => {
      const { privatePem, publicPem } = generateKeyPair();
      const files = { privateKey: `${name}.pem`, publicKey: `${name}.pub.pem` };
      requireNew(files.publicKey);
      // First: without it, the public key would verify nothing.
      writeNew(files.privateKey, privatePem, 0o600);
      writeNew(files.publicKey, publicPem, 0o644);
      terminal.json(files);
      terminal.say(`${files.privateKey}: the private key; it signs. Nobody else may read it.`);
      terminal.say(`${files.publicKey}: the public key; whoever verifies trusts it (--trust).`);
    });
  const show = new Command('show')
    .description('the public key of a private or public key, in the forms that verifiers read')
    .argument('<file>', 'a private key in PEM, or a public one')
    .option('-o, --origin <name>', 'the name of the log, for the C2SP verifier key')
    .option('-c, --chain <name>', 'the chain, for the C2SP verifier key', 'main')
    .action((file: string, { origin, chain }: ShowOptions) => {
      const publicKey = publicKeyIn(file);
      const hex = Buffer.from(publicKey).toString('hex');
      const vkey = origin === undefined ? undefined : verifierKeyOf(publicKey, origin, chain);
      terminal.json({ publicKey: hex, ...(vkey === undefined ? {} : { verifierKey: vkey }) });
      terminal.say(`public key (hex): ${hex}`);
      terminal.say(vkey === undefined ? 'verifier key: give --origin' : `verifier key: ${vkey}`);
    });
  return new Command('keys')
    .description('keys that sign checkpoints, bundles and statements')
    .addHelpText('after', HELP)
    .addCommand(generate)
    .addCommand(show);
}

function publicKeyIn(file: string): Uint8Array {
  const text = textOf('<file>', file);
  if (text.includes('PRIVATE KEY')) {
    return signerFromPem(text).publicKey;
  }
  const [key, ...others] = parseTrustedKeys(text);
  if (key === undefined || others.length > 0) {
    throw new InputError(
      `<file>: "${file}" holds ${others.length === 0 ? 'no' : 'more than one'} key. Name a file with one.`,
    );
  }
  return key.publicKey;
}

/** @throws InputError: the name is part of the key, and a wrong one verifies nothing */
function verifierKeyOf(publicKey: Uint8Array, origin: string, chain: string): string {
  try {
    return verifierKey(originOf(origin, chain), publicKey);
  } catch {
    throw new InputError(
      `--origin: "${origin}/${chain}" is no name of a log and a chain: it may hold no white space and no "+".`,
    );
  }
}

/** Before half of a pair is written beside somebody else's half. */
function requireNew(file: string): void {
  if (existsSync(file)) {
    throw new InputError(`"${file}" exists already and is not overwritten. Choose another name.`);
  }
}

/** A key that is there already may be the only one that verifies an old log. */
function writeNew(file: string, content: string, mode: number): void {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'wx', mode);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(
      code === 'EEXIST'
        ? `"${file}" exists already and is not overwritten. Choose another name.`
        : `"${file}" cannot be written (${code ?? 'unknown reason'}). Check the folder.`,
    );
  }
  try {
    writeSync(descriptor, content);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
