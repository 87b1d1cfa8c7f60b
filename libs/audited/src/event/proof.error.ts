import { AuditError } from './audit.error.js';

/** A tile that the tree of this size needs is not stored, or holds too few hashes. */
export class TreeIncompleteError extends AuditError {
  override readonly name = 'TreeIncompleteError';

  constructor(size: number, level: number, index: number) {
    super(
      'AUDIT_TREE_INCOMPLETE',
      `The tree of ${size} records lacks tile ${index} of level ${level}. ` +
        'Grow the tree again from the records (a checkpoint does), or restore the tiles from a backup.',
    );
  }
}

/** A proof does not have the shape that its index, size or selection demands; it proves nothing. */
export class ProofMalformedError extends AuditError {
  override readonly name = 'ProofMalformedError';

  constructor(problem: string) {
    super('AUDIT_PROOF_MALFORMED', `The proof is malformed: ${problem}. Have it made again from the log.`);
  }
}

/** A text is no signed note, or no checkpoint. */
export class NoteMalformedError extends AuditError {
  override readonly name = 'NoteMalformedError';

  /** @param problem a sentence's end that never repeats more of the note than a few characters */
  constructor(readonly problem: string) {
    super('AUDIT_NOTE_MALFORMED', `The note is malformed: ${problem}. Take the file as it was written, byte by byte.`);
  }
}

/** A key for signing or for checking cannot be used. The message never repeats the key. */
export class KeyInvalidError extends AuditError {
  override readonly name = 'KeyInvalidError';

  constructor(problem: string, cure: string, options?: ErrorOptions) {
    super('AUDIT_KEY_INVALID', `The key cannot be used: ${problem}. ${cure}`, options);
  }
}

/** A list of positions (`1-5,9`) is malformed. */
export class PositionsInvalidError extends AuditError {
  override readonly name = 'PositionsInvalidError';

  constructor(problem: string) {
    super(
      'AUDIT_POSITIONS_INVALID',
      `The list of positions ${problem}. Write ascending positions and ranges without overlap: 1-5,9,12-40.`,
    );
  }
}
