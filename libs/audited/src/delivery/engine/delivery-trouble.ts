import type { DeliveryNotices } from './delivery-notices.js';

/** One kind of the engine's own work: tells what goes wrong with it, and, once, that it goes on. */
export class DeliveryTrouble {
  private isOpen = false;

  constructor(private readonly notices: Pick<DeliveryNotices, 'problem' | 'solved'>) {}

  /** It failed. */
  tell(what: string, error: unknown): void {
    this.isOpen = true;
    this.notices.problem(what, error);
  }

  /** It worked. */
  over(): void {
    if (this.isOpen) {
      this.isOpen = false;
      this.notices.solved();
    }
  }
}
