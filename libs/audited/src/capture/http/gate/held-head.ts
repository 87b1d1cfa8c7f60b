import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http';

type Headers = OutgoingHttpHeaders | OutgoingHttpHeader[];

/** Both ways to call `writeHead`: with a status message and without. */
export type WriteHeadArguments =
  | [status: number, headers?: Headers | undefined]
  | [status: number, message: string | undefined, headers?: Headers | undefined];

/**
 * Keeps the head of an answer from being fixed before its end, so that the whole answer can still be replaced. A head
 * that is written early is only noted; it is sent with the first byte of a streamed body, which sets it free. To
 * everybody else the answer looks as if the head had left.
 */
export class HeldHead {
  private free = false;

  constructor(private readonly response: ServerResponse) {
    // oxlint-disable-next-line typescript/unbound-method -- only ever applied to the response itself
    const { write, flushHeaders } = response;
    response.write = ((...args: Parameters<typeof write>) => {
      this.letGo();
      return write.apply(response, args);
    }) as ServerResponse['write'];
    response.flushHeaders = () => {
      this.letGo();
      flushHeaders.call(response);
    };
  }

  get isFree(): boolean {
    return this.free;
  }

  /** From now on the head leaves when it is written. */
  letGo(): void {
    this.free = true;
    Reflect.deleteProperty(this.response, 'headersSent');
  }

  /** The answer is decided: frameworks look at `headersSent` to know whether they may still give one. */
  seal(): void {
    Object.defineProperty(this.response, 'headersSent', { value: true, configurable: true });
  }

  /** Notes a head that is written now; it leaves later. */
  note([status, second, third]: WriteHeadArguments): void {
    const { response } = this;
    response.statusCode = status;
    if (typeof second === 'string') {
      response.statusMessage = second;
    }
    const given = typeof second === 'string' ? third : second;
    if (Array.isArray(given)) {
      noteList(response, given);
    } else {
      noteMembers(response, given);
    }
    this.seal();
  }
}

function noteMembers(response: ServerResponse, headers: OutgoingHttpHeaders | undefined): void {
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (value !== undefined) {
      response.setHeader(name, value);
    }
  }
}

/** Names and values in turn, or pairs of them; a name may come more than once. */
function noteList(response: ServerResponse, headers: OutgoingHttpHeader[]): void {
  const list = (headers as unknown[]).flat(1) as (string | string[])[];
  const names = new Set(list.filter((_entry, index) => index % 2 === 0).map(String));
  for (const name of names) {
    response.removeHeader(name);
  }
  for (let index = 0; index + 1 < list.length; index += 2) {
    response.appendHeader(String(list[index]), list[index + 1] ?? '');
  }
}
