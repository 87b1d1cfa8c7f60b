import type { BundleFault, BundleReport } from 'nestjs-audited/custody';
import type { Terminal } from './terminal.js';

/** The verdict on a bundle, for people. */
export function sayBundleReport(terminal: Terminal, report: BundleReport): void {
  report.faults.forEach((fault) => terminal.say(bundleFaultLine(fault)));
  const unnamed = report.faultCount - report.faults.length;
  if (unnamed > 0) {
    terminal.say(`... and ${unnamed} more fault(s); --max-faults names more of them`);
  }
  report.chains.forEach((chain) => terminal.say(`chain ${chain.chain}: ${chainLine(chain)}`));
  report.remarks.forEach((remark) => terminal.say(remark));
  const seconds = (report.durationMs / 1000).toFixed(1);
  const verdict = report.ok
    ? report.isTrusted
      ? 'INTACT'
      : 'CONSISTENT, but nobody you trust vouches for it'
    : 'BROKEN';
  terminal.say(`${verdict}: ${report.records} record(s) in ${seconds} s, ${report.faultCount} fault(s)`);
}

/** One fault of a bundle in one line. */
export function bundleFaultLine({ kind, chain, position, file, line, message }: BundleFault): string {
  const place = chain === undefined ? '' : ` ${chain}${position === undefined ? '' : `:${position}`}`;
  const where = file === undefined ? '' : ` ${file}${line === undefined ? '' : ` line ${line}`}`;
  return `${kind.toUpperCase()}${place}${where} ${message}`;
}

function chainLine({
  records,
  first,
  last,
  erased,
  isProved,
  size,
  checkpointTime,
}: BundleReport['chains'][number]): string {
  const where = first === undefined || last === undefined ? '' : `, positions ${first} to ${last}`;
  const facts = [`${records} record(s)${where}`];
  if (erased > 0) {
    facts.push(`${erased} erased`);
  }
  const root = checkpointTime === undefined ? 'a root that nobody signed' : `the checkpoint of ${checkpointTime}`;
  facts.push(`${isProved ? 'proved' : 'NOT proved'} against ${root} over ${size} record(s)`);
  return facts.join('; ');
}
