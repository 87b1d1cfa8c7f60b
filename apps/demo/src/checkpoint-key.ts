import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { CheckpointKey } from 'nestjs-audited';
import { generateKeyPair } from 'nestjs-audited/custody';

const BESIDE_A_SERVER = '.data/demo-audit';

/**
 * The key that signs the demo's checkpoints, made at the first start. Beside the database it is out of the reach of nobody
 * who matters: a real one lies where whoever administers the database cannot read it.
 */
export function checkpointKeyFor(database: string): CheckpointKey {
  if (database === ':memory:') {
    return { pem: generateKeyPair().privatePem };
  }
  const isUrl = /^[a-z]+:\/\//i.test(database);
  const file = `${isUrl ? BESIDE_A_SERVER : database}.checkpoint-key.pem`;
  mkdirSync(dirname(file), { recursive: true });
  try {
    writeFileSync(file, generateKeyPair().privatePem, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    // The key of an earlier start; another one would look like somebody else's.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw error;
    }
  }
  return { file };
}
