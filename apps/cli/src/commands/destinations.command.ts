import { Command, InvalidArgumentError } from 'commander';
import type { DestinationStatus, RewindTarget } from 'nestjs-audited';
import type { CommandContext } from '../command-context.js';
import { readLog, writeLog } from '../log-connection.js';
import { actOf, withAct, type ActOptions } from '../options/act-options.js';
import { withDatabase, withSigning, type LogOptions } from '../options/log-options.js';
import { destinationLine } from '../output/destination-text.js';
import type { Terminal } from '../output/terminal.js';

interface RewindOptions extends LogOptions, ActOptions {
  readonly to: RewindTarget;
  readonly chain?: string;
}

type Operations = Parameters<Parameters<typeof writeLog>[2]>[0]['destinations'];
type Deed = (destinations: Operations, name: string, act: ReturnType<typeof actOf>) => Promise<void>;

const HELP = `
The application sends; this looks at how far it is and tells it what to do. Whoever leads a destination follows within a second.
Each change is a sealed record with the person and the reason.

Examples:
  audited destinations list -d audit.sqlite
  audited destinations pause splunk -d audit.sqlite --by ops --reason "maintenance of the indexers"
  audited destinations rewind splunk --to 1200 -d audit.sqlite --by ops --reason "index was restored"`;

/** `audited destinations list|pause|resume|rewind|remove`. */
export function destinationsCommand({ terminal }: CommandContext): Command {
  return new Command('destinations')
    .description('the SIEMs that the log goes to: how they do, and what they should do')
    .addHelpText('after', HELP)
    .addCommand(listCommand(terminal))
    .addCommand(
      changeCommand(terminal, 'pause', 'send nothing there until it is resumed', 'Paused', (destinations, name, act) =>
        destinations.pause(name, act),
      ),
    )
    .addCommand(
      changeCommand(
        terminal,
        'resume',
        'go on; one that is held is tried at once',
        'Resumed',
        (destinations, name, act) => destinations.resume(name, act),
      ),
    )
    .addCommand(rewindCommand(terminal))
    .addCommand(
      changeCommand(
        terminal,
        'remove',
        'forget it, its place in the log and its dead letters',
        'Removed',
        (destinations, name, act) => destinations.remove(name, act),
      ),
    );
}

function listCommand(terminal: Terminal): Command {
  const command = new Command('list').description('health, who leads, how many records wait, dead letters');
  return withDatabase(command).action(async (options: LogOptions) => {
    const all: readonly DestinationStatus[] = await readLog(options, ({ destinations }) => destinations.status());
    terminal.json(all);
    all.forEach((destination) => terminal.say(destinationLine(destination)));
    if (all.length === 0) {
      terminal.say('No destination was ever registered.');
    }
  });
}

function changeCommand(terminal: Terminal, verb: string, description: string, done: string, deed: Deed): Command {
  const command = new Command(verb).description(description).argument('<name>', 'the destination');
  return withAct(withSigning(command)).action(async (name: string, options: LogOptions & ActOptions) => {
    const act = actOf(options);
    await writeLog(options, terminal, ({ destinations }) => deed(destinations, name, act));
    terminal.json({ destination: name, act: verb });
    terminal.say(`${done} "${name}".`);
  });
}

function rewindCommand(terminal: Terminal): Command {
  const command = new Command('rewind')
    .description('send again, or skip: what stands behind the place is sent next')
    .argument('<name>', 'the destination');
  return withAct(withSigning(command))
    .requiredOption('--to <place>', '"beginning", "now", or a position', place)
    .option('-c, --chain <name>', 'the chain that the position is in; default: main')
    .action(async (name: string, options: RewindOptions) => {
      const act = actOf(options);
      const { to, chain } = options;
      const target = typeof to === 'object' && chain !== undefined ? { ...to, chain } : to;
      await writeLog(options, terminal, ({ destinations }) => destinations.rewind(name, target, act));
      terminal.json({ destination: name, act: 'rewind', to: target });
      terminal.say(`Set "${name}" to ${typeof target === 'object' ? `position ${target.position}` : target}.`);
    });
}

function place(text: string): RewindTarget {
  if (text === 'beginning' || text === 'now') {
    return text;
  }
  if (!/^(0|[1-9]\d{0,14})$/.test(text)) {
    throw new InvalidArgumentError('Give "beginning", "now", or a position, 0 or more.');
  }
  return { position: Number(text) };
}
