import { createHmac } from 'node:crypto';

const PATH = '/api/logs';

/** What a signature of the HTTP Data Collector API covers. */
export interface SharedKeyRequest {
  /** Length of the body in bytes of UTF-8: characters give a signature that is refused as soon as a letter has two. */
  readonly bytes: number;
  /** Value of `x-ms-date`: `Sat, 21 Nov 2026 18:51:39 GMT`. */
  readonly date: string;
}

/**
 * Value of `Authorization` for a request to `/api/logs`:
 * https://learn.microsoft.com/previous-versions/azure/azure-monitor/logs/data-collector-api#authorization, read on 2026-11-30.
 *
 * @param key the shared key, decoded
 */
export function sharedKeyAuthorization(workspaceId: string, key: Uint8Array, request: SharedKeyRequest): string {
  const signed = `POST\n${request.bytes}\napplication/json\nx-ms-date:${request.date}\n${PATH}`;
  return `SharedKey ${workspaceId}:${createHmac('sha256', key).update(signed, 'utf8').digest('base64')}`;
}
