import type { Role } from '../auth/user-directory.js';

/** Nobody answers where the demo should be. */
export class DemoUnreachableError extends Error {
  override readonly name = 'DemoUnreachableError';
}

/** Who sends a request: a user with a token, a client with an API key, or nobody. */
export type Sender = Role | { readonly apiKey: string } | 'nobody';

/** An answer of the demo. */
export interface Answer {
  readonly status: number;
  /** Parsed JSON; an empty object when there was none. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Calls the demo as different people; every request of one run carries the same correlation id. */
export class DemoClient {
  /** How many requests were sent. */
  requests = 0;
  /** Answers with another status than expected, in words. */
  readonly surprises: string[] = [];
  private readonly tokens = new Map<Role, string>();

  constructor(
    private readonly url: string,
    private readonly password: string,
    readonly correlationId: string,
  ) {}

  async logIn(role: Role): Promise<void> {
    const { body } = await this.send('nobody', 'POST /auth/login', 200, { username: role, password: this.password });
    this.tokens.set(role, String(body['accessToken']));
  }

  /**
   * @param call method and path: `POST /deployments`
   * @param expected status or statuses that the scenario counts on; another one is noted, not thrown
   * @throws DemoUnreachableError
   */
  async send(sender: Sender, call: string, expected: number | readonly number[], body?: unknown): Promise<Answer> {
    const [method = 'GET', path = '/'] = call.split(' ');
    this.requests += 1;
    const init = {
      method,
      headers: this.headersOf(sender, body),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    };
    const response = await fetch(new URL(path, this.url), init).catch((error: unknown) => {
      const cure = 'Start it with "npm run demo" in another terminal, or set DEMO_URL';
      throw new DemoUnreachableError(`No demo answers at ${this.url}. ${cure}.`, { cause: error });
    });
    const text = await response.text();
    if (![expected].flat().includes(response.status)) {
      this.surprises.push(`${call}: expected ${String(expected)}, got ${response.status} ${text.slice(0, 200)}`);
    }
    return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Answer['body']) };
  }

  private headersOf(sender: Sender, body: unknown): Record<string, string> {
    const headers: Record<string, string> = { 'x-correlation-id': this.correlationId };
    if (body !== undefined) {
      headers['content-type'] = 'application/json';
    }
    if (typeof sender === 'object') {
      headers['x-api-key'] = sender.apiKey;
    } else if (sender !== 'nobody') {
      headers['authorization'] = `Bearer ${this.tokens.get(sender) ?? 'none'}`;
    }
    return headers;
  }
}
