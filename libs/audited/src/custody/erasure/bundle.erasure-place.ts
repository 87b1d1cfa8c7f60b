import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { StoredRecord } from '../../event/audit-record.js';
import { isMissing } from '../../recording/spool/durable-folder.js';
import type { ErasureSelection } from '../../storage/custody-store.js';
import { eraseFromBundle } from '../bundle/bundle-erasure.js';
import { MANIFEST_FILE, PARTIAL_SUFFIX } from '../bundle/bundle-format.js';
import { eventOf } from '../stored-events.js';
import type { ErasurePlace, ErasureScope, PlaceErasure } from './erasure-place.js';

/** Ids that the report names. */
const MOST_IDS = 1000;

/** Bundles, and the archives that pruning makes, as far as they lie in folders that are named. */
export class BundleErasurePlace implements ErasurePlace {
  readonly name = 'bundles';

  /**
   * @param folders each one a bundle, or a folder of bundles
   * @param archive where pruning puts its archives; it is made by the first one
   */
  constructor(
    private readonly folders: readonly string[],
    private readonly archive?: string,
  ) {}

  async erase(_selection: ErasureSelection, scope: ErasureScope): Promise<PlaceErasure> {
    const eventIds: string[] = [];
    const leftovers: string[] = [];
    let events = 0;
    const matches = (record: StoredRecord): boolean => {
      const event = eventOf(record);
      const { chain } = record.seal;
      const goes =
        event !== undefined &&
        scope.isMeant({ chain, event, personal: record.personal ?? '' }) &&
        !scope.isHeld({ chain, event });
      if (goes && eventIds.length < MOST_IDS) {
        eventIds.push(event.id);
      }
      return goes;
    };
    const { folders, archive } = this;
    for (const folder of archive === undefined ? folders : [...folders, archive]) {
      if (folder !== archive && !(await isThere(folder))) {
        leftovers.push(`There is no folder of bundles "${folder}". Erase again with its right name.`);
      }
      const { bundles, unfinished } = await bundlesIn(resolve(folder));
      leftovers.push(...unfinished.map(unfinishedBundle));
      for (const bundle of bundles) {
        try {
          events += await eraseFromBundle(bundle, matches);
        } catch (error) {
          const cause = error instanceof Error ? error.message : String(error);
          leftovers.push(
            `Nothing was erased from the bundle "${bundle}": ${cause} Mend or delete it, and erase again.`,
          );
        }
      }
    }
    return { events, eventIds, leftovers };
  }
}

interface Bundles {
  readonly bundles: readonly string[];
  /** Folders of bundles whose writing was stopped. */
  readonly unfinished: readonly string[];
}

async function bundlesIn(folder: string): Promise<Bundles> {
  if (await isThere(join(folder, MANIFEST_FILE))) {
    return { bundles: [folder], unfinished: [] };
  }
  const bundles: string[] = [];
  const unfinished: string[] = [];
  for (const name of await foldersIn(folder)) {
    const path = join(folder, name);
    if (name.endsWith(PARTIAL_SUFFIX)) {
      unfinished.push(path);
    } else if (await isThere(join(path, MANIFEST_FILE))) {
      bundles.push(path);
    }
  }
  return { bundles, unfinished };
}

async function foldersIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
  } catch (error) {
    // Nothing was archived yet.
    if (isMissing(error)) {
      return [];
    }
    throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) {
      return false;
    }
    throw error;
  }
}

function unfinishedBundle(path: string): string {
  return `The bundle "${path}" was not finished and may hold personal parts. Delete it when nobody is writing it.`;
}
