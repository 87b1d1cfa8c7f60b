import type { AuditSeal } from '../../event/audit-record.js';
import { hmacSha256Scheme } from '../hmac-sha256.scheme.js';
import type { ChainVerdict, IntegrityFault } from '../integrity-fault.js';
import type { MacVerdict } from '../mac-check.js';

/** What is asked of a seal here. */
export type WatchedSeal = Pick<AuditSeal, 'position' | 'scheme' | 'mac'>;

/** Wrong macs of neighbouring positions that name the same key. */
interface MacRun {
  readonly from: number;
  through: number;
  readonly key: string;
}

const NO_KEY = '';

/**
 * Watches the keyed seals of a chain: a key that is wrong shows at every record it sealed, and a chain that goes on
 * without a key at every record from there on; each is one fault.
 */
export class SealWatch {
  private readonly macs = { checked: 0, unchecked: 0 };
  private run: MacRun | undefined;
  /** Whether keyed seals were seen. */
  private isKeyed = false;
  private downgradedAt: number | undefined;

  constructor(private readonly report: (fault: Omit<IntegrityFault, 'chain'>) => void) {}

  /** How many keyed seals were checked (right or wrong), and how many could not be. */
  get counts(): ChainVerdict['macs'] {
    return this.macs;
  }

  /**
   * Takes note of the next record that is intact and holds its place.
   *
   * @returns the position from which on seals are weaker than those before it, up to this record; or `undefined`
   */
  add(seal: WatchedSeal, mac: MacVerdict): number | undefined {
    this.count(mac);
    if (mac === 'wrong') {
      this.addWrong(seal);
    } else if (this.run !== undefined) {
      this.end();
    }
    if (seal.scheme === hmacSha256Scheme.id) {
      this.isKeyed = true;
      this.downgradedAt = undefined;
    } else if (this.isKeyed && this.downgradedAt === undefined) {
      this.downgradedAt = seal.position;
      const message =
        'from here on records are sealed without a key, although those before it are keyed: ' +
        'the key was taken out of the configuration, or somebody without it wrote them';
      this.report({ kind: 'scheme', position: seal.position, message });
    }
    return this.downgradedAt;
  }

  /** Reports what was gathered, if anything. */
  end(): void {
    const { run } = this;
    if (run === undefined) {
      return;
    }
    this.run = undefined;
    const { from, through, key } = run;
    const problem =
      key === NO_KEY
        ? 'a mac stands beside a seal that has none, or is no value that was ever written'
        : `the keyed seal was not made with a secret that was given for key ${JSON.stringify(key)}: ` +
          'that key is missing among those given, its secret is a wrong one, or somebody without it sealed the record';
    const message = from === through ? problem : `${problem} (positions ${from} to ${through})`;
    this.report({ kind: 'mac', position: from, ...(through > from && { through }), message });
  }

  private count(mac: MacVerdict): void {
    if (mac === 'unchecked') {
      this.macs.unchecked++;
    } else if (mac !== 'none') {
      this.macs.checked++;
    }
  }

  private addWrong({ position, scheme, mac }: WatchedSeal): void {
    const key = scheme === hmacSha256Scheme.id ? keyIdOf(mac) : NO_KEY;
    if (this.run !== undefined && this.run.through + 1 === position && this.run.key === key) {
      this.run.through = position;
      return;
    }
    this.end();
    this.run = { from: position, through: position, key };
  }
}

function keyIdOf(mac: string | undefined): string {
  return /^([A-Za-z0-9._-]{1,24}):/.exec(mac ?? '')?.[1] ?? NO_KEY;
}
