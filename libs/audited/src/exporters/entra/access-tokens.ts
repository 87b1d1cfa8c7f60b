import type { Clock } from '../../event/clock.js';
import type { SendHttp } from '../http/http-exporter.js';
import { networkVerdict } from '../network-verdict.js';
import type { AccessToken, TokenRefusal, TokenSource } from './access-token.js';
import { untilAborted } from './until-aborted.js';

/** A token is renewed so long before its end; one of a shorter life, after half of it. */
const EARLY_MS = 300_000;
/** While the old token still holds, a renewal that failed is not tried again before. */
const PAUSE_AFTER_FAILURE_MS = 30_000;

interface KeptToken extends AccessToken {
  /** From then on a new one is asked for, in milliseconds since the epoch. */
  readonly renewAt: number;
}

/** A question that is under way, and how many wait for its answer. */
interface Asking {
  readonly answer: Promise<AccessToken | TokenRefusal>;
  readonly stop: AbortController;
  waiting: number;
}

/**
 * The access token of one destination: kept, renewed before it ends, and asked for once however many want it at the same
 * time.
 */
export class AccessTokens {
  private kept: KeptToken | undefined;
  private asking: Asking | undefined;

  constructor(
    private readonly source: TokenSource,
    private readonly clock: Clock,
  ) {}

  /** Rejects only when `signal` is aborted. */
  async get(send: SendHttp, signal: AbortSignal): Promise<AccessToken | TokenRefusal> {
    const kept = this.kept;
    if (kept !== undefined && this.clock.now() < kept.renewAt) {
      return kept;
    }
    const answer = await this.ask(send, signal);
    const now = this.clock.now();
    if ('token' in answer || kept === undefined || this.kept !== kept || now >= kept.expiresOnTimestamp) {
      return answer;
    }
    // The service of the tokens is out of order; that is no reason to stop while the old one is good.
    this.kept = { ...kept, renewAt: now + PAUSE_AFTER_FAILURE_MS };
    return kept;
  }

  /** Says that a token was refused. No effect when another has taken its place. */
  forget(token: string): void {
    if (this.kept?.token === token) {
      this.kept = undefined;
    }
  }

  private async ask(send: SendHttp, signal: AbortSignal): Promise<AccessToken | TokenRefusal> {
    signal.throwIfAborted();
    const asking = (this.asking ??= this.begin(send));
    asking.waiting += 1;
    try {
      return await untilAborted(asking.answer, signal);
    } finally {
      asking.waiting -= 1;
      if (asking.waiting === 0 && this.asking === asking) {
        // Nobody wants the answer any more; who comes later must not wait for what was stopped.
        this.asking = undefined;
        asking.stop.abort();
      }
    }
  }

  private begin(send: SendHttp): Asking {
    const stop = new AbortController();
    const answer = this.source(send, stop.signal).catch(networkVerdict);
    const asking: Asking = { answer, stop, waiting: 0 };
    void answer.then((given) => {
      if (this.asking !== asking) {
        return;
      }
      this.asking = undefined;
      if ('token' in given) {
        this.kept = this.toKeep(given);
      }
    });
    return asking;
  }

  private toKeep({ token, expiresOnTimestamp }: AccessToken): KeptToken {
    const life = Math.max(0, expiresOnTimestamp - this.clock.now());
    return { token, expiresOnTimestamp, renewAt: expiresOnTimestamp - Math.min(EARLY_MS, life / 2) };
  }
}
