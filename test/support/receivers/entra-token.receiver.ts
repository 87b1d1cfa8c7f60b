import { randomBytes } from 'node:crypto';
import { HttpReceiver, type ReceivedRequest, type ReceiverAnswer } from './http-receiver.js';

export const TENANT_ID = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';
export const CLIENT_ID = '99999999-8888-4777-8666-555555555555';
/** With all that a form has to escape, and a letter of two bytes. */
export const CLIENT_SECRET = 'pa+ss/w&rd=~8Q ÿ%zZ';
export const SCOPE = 'https://monitor.azure.com/.default';

interface Clock {
  now(): number;
}

/** The token endpoint of a tenant with one application. */
export class EntraTokens {
  /** What nobody may read in a status: the secret, every token that was given, and how each of them begins. */
  readonly secrets: string[] = [CLIENT_SECRET];
  lifeSeconds = 3600;
  private readonly ends = new Map<string, number>();

  private constructor(
    readonly server: HttpReceiver,
    private readonly clock: Clock,
  ) {}

  static async start(clock: Clock): Promise<EntraTokens> {
    const server = await HttpReceiver.start((request) => tokens.answer(request));
    const tokens = new EntraTokens(server, clock);
    return tokens;
  }

  /** A token that nobody asked this endpoint for: that of a managed identity. */
  issue(): { readonly token: string; readonly expiresOnTimestamp: number } {
    const token = `eyJ0eXAiOiJKV1Qi.${randomBytes(600).toString('base64url')}.${randomBytes(32).toString('base64url')}`;
    const expiresOnTimestamp = this.clock.now() + this.lifeSeconds * 1000;
    this.ends.set(token, expiresOnTimestamp);
    this.secrets.push(token, token.slice(0, 40));
    return { token, expiresOnTimestamp };
  }

  isGood(token: string): boolean {
    return this.clock.now() < (this.ends.get(token) ?? 0);
  }

  /** The tokens that were given so far are good for nothing any more. */
  revokeAll(): void {
    this.ends.clear();
  }

  private answer({ method, path, headers, body }: ReceivedRequest): ReceiverAnswer {
    if (method !== 'POST' || path !== `/${TENANT_ID}/oauth2/v2.0/token`) {
      return { status: 404, headers: { 'content-type': 'text/html' }, body: '<html><body>Not found</body></html>' };
    }
    if (headers['content-type'] !== 'application/x-www-form-urlencoded') {
      return refusal(400, 'invalid_request', 900144, 'The request body must contain the parameter grant_type.');
    }
    const form = new URLSearchParams(body.toString('utf8'));
    const names = [...form.keys()];
    if (names.toSorted().join() !== 'client_id,client_secret,grant_type,scope') {
      return refusal(400, 'invalid_request', 900144, `The parameters are ${names.join()}.`);
    }
    if (form.get('grant_type') !== 'client_credentials') {
      return refusal(400, 'unsupported_grant_type', 70003, 'The grant type is not supported.');
    }
    if (form.get('client_id') !== CLIENT_ID) {
      return refusal(400, 'unauthorized_client', 700016, 'Application was not found in the directory.');
    }
    if (form.get('client_secret') !== CLIENT_SECRET) {
      return refusal(401, 'invalid_client', 7000215, `Invalid client secret provided: '${form.get('client_secret')}'.`);
    }
    if (form.get('scope') !== SCOPE) {
      return refusal(400, 'invalid_scope', 500011, 'The resource principal was not found in the tenant.');
    }
    const { token } = this.issue();
    const answer = {
      token_type: 'Bearer',
      expires_in: this.lifeSeconds,
      ext_expires_in: this.lifeSeconds,
      access_token: token,
    };
    return {
      status: 200,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(answer),
    };
  }
}

function refusal(status: number, error: string, code: number, words: string): ReceiverAnswer {
  const description = `AADSTS${code}: ${words} Trace ID: 0000aaaa Correlation ID: 1111bbbb Timestamp: 2026-11-30 10:00:00Z`;
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ error, error_description: description, error_codes: [code], error_uri: '' }),
  };
}
