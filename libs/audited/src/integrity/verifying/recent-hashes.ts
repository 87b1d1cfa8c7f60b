/** Between the end that a statement names and its own record others may have been appended: by other processes, say. */
const REMEMBERED = 65_536;

/** Hashes of the records that were read last, to tell whether a statement was made at this very place of this history. */
export class RecentHashes {
  private readonly positions = new Float64Array(REMEMBERED);
  private readonly hashes: (string | undefined)[] = [];

  /** @param hash `undefined` where it is in doubt */
  note(position: number, hash: string | undefined): void {
    const place = placeOf(position);
    this.positions[place] = position;
    this.hashes[place] = hash;
  }

  /**
   * Whether a record that stands at a position may have been written when the chain ended as it says. Where that end is
   * broken, missing or pruned nobody can tell, and then it may: the fault is named, or the prune.
   */
  mayFollow(position: number, end: { readonly position: number; readonly hash: string }): boolean {
    if (end.position >= position || position - end.position > REMEMBERED) {
      return false;
    }
    const known = this.hashAt(end.position);
    return known === undefined || known === end.hash;
  }

  /** The hash at a position, where it was noted and is beyond doubt. */
  hashAt(position: number): string | undefined {
    const place = placeOf(position);
    return this.positions[place] === position ? this.hashes[place] : undefined;
  }
}

function placeOf(position: number): number {
  return position % REMEMBERED;
}
