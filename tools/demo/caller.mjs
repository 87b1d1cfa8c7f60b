// Whoever started this process, for scripts that must not outlive them: npm does not pass every signal on, it may just go.
import { spawnSync } from 'node:child_process';

const CHECK_MS = 500;

/** Calls `gone` once, when the process that called this one is gone; npm puts a shell between the two. */
export function whenCallerIsGone(gone) {
  const parent = process.ppid;
  const behindShell = callerOfShell(parent);
  const watch = setInterval(() => {
    if (process.ppid !== parent || (behindShell !== undefined && !isAlive(behindShell))) {
      clearInterval(watch);
      gone();
    }
  }, CHECK_MS);
  watch.unref();
}

/** The process that started a shell; undefined when it is no shell, or nobody can tell. */
function callerOfShell(pid) {
  const { stdout } = spawnSync('ps', ['-o', 'ppid=,comm=', '-p', String(pid)], { encoding: 'utf8' });
  const [, caller, command = ''] = /^\s*(\d+)\s+(\S+)/.exec(stdout ?? '') ?? [];
  return /(^|\/)-?\w*sh$/.test(command) ? Number(caller) : undefined;
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process is alive, too.
    return error.code === 'EPERM';
  }
}
