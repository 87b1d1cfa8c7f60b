import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { IntegrityReport } from 'nestjs-audited';

const PROGRAM = fileURLToPath(new URL('../interop/verify_chain.py', import.meta.url));

/** What the verifier in Python says. */
export interface PythonVerdict {
  /** 0: intact, 1: broken, 4: explained. */
  readonly status: number | null;
  /** As `kind chain position`, in the order of chains and positions. */
  readonly faults: readonly string[];
  readonly lastLine: string | undefined;
}

/** What somebody who verifies got elsewhere than from the log. */
export interface Auditor {
  readonly trustedKeys?: readonly string[];
  readonly checkpoints?: readonly string[];
  readonly logName?: string;
  readonly seal?: { readonly keys: readonly { readonly id: string; readonly secret: Buffer }[] } | undefined;
}

/** Whether there is a Python to run it with. */
export function hasPython(): boolean {
  const isThere = spawnSync('python3', ['--version']).status === 0;
  if (!isThere) {
    console.log('skipped: there is no python3 on this machine');
  }
  return isThere;
}

/** Runs the verifier that was written from the page about the record format, with nothing of ours. */
export function verifyWithPython(...files: readonly string[]): PythonVerdict {
  const { status, stdout, stderr } = spawnSync('python3', [PROGRAM, ...files], { encoding: 'utf8' });
  expect(stderr).toBe('');
  const lines = stdout.trimEnd().split('\n');
  return { status, faults: lines.slice(0, -1).map((line) => line.split(' ', 3).join(' ')), lastLine: lines.at(-1) };
}

/** Writes what an auditor has beside the log. @returns the arguments that name these files */
export function argumentsOf({ trustedKeys, checkpoints = [], logName, seal }: Auditor, log: string): readonly string[] {
  const files: string[] = [log];
  const write = (name: string, content: string): string => {
    const file = `${log}.${name}`;
    writeFileSync(file, content);
    return file;
  };
  if (seal !== undefined) {
    const lines = seal.keys.map(({ id, secret }) => `${id} ${secret.toString('hex')}\n`);
    files.push(write('seals', lines.join('')));
  }
  if (trustedKeys !== undefined) {
    files.push('--trusted', write('keys', trustedKeys.join('\n')));
  }
  if (logName !== undefined) {
    files.push('--log', logName);
  }
  return [...files, ...checkpoints.flatMap((note, index) => ['--checkpoint', write(`note${index}`, note)])];
}

/** The same of our own verifier. */
export function verdictOf({ state, faults, records, faultCount }: IntegrityReport): PythonVerdict {
  const counted = `faults=${faultCount}`;
  return {
    status: { intact: 0, broken: 1, explained: 4 }[state],
    faults: faults.map(({ kind, chain, position }) => `${kind} ${chain} ${position}`),
    lastLine: { intact: `ok records=${records}`, broken: counted, explained: `explained ${counted}` }[state],
  };
}
