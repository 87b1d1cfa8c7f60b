import { createHash, verify } from 'node:crypto';

/** A checkpoint as our own few lines read it: written from C2SP's pages, sharing nothing with the package. */
export interface ReadNote {
  readonly origin: string;
  readonly size: number;
  /** Hex. */
  readonly root: string;
  readonly time: string;
  /** How many of the signatures verify with one of the keys. */
  readonly verified: number;
  readonly signatures: number;
}

/** @param publicPems keys that may have signed */
export function readNote(note: string, publicPems: readonly string[]): ReadNote {
  const end = note.indexOf('\n\n') + 1;
  const text = note.slice(0, end);
  const [origin = '', size = '', root = '', time = ''] = text.split('\n');
  const lines = note
    .slice(end + 1)
    .split('\n')
    .filter(Boolean);
  const verified = lines.filter((line) => {
    const [dash, name, content = ''] = line.split(' ');
    // Four bytes of key id before the signature.
    const signature = Buffer.from(content, 'base64').subarray(4);
    const isVerified = publicPems.some((pem) => verify(null, Buffer.from(text), pem, signature));
    return dash === '—' && name === origin && isVerified;
  });
  return {
    origin,
    size: Number(size),
    root: Buffer.from(root, 'base64').toString('hex'),
    time: time.replace(/^time /, ''),
    verified: verified.length,
    signatures: lines.length,
  };
}

/** Root over hashes of records, by the definition in RFC 6962, section 2.1. */
export function treeRoot(recordHashes: readonly string[]): string {
  return rootOf(recordHashes.map((hash) => sha256(Buffer.of(0), Buffer.from(hash, 'hex')))).toString('hex');
}

function rootOf(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves;
  if (leaves.length <= 1) {
    return only ?? sha256();
  }
  const split = 2 ** Math.floor(Math.log2(leaves.length - 1));
  return sha256(Buffer.of(1), rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
}

function sha256(...parts: readonly Buffer[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}
