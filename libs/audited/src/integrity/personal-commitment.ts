import { createHash, randomFillSync } from 'node:crypto';

const SALT_BYTES = 16;
const SALT_BLOCK_BYTES = SALT_BYTES * 256;

/** Draws salts in blocks; every salt is used once. */
export class PersonalSalts {
  private block = '';
  private used = SALT_BLOCK_BYTES * 2;

  /** 16 random bytes as 32 hex digits. */
  next(): string {
    if (this.used >= SALT_BLOCK_BYTES * 2) {
      this.block = randomFillSync(Buffer.allocUnsafe(SALT_BLOCK_BYTES)).toString('hex');
      this.used = 0;
    }
    const salt = this.block.slice(this.used, this.used + SALT_BYTES * 2);
    this.used += SALT_BYTES * 2;
    return salt;
  }
}

/**
 * Commitment to the personal part: hex SHA-256 over the salt's 16 bytes followed by the UTF-8 bytes
 * of the canonical personal part. Without the salt nobody can test a guess against it, so erasing
 * part and salt erases the person while the record's hash stays valid.
 *
 * @param salt 32 hex digits
 * @param personal canonical JSON of the personal part
 */
export function personalCommitment(salt: string, personal: string): string {
  return createHash('sha256').update(salt, 'hex').update(personal, 'utf8').digest('hex');
}
