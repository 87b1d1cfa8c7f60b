import * as crypto from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { ManifestFile } from '../bundle-manifest.js';

/** A file of a bundle while it is written: counts and hashes what goes in. */
export class BundleFile {
  private readonly digest = crypto.createHash('sha256');
  private bytes = 0;

  constructor(
    private readonly name: string,
    private readonly handle: FileHandle,
  ) {}

  /** Resolves when the system took the bytes; who waits for it has back-pressure. */
  async write(content: Uint8Array): Promise<void> {
    this.digest.update(content);
    for (let from = 0; from < content.length;) {
      const { bytesWritten } = await this.handle.write(content, from);
      from += bytesWritten;
    }
    this.bytes += content.length;
  }

  /** Makes the file durable. */
  async end(): Promise<ManifestFile> {
    try {
      await this.handle.sync();
    } finally {
      await this.handle.close();
    }
    return { name: this.name, bytes: this.bytes, sha256: this.digest.digest('hex') };
  }

  /** Closes the file without more ado, after a failure. */
  async abandon(): Promise<void> {
    await this.handle.close();
  }
}
