import { Command, Option } from 'commander';
import type { PruneOptions, RetentionOptions } from 'nestjs-audited';
import { InputError } from '../input-error.js';
import { readLog, writeLog } from '../log-connection.js';
import { actOf, withAct, type ActOptions } from '../options/act-options.js';
import { textOf } from '../options/input-files.js';
import { withSigning, type LogOptions } from '../options/log-options.js';
import type { Terminal } from '../output/terminal.js';
import type { CommandContext } from '../command-context.js';

interface PruneCommandOptions extends LogOptions, ActOptions {
  readonly policy?: string;
  readonly preset?: string;
  readonly keep?: string;
  readonly archive?: string;
  readonly chain?: string;
  readonly dryRun?: boolean;
}

const HELP = `
Removes the beginning of a chain: records whose time is over, up to the first one that must stay. The chain is verified
first, the records are archived when --archive is given, and a sealed record says what was removed, when and by whom.
An interrupted prune leaves a log that verifies; run it again and it goes on.

--policy is a JSON file with what the option "retention" of the module holds:
  { "preset": "pci-dss", "classes": { "financial": "10 years" }, "typeClasses": { "order.refunded": "financial" }, "archive": "archive" }
"typeClasses" says here what the catalogue says in the application: the retention class of an event type.

Examples:
  audited prune --dry-run -d audit.sqlite --keep "400 days"
  audited prune -d audit.sqlite --preset hipaa --archive archive --by ops --reason "yearly" --origin audit.example.com/orders --key audit-key.pem`;

/** `audited prune`. */
export function pruneCommand({ terminal }: CommandContext): Command {
  const command = new Command('prune').description('remove records whose time is over').addHelpText('after', HELP);
  return withAct(withSigning(command))
    .option('--policy <file>', 'the retention policy, as JSON')
    .addOption(new Option('--preset <name>', 'a policy of its own').choices(['pci-dss', 'cert-in', 'hipaa']))
    .option('--keep <period>', 'the same period for everything: "400 days", "12 months", "6 years"')
    .option('--archive <folder>', 'archive there what is removed')
    .option('-c, --chain <name>', 'only this chain')
    .option('--dry-run', 'say what would go, and why nothing more')
    .action(async (options: PruneCommandOptions) => {
      const { retention, typeClasses } = policyOf(options);
      const settings = { retention, classOfType: (type: string) => typeClasses[type] };
      if (options.dryRun === true) {
        const plans = await readLog(options, ({ custody }) => custody.planPrune(options.chain), settings);
        terminal.json(plans);
        plans.forEach(({ chain, from, through, limit }) =>
          terminal.say(
            through < from
              ? `chain ${chain}: nothing may go; ${limitText(limit)}`
              : `chain ${chain}: positions ${from} to ${through} may go; then ${limitText(limit)}`,
          ),
        );
        return;
      }
      const act = actOf(options);
      const done = await writeLog(
        options,
        terminal,
        ({ custody }) =>
          custody.prune(act, {
            ...(options.chain === undefined ? {} : { chain: options.chain }),
            onProgress: tellSteps(terminal),
          }),
        settings,
      );
      terminal.json(done);
      done.forEach(({ chain, removed, through, statedAt, limit }) =>
        terminal.say(
          removed === 0
            ? `chain ${chain}: nothing went; ${limitText(limit)}`
            : `chain ${chain}: ${removed} record(s) through position ${through} went, as the record at ${statedAt ?? '?'} says; ${limitText(limit)}`,
        ),
      );
    });
}

/** Says each step once, however often it is told. */
function tellSteps(terminal: Terminal): NonNullable<PruneOptions['onProgress']> {
  let last = '';
  return ({ chain, step, position }) => {
    const now = `${chain} ${step}`;
    if (now !== last) {
      last = now;
      terminal.note(`chain ${chain}: ${step} (position ${position})`);
    }
  };
}

interface Policy {
  readonly retention: RetentionOptions;
  readonly typeClasses: Readonly<Record<string, string>>;
}

function policyOf({ policy, preset, keep, archive }: PruneCommandOptions): Policy {
  if ([policy, preset, keep].filter((given) => given !== undefined).length !== 1) {
    throw new InputError('Give exactly one of --policy, --preset and --keep: nothing is removed by a guess.');
  }
  const { typeClasses = {}, ...retention } = policy === undefined ? {} : fileOf(policy);
  return {
    retention: {
      ...retention,
      ...(preset === undefined ? {} : { preset: preset as NonNullable<RetentionOptions['preset']> }),
      ...(keep === undefined ? {} : { default: keep }),
      ...(archive === undefined ? {} : { archive }),
    },
    typeClasses,
  };
}

function fileOf(file: string): RetentionOptions & { readonly typeClasses?: Readonly<Record<string, string>> } {
  const text = textOf('--policy', file);
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch (error) {
    throw new InputError(`--policy: "${file}" is no JSON: ${(error as Error).message}.`);
  }
  if (typeof policy !== 'object' || policy === null || Array.isArray(policy)) {
    throw new InputError(`--policy: "${file}" holds no JSON object. "audited help prune" shows one.`);
  }
  const { typeClasses } = policy as { readonly typeClasses?: unknown };
  const isMap =
    typeof typeClasses === 'object' &&
    typeClasses !== null &&
    Object.values(typeClasses).every((name) => typeof name === 'string');
  if (typeClasses !== undefined && !isMap) {
    throw new InputError('--policy: "typeClasses" must map event types to names of classes.');
  }
  return policy;
}

function limitText({ why, position, what }: { why: string; position: number; what: string }): string {
  const reasons: Readonly<Record<string, string>> = {
    period: `the time of ${what} at position ${position} is not over`,
    hold: `the legal hold "${what}" keeps position ${position}`,
    guard: `${what} still needs position ${position}`,
    damaged: `position ${position} cannot be read`,
    end: `position ${position} is the last record of the chain`,
  };
  return reasons[why] ?? why;
}
