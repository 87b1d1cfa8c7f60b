/**
 * Bounds the work that one value may cause beyond what is kept of it (hashing, counting, enumerating), so that a
 * hostile value cannot hold the event loop. What the budget does not cover has a size but no hash.
 */
export class WorkBudget {
  /** Bytes that may still be hashed or searched. */
  private bytes = 32 * 1024 * 1024;
  /** Members and items that may still be enumerated. */
  private nodes = 200_000;

  /** False, and nothing taken, when the bytes are more than what is left. */
  takeBytes(bytes: number): boolean {
    if (bytes > this.bytes) return false;
    this.bytes -= bytes;
    return true;
  }

  /** False when the nodes are more than what was left; from then on there are none. */
  takeNodes(count: number): boolean {
    this.nodes -= count;
    return !this.isSpent;
  }

  get isSpent(): boolean {
    return this.nodes < 0;
  }
}
