import { Controller, Get, Header, Inject, Logger, Req, StreamableFile } from '@nestjs/common';
import { Audited } from '../../capture/audited.decorator.js';
import { createFormatter, type FormatName } from '../../formats/event-formatters.js';
import { formattedDocument } from '../../formats/formatted-document.js';
import type { ExportQuery } from '../../storage/reading/record-flows.js';
import { Needs } from '../access/needs.decorator.js';
import { OpenStreams } from '../limits/open-streams.js';
import { Asked, type AskedFor } from '../reading/asked.decorator.js';
import { askedDetails, AUDITED_READING } from '../reading/audited-reading.js';
import { LogReads } from '../reading/log-reads.js';
import { exportHead, exportStream } from './export-file.js';
import { ExportProgress, follow, progressOf } from './export-progress.js';

/** What a request for an export may say. */
export interface AskedExport extends ExportQuery {
  readonly format?: FormatName;
  readonly gzip?: boolean;
}

/** Records as a file. */
@Controller()
export class ExportController {
  private readonly logger = new Logger('AuditHttpModule');

  constructor(
    @Inject(LogReads) private readonly reads: LogReads,
    @Inject(OpenStreams) private readonly streams: OpenStreams,
  ) {}

  /**
   * Streams. A record says that it begins before the first byte leaves, and one how far it came. Whoever goes away ends the
   * reading; a log that fails half-way breaks the connection, so that nobody takes a part for the whole.
   */
  @Get()
  @Header('cache-control', 'no-store')
  @Needs({ permission: 'export', limited: 'export' })
  @Audited('audit.export', {
    ...AUDITED_READING,
    durability: 'required',
    action: 'Audit trail exported',
    details: ({ request }) => askedDetails(request, progressOf(request)),
  })
  async export(
    @Asked('export') { query, read }: AskedFor<AskedExport>,
    @Req() request: object,
  ): Promise<StreamableFile> {
    const { format = 'jsonl', gzip = false, ...wanted } = query;
    const formatter = createFormatter(format);
    const progress = new ExportProgress(format);
    follow(request, progress);
    const signal = this.streams.until(read.signal);
    const records = this.reads.walk(wanted, { ...read, signal });
    // Whatever is wrong at the beginning is an answer of its own; once the head has left, no status can say it any more.
    const first = await records.next();
    const stream = exportStream(formattedDocument(formatter, progress.counted(first, records)), gzip);
    // A shutdown breaks the connection: whoever reads must not wait for the rest, nor take what there is for the whole.
    const end = (): unknown => stream.destroy(read.signal.aborted ? undefined : (signal.reason as Error));
    signal.addEventListener('abort', end, { once: true });
    stream.once('error', (error) => this.logger.error(`An export broke off: ${error.message}`));
    // Nest would end the answer where its head has not left, as if all was there.
    return new StreamableFile(stream, exportHead(formatter, gzip, new Date()))
      .setErrorHandler((_error, response) => (response as unknown as { destroy(): void }).destroy())
      .setErrorLogger(() => undefined);
  }
}
