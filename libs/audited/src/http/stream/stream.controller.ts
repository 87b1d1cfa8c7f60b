import { Readable } from 'node:stream';
import { Controller, Get, Header, Headers, Inject, Req, StreamableFile } from '@nestjs/common';
import { Audited } from '../../capture/audited.decorator.js';
import type { TailQuery } from '../../storage/reading/record-flows.js';
import { Needs } from '../access/needs.decorator.js';
import { RESOLVED_HTTP_OPTIONS, type ResolvedAuditHttpOptions } from '../audit-http.options.js';
import { follow, progressOf } from '../export/export-progress.js';
import { OpenStreams } from '../limits/open-streams.js';
import { isEventId } from '../parameters/parameter-value.js';
import { parameterProblem } from '../problems/problem.exception.js';
import { Asked, type AskedFor } from '../reading/asked.decorator.js';
import { askedDetails, AUDITED_READING } from '../reading/audited-reading.js';
import { LogReads } from '../reading/log-reads.js';
import { eventStream, TailProgress } from './event-stream.js';

/** What a request for the live tail may say. */
export interface AskedTail extends TailQuery {
  readonly lastEventId?: string;
}

/** The log as it grows: server-sent events. */
@Controller()
export class StreamController {
  constructor(
    @Inject(LogReads) private readonly reads: LogReads,
    @Inject(OpenStreams) private readonly streams: OpenStreams,
    @Inject(RESOLVED_HTTP_OPTIONS) private readonly options: ResolvedAuditHttpOptions,
  ) {}

  /** One record says that somebody began to follow the log, and one, at the end, how much was sent. */
  @Get()
  @Header('cache-control', 'no-store, no-transform')
  @Header('x-accel-buffering', 'no')
  @Needs({ permission: 'read' })
  @Audited('audit.read', {
    ...AUDITED_READING,
    durability: 'required',
    action: 'Audit trail followed',
    details: ({ request }) => askedDetails(request, progressOf(request)),
  })
  async tail(
    @Asked('stream') { query, read }: AskedFor<AskedTail>,
    @Headers('last-event-id') resumed: string | undefined,
    @Req() request: object,
  ): Promise<StreamableFile> {
    const { lastEventId, ...wanted } = query;
    // A client that connects again repeats the address; the header is newer.
    const after = resumedAfter(resumed) ?? lastEventId;
    const release = this.streams.beginTail();
    const signal = this.streams.until(read.signal);
    if (read.signal.aborted) {
      release();
    }
    read.signal.addEventListener('abort', release, { once: true });
    const { timeLimitMs: _perPage, ...visible } = read;
    const records = await this.reads.tail(wanted, { ...visible, signal, ...(after === undefined ? {} : { after }) });
    const progress = new TailProgress();
    follow(request, progress);
    const text = eventStream(records, this.options.heartbeatMs, progress);
    const stream = Readable.from(text, { objectMode: true, highWaterMark: 1 });
    read.signal.addEventListener('abort', () => stream.destroy(), { once: true });
    return new StreamableFile(stream, { type: 'text/event-stream; charset=utf-8' });
  }
}

/** @throws ProblemException when the header holds no id of an event */
function resumedAfter(header: string | undefined): string | undefined {
  if (header === undefined || header === '') {
    return undefined;
  }
  if (!isEventId(header)) {
    throw parameterProblem('Last-Event-ID', 'is not the id of an event (UUIDv7)', 'Repeat the last id that was sent.', {
      given: header,
      allowed: 'a UUIDv7',
    });
  }
  return header.toLowerCase();
}
