import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { headKeeper } from './head-keeper.js';
import { HeldHead, type WriteHeadArguments } from './held-head.js';
import { sendInstead, type AnswerInstead } from './replaced-answer.js';

/** What a gate asks and tells. Nothing in it may throw. */
export interface GateKeeper {
  /** Name and value of the header that gives the audit id back, if one is wanted. */
  auditIdHeader(): readonly [name: string, value: string] | undefined;
  /**
   * The application decided its answer; its last piece is about to leave.
   *
   * @param body the last piece of the body, if any
   * @returns a promise that never rejects when the answer has to wait for it
   */
  answered(status: number, body: unknown): Promise<unknown> | undefined;
  /** The connection closed before the application ended its answer. */
  closed(): void;
  /**
   * The answer may be replaced as long as its head has not left, so that is held as well. Asked when what
   * {@link answered} gave has settled.
   *
   * @returns the answer to send in place of the decided one; `undefined` to let that go
   */
  readonly instead?: () => AnswerInstead | undefined;
}

/** With one of these the length is said already, or must not be said. */
const FRAMING_HEADERS = ['content-length', 'transfer-encoding', 'trailer'];

const GATE = Symbol.for('nestjs-audited.response-gate');

type GatedResponse = ServerResponse & { [GATE]?: ResponseGate };

type EndArguments = Parameters<ServerResponse['end']>;

/** The gate that stands on a response, if one does. */
export function gateOf(response: ServerResponse): ResponseGate | undefined {
  return (response as GatedResponse)[GATE];
}

/**
 * Holds the end of a response between *the application decided its answer* and *its last byte leaves*:
 * the one moment that knows the final status and can still wait for a commit. Success, errors mapped
 * by filters, refusals by pipes, guards and rate limits are one code path here, on every framework
 * that answers through Node's `ServerResponse`. Streams flow freely; only their end is held.
 */
export class ResponseGate {
  private keeper: GateKeeper | undefined;
  private keeperBefore: GateKeeper | undefined;
  private ended = false;
  private closed = false;
  /** Headers that were given together with the head. */
  private headGiven: OutgoingHttpHeaders | undefined;
  /** Only where the answer may be replaced. */
  private heldHead: HeldHead | undefined;
  private readonly writeHeadBefore: ServerResponse['writeHead'];
  private readonly endBefore: ServerResponse['end'];
  /** Middleware replaced `end` and may set headers there, so the head cannot be fixed before. */
  private readonly endIsReplaced: boolean;

  constructor(private readonly response: ServerResponse) {
    // Middleware may have put its own methods on the response (compression, sessions); they come after.
    // oxlint-disable-next-line typescript/unbound-method -- only ever applied to the response itself
    const { writeHead, end } = response;
    this.writeHeadBefore = writeHead;
    this.endBefore = end;
    this.endIsReplaced = Object.hasOwn(response, 'end');
    (response as GatedResponse)[GATE] = this;
    response.writeHead = gatedWriteHead as ServerResponse['writeHead'];
    response.end = gatedEnd as ServerResponse['end'];
    response.on('close', gatedClose);
  }

  /** This keeper follows the request from now on; `undefined` for nobody. */
  enter(keeper: GateKeeper | undefined): void {
    this.keeperBefore = this.keeper;
    this.keeper = keeper;
    if (keeper?.instead !== undefined) {
      this.heldHead ??= new HeldHead(this.response);
    }
  }

  /** The last keeper has nothing to do with the request after all. */
  leave(): void {
    this.keeper = this.keeperBefore;
  }

  writeHead(args: WriteHeadArguments): ServerResponse {
    if (this.heldHead?.isFree === false) {
      if (!this.ended) {
        this.stampHeader();
        this.heldHead.note(args);
      }
      return this.response;
    }
    const [status, headers] = args;
    const header = this.response.headersSent ? undefined : this.keeper?.auditIdHeader();
    if (header !== undefined && args.length === 2 && typeof headers === 'object' && !Array.isArray(headers)) {
      // Where all headers come this way, one more among them keeps Node's short way of writing a head.
      this.headGiven = headers;
      const [name, value] = header;
      const all = name in headers ? headers : { ...headers, [name]: value };
      return this.writeHeadBefore.call(this.response, status, all);
    }
    this.stampHeader();
    return this.writeHeadBefore.apply(this.response, args as Parameters<ServerResponse['writeHead']>);
  }

  /** The media type of an answer whose head has left; headers given to `writeHead` are not in Node's own list. */
  contentType(): string | undefined {
    const type = this.response.getHeader('content-type') ?? memberOf(this.headGiven, 'content-type');
    return this.response.headersSent && typeof type === 'string' ? type : undefined;
  }

