import * as crypto from 'node:crypto';

const SALT_BYTES = 16;
const SALT_BLOCK_BYTES = SALT_BYTES * 256;

/** One-shot hashing of one buffer is twice as fast as a Hash object; synchronous code can share the buffer. */
const MAX_SCRATCH_CHARACTERS = 4096;
const scratch = Buffer.alloc(SALT_BYTES + MAX_SCRATCH_CHARACTERS * 3);

/** Draws salts in blocks; every salt is used once. */
export class PersonalSalts {
  private block = '';
  private used = SALT_BLOCK_BYTES * 2;

  /** 16 random bytes as 32 hex digits. */
  next(): string {
    if (this.used >= SALT_BLOCK_BYTES * 2) {
      this.block = crypto.randomFillSync(Buffer.allocUnsafe(SALT_BLOCK_BYTES)).toString('hex');
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
  // One string of at most three bytes a character; larger ones take the road without the scratch buffer.
  if (personal.length > MAX_SCRATCH_CHARACTERS) {
    return crypto.createHash('sha256').update(salt, 'hex').update(personal, 'utf8').digest('hex');
  }
  scratch.write(salt, 0, SALT_BYTES, 'hex');
  const bytes = SALT_BYTES + scratch.write(personal, SALT_BYTES, 'utf8');
  return crypto.hash('sha256', scratch.subarray(0, bytes), 'hex');
}
