import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const SETTLE_TIMEOUT_MS = 30_000;

/** Waits until nothing is on its way any more: spool and inbox are empty, and everything promised is there. */
export async function isSettled({ judge, spoolDirectory, application }) {
  const deadline = Date.now() + SETTLE_TIMEOUT_MS;
  while (!(spoolIsEmpty(spoolDirectory) && (await judge.isSettled()))) {
    if (Date.now() > deadline || application.hasEnded) {
      return false;
    }
    await wait(20);
  }
  return true;
}

/** The product's own opinion about the chain, by a running application. */
export async function verification(application) {
  const answer = await fetch(`${await application.url()}/verify`);
  if (!answer.ok) {
    throw new Error(`The verifier answered ${answer.status}: ${await answer.text()}`);
  }
  return answer.json();
}

/** True when no event waits on disk. What a kill tore apart stays in files of its own, and is no event. */
function spoolIsEmpty(directory) {
  try {
    return readdirSync(directory, { recursive: true })
      .filter((name) => /\.(spool|refused)$/.test(name))
      .every((name) => statSync(join(directory, name)).size === 0);
  } catch (error) {
    if (error.code !== 'ENOENT') {
      throw error;
    }
    // Never made, or a file went while it was looked at: then the next look tells.
    return !existsSync(directory);
  }
}