  end(args: EndArguments): ServerResponse {
    const { response, keeper } = this;
    if (this.ended) {
      return response;
    }
    const body = bodyOf(args);
    if (this.closed || keeper === undefined || !isSendable(body)) {
      this.heldHead?.letGo();
      return this.endBefore.apply(response, args);
    }
    this.stampHeader();
    // Throws where `end` would have thrown; then nothing is recorded and the application may answer again.
    if (!this.endIsReplaced && this.heldHead === undefined) {
      this.freezeHead(body, args[1]);
    }
    this.ended = true;
    const pending = keeper.answered(response.statusCode, body);
    if (pending === undefined) {
      this.heldHead?.letGo();
      return this.endBefore.apply(response, args);
    }
    const isHeld = this.heldHead?.isFree === false;
    const restoreHead = response.headersSent && !isHeld ? undefined : headKeeper(response);
    if (isHeld) {
      this.heldHead?.seal();
    }
    const release = (): void => this.release(args, restoreHead, keeper);
    // A promise that rejects after all must not keep the client waiting.
    void pending.then(release, release);
    return response;
  }

  close(): void {
    this.closed = true;
    if (!this.ended) {
      this.keeper?.closed();
    }
  }

  private stampHeader(): void {
    if (!this.response.headersSent) {
      const header = this.keeper?.auditIdHeader();
      if (header !== undefined) {
        this.response.setHeader(header[0], header[1]);
      }
    }
  }

  private release(args: EndArguments, restoreHead: (() => void) | undefined, keeper: GateKeeper): void {
    const { response } = this;
    try {
      this.heldHead?.letGo();
      restoreHead?.();
      const instead = keeper.instead?.();
      if (instead === undefined) {
        this.endBefore.apply(response, args);
      } else if (response.headersSent) {
        // A part has left already; the client must not take it for the whole.
        response.destroy();
      } else {
        const whenSent: unknown = args.find((argument) => typeof argument === 'function');
        if (whenSent !== undefined) {
          response.once('finish', whenSent as () => void);
        }
        sendInstead(response, instead, this.endBefore, keeper.auditIdHeader()?.[0]);
      }
    } catch (error) {
      // Nobody is left on the stack to hear it; the client must not wait for ever.
      response.destroy(error instanceof Error ? error : undefined);
    }
  }

  /**
   * Fixes status and headers as `end` would have done, so that nothing that runs while the answer is
   * held can change what was recorded. Node builds the head here and sends it with the first byte.
   */
  private freezeHead(body: SendableBody, encoding: unknown): void {
    const { response } = this;
    // HTTP/2 sends the head the moment it is written; there it has to wait.
    if (response.headersSent || response.req.httpVersionMajor >= 2) {
      return;
    }
    if (mayHaveBody(response) && !FRAMING_HEADERS.some((name) => response.hasHeader(name))) {
      response.setHeader('content-length', byteLength(body, encoding));
    }
    response.writeHead(response.statusCode);
  }
}

/** The value of a header whose name may be written in any case. */
function memberOf(headers: OutgoingHttpHeaders | undefined, name: string): unknown {
  return Object.entries(headers ?? {}).find(([given]) => given.toLowerCase() === name)?.[1];
}

type SendableBody = string | Uint8Array | null | undefined;

function bodyOf(args: EndArguments): unknown {
  return typeof args[0] === 'function' ? undefined : args[0];
}

/** Anything else makes `end` throw, and it shall. */
function isSendable(body: unknown): body is SendableBody {
  return body === undefined || body === null || typeof body === 'string' || body instanceof Uint8Array;
}

function gatedWriteHead(this: GatedResponse, ...args: WriteHeadArguments): ServerResponse {
  return this[GATE]?.writeHead(args) ?? this;
}

function gatedEnd(this: GatedResponse, ...args: EndArguments): ServerResponse {
  return this[GATE]?.end(args) ?? this;
}

function gatedClose(this: GatedResponse): void {
  this[GATE]?.close();
}

/** RFC 9110, sections 6.4.1 and 9.3.2: HEAD, 1xx, 204 and 304 have no body. */
function mayHaveBody(response: ServerResponse): boolean {
  const { statusCode } = response;
  return response.req.method !== 'HEAD' && statusCode >= 200 && statusCode !== 204 && statusCode !== 304;
}

function byteLength(body: SendableBody, encoding: unknown): number {
  if (typeof body === 'string') {
    return Buffer.byteLength(body, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
  }
  return body?.byteLength ?? 0;
}
