import { createHash } from 'node:crypto';
import { canonicalJson } from '../../event/canonical-json.js';
import { noteTruncated } from '../../redaction/redaction-findings.js';
import type { Redactor, RedactionFindings } from '../../redaction/redactor.js';

/** The first items of a list. Read by index: a list that a caller gave may have methods of its own. */
export function firstItems(list: readonly unknown[], most: number): unknown[] {
  const items: unknown[] = [];
  for (let index = 0; index < list.length && index < most; index++) {
    items.push(list[index]);
  }
  return items;
}

/** Says in the findings that a list was cut, with size and hash of the whole of it, secrets replaced. */
export function noteCutList(
  list: readonly unknown[],
  pointer: string,
  redactor: Redactor,
  findings: RedactionFindings,
): void {
  const found: RedactionFindings = { truncated: [], redacted: [] };
  const text = canonicalJson(redactor.value(list, pointer, found));
  const cut = found.truncated.find(({ path }) => path === pointer);
  noteTruncated(
    findings,
    cut ?? {
      path: pointer,
      bytes: Buffer.byteLength(text),
      sha256: createHash('sha256').update(text).digest('hex'),
    },
  );
}
