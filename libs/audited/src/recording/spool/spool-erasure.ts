import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { WaitingEvents, WaitingSearch } from '../../storage/waiting-events.js';
import { isMissing } from './durable-folder.js';
import type { OwnedFiles } from './owned-files.js';
import { namesIn, otherFolders, OWNER_FILE } from './owner-folder.js';
import { personalEntries } from './segment-strip.js';
import { parseCard } from './spool-owner.js';
import { parseSegmentName } from './spool-segment.js';

/** What an erasure needs of the spool whose files it works on. */
export interface SpoolErasureParts {
  readonly directory: string;
  readonly files: OwnedFiles;
  /** Takes over what dead processes left. */
  readonly look: () => Promise<void>;
  readonly inTurn: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /** In turn, and while nothing is on its way to the store. */
  readonly alone: <Result>(work: () => Promise<Result>) => Promise<Result>;
}

/**
 * Finds and strips events in the spool. The files of this process, and those it takes over from dead ones, are its own;
 * what another living process keeps waiting is only named, because that one may be moving it just now.
 */
export class SpoolErasure implements WaitingEvents {
  readonly name = 'spool';

  constructor(private readonly parts: SpoolErasureParts) {}

  async find(search: WaitingSearch): Promise<readonly string[]> {
    const { directory, files, inTurn, look } = this.parts;
    await look();
    // In one turn, so that nothing is taken over between the two looks; the files are read afterwards.
    const { own, others } = await inTurn(async () => ({
      own: await this.ownSegments(),
      others: await otherFolders(directory, files.folder?.token),
    }));
    for (const path of own) {
      for (const entry of await personalEntries(path)) {
        if (search.isMeant(entry)) {
          search.found(entry);
        }
      }
    }
    const leftovers = [...(await this.damagedFiles())];
    for (const name of others) {
      const events = await meantIn(join(directory, name), search);
      if (events > 0) {
        leftovers.push(await leftoverOf(directory, name, events));
      }
    }
    return leftovers;
  }

  async strip(eventIds: ReadonlySet<string>): Promise<number> {
    const { files, inTurn, alone } = this.parts;
    await this.parts.look();
    await alone(() => files.roll());
    let stripped = 0;
    for (const path of await inTurn(() => this.ownSegments())) {
      stripped += await alone(() => files.strip(path, eventIds));
    }
    return stripped;
  }

  /** Files are replaced as a whole: the old one is gone when the new one is there. */
  scrub(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  private async ownSegments(): Promise<string[]> {
    const { folder } = this.parts.files;
    return folder === undefined ? [] : segmentsIn(folder.path);
  }

  private async damagedFiles(): Promise<readonly string[]> {
    const { directory } = this.parts;
    const names = (await namesIn(directory)).filter((name) => /^damaged-[0-9a-f]{32}$/.test(name));
    return names.map(
      (name) =>
        `The spool keeps bytes that it could not read in ${join(directory, name)}; nobody can tell whose they are. ` +
        'Look into the file, and delete it when it is of no use.',
    );
  }
}

async function segmentsIn(path: string): Promise<string[]> {
  return (await namesIn(path)).filter((name) => parseSegmentName(name) !== undefined).map((name) => join(path, name));
}

async function meantIn(folder: string, { isMeant }: WaitingSearch): Promise<number> {
  let events = 0;
  for (const path of await segmentsIn(folder)) {
    events += (await personalEntries(path)).filter(isMeant).length;
  }
  return events;
}

async function leftoverOf(directory: string, name: string, events: number): Promise<string> {
  const owner = await ownerOf(join(directory, name));
  return (
    `${events} event(s) wait in the spool folder ${name}, which belongs to ${owner}. ` +
    'Run the same erasure again in that process, or once it has moved them to the log or has ended.'
  );
}

async function ownerOf(folder: string): Promise<string> {
  try {
    const file = join(folder, OWNER_FILE);
    const card = parseCard(await readFile(file, 'utf8'));
    const { mtime } = await stat(file);
    return card === undefined
      ? 'another process'
      : `process ${card.pid} on ${card.host} (last seen ${mtime.toISOString()})`;
  } catch (error) {
    if (isMissing(error)) {
      return 'another process';
    }
    throw error;
  }
}
