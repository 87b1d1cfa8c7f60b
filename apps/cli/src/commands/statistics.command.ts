import { Command, Option } from 'commander';
import type { HistogramInterval, StatisticsFilters, StatisticsQuery } from 'nestjs-audited/custody';
import type { CommandContext } from '../command-context.js';
import { withSomeFilters, withTimes } from '../options/filter-options.js';
import { sealKeyOption, withDatabase, type LogOptions } from '../options/log-options.js';
import { countFromZero } from '../options/option-values.js';
import { withReader, type ReaderOptions } from '../options/reader-options.js';
import { filtersOf, type RecordOptions } from '../options/record-options.js';
import { sayStatistics } from '../output/statistics-text.js';
import { lookInto } from '../records/recorded-look.js';

interface StatisticsOptions extends LogOptions, RecordOptions, ReaderOptions {
  readonly top?: number;
  readonly histogram?: HistogramInterval;
  readonly timeZone?: string;
}

const FILTERS = [
  'type',
  'severity',
  'outcome',
  'risk',
  'environment',
  'tenantId',
] as const satisfies readonly (keyof StatisticsFilters)[];

const HELP = `
Filters behave as in "audited query": lists with commas, and a negation of each, --not-outcome success.

Whoever reads leaves a record of type audit.read, before anything is shown. That needs the rights of the application; with
--unrecorded an account that may only SELECT is enough.

Examples:
  audited statistics -d audit.sqlite --since 2026-11-01 --until 2026-12-01 --histogram day --time-zone Europe/Berlin
  audited statistics -d audit.sqlite --outcome denied --top 3 --json`;

/** `audited statistics`. */
export function statisticsCommand({ terminal }: CommandContext): Command {
  const command = withDatabase(new Command('statistics').description('the log in numbers'))
    .addOption(sealKeyOption())
    .option('--top <count>', 'name so many actors and resources, up to 100; 10 unless you say otherwise', countFromZero)
    .addOption(
      new Option('--histogram <step>', 'counts over time').choices([
        'minute',
        'hour',
        'day',
      ] satisfies HistogramInterval[]),
    )
    .option('--time-zone <name>', 'in which hours and days begin: Europe/Berlin; UTC unless you say otherwise');
  return withReader(withSomeFilters(withTimes(command), FILTERS))
    .addHelpText('after', HELP)
    .action(async (options: StatisticsOptions) => {
      const query = queryOf(options);
      await lookInto(options, terminal, async ({ statistics, note }) => {
        const numbers = await statistics.statistics(query);
        await note({ action: 'Statistics read on the command line', query });
        terminal.json(numbers);
        sayStatistics(terminal, numbers);
      });
    });
}

function queryOf(options: StatisticsOptions): StatisticsQuery {
  const { top, histogram, timeZone } = options;
  return {
    ...filtersOf(options),
    ...(top === undefined ? {} : { top }),
    ...(histogram === undefined ? {} : { histogram }),
    ...(timeZone === undefined ? {} : { timeZone }),
  };
}
