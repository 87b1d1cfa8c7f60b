import type { IntegrityFault, IntegrityReport } from 'nestjs-audited';
import type { Terminal } from './terminal.js';

const VERDICT = {
  intact: 'INTACT',
  explained: 'EXPLAINED: there are faults, and an operator explained each of them',
  broken: 'BROKEN',
} as const;

/** The verdict on a log, for people. */
export function sayReport(terminal: Terminal, report: IntegrityReport): void {
  for (const fault of report.faults) {
    terminal.say(faultLine(fault));
  }
  const unnamed = report.faultCount - report.faults.length;
  if (unnamed > 0) {
    terminal.say(`... and ${unnamed} more fault(s); --max-faults names more of them`);
  }
  for (const chain of report.chains) {
    terminal.say(`chain ${chain.chain}: ${chainLine(chain)}`);
  }
  if (report.chains.length === 0) {
    terminal.say('the log holds no record');
  }
  const seconds = (report.durationMs / 1000).toFixed(1);
  terminal.say(`${VERDICT[report.state]}: ${report.records} record(s) in ${seconds} s, ${report.faultCount} fault(s)`);
}

/** One fault in one line, with its explanation where there is one. */
export function faultLine({ kind, chain, position, message, explainedBy }: IntegrityFault): string {
  const explained =
    explainedBy === undefined
      ? ''
      : ` [explained at position ${explainedBy.position}, ${explainedBy.at}: ${explainedBy.cause}]`;
  return `${kind.toUpperCase()} ${chain}:${position} ${message}${explained}`;
}

function chainLine(chain: IntegrityReport['chains'][number]): string {
  const { records, position, erased, pruned, checkpoints, macs } = chain;
  const facts = [`${records} record(s), the last at position ${position}`];
  if (pruned !== undefined) {
    facts.push(
      `pruned through position ${pruned.through} on ${pruned.at} by ${pruned.by} (stated at ${pruned.statedAt})`,
    );
  }
  if (erased > 0) {
    facts.push(`${erased} erased`);
  }
  facts.push(checkpointFact(checkpoints));
  if (macs.checked + macs.unchecked > 0) {
    facts.push(`keyed seals: ${macs.checked} checked, ${macs.unchecked} not checked for want of their key`);
  }
  return facts.join('; ');
}

function checkpointFact({
  agreed,
  beyond,
  coveredThrough,
  isTrusted,
}: IntegrityReport['chains'][number]['checkpoints']): string {
  const compared =
    agreed === 0
      ? 'no checkpoint covers it'
      : `${agreed} checkpoint(s) agree, through position ${coveredThrough} (${isTrusted ? 'signed by a key that you trust' : 'signatures not checked: no --trust was given'})`;
  return beyond === 0 ? compared : `${compared}; ${beyond} could not be compared`;
}
