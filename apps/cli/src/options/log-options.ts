import { Option, type Command } from 'commander';
import { collect } from './option-values.js';

/** Options that name a log and its keys, as commander gives them. */
export interface LogOptions {
  readonly database: string;
  readonly origin?: string;
  readonly key?: readonly string[];
  readonly trust?: readonly string[];
  readonly sealKey?: readonly string[];
}

/** A log to look at. */
export function withDatabase(command: Command): Command {
  return command.addOption(databaseOption().makeOptionMandatory());
}

/** For a command that takes its records from elsewhere, too. */
export function databaseOption(): Option {
  return new Option(
    '-d, --database <url or file>',
    'the log: postgres://..., mysql://..., mariadb://..., or the path of a SQLite file',
  ).env('AUDITED_DATABASE');
}

/** A log to look at, and the keys that it is checked with. */
export function withTrust(command: Command): Command {
  return withDatabase(command).addOption(trustOption()).addOption(sealKeyOption());
}

/** A log to write to: what is written is signed where there is a key, and sealed as the records before it. */
export function withSigning(command: Command): Command {
  return withTrust(
    command
      .addOption(
        new Option('-o, --origin <name>', 'the name of the log in its checkpoints, e.g. audit.example.com/orders').env(
          'AUDITED_ORIGIN',
        ),
      )
      .addOption(
        new Option('-k, --key <file>', 'private key that signs, Ed25519 in PEM; repeat for several')
          .argParser(collect)
          .env('AUDITED_KEY'),
      ),
  );
}

/** Public keys alone, for what needs no database. */
export function trustOption(): Option {
  return new Option(
    '-t, --trust <file>',
    'public keys that you trust: PEM or C2SP verifier keys; repeat for several files',
  )
    .argParser(collect)
    .env('AUDITED_TRUST');
}

/** For what seals a record as the records before it. */
export function sealKeyOption(): Option {
  return new Option('--seal-key <id=file>', 'a secret of the keyed seal, base64 in a file; repeat for several')
    .argParser(collect)
    .env('AUDITED_SEAL_KEY');
}
