import { Injectable, Module, StreamableFile } from '@nestjs/common';
import { Readable } from 'node:stream';
import { AuditModule } from 'nestjs-audited';
import { AuditJournal } from '../libs/audited/src/recording/journal/audit-journal.js';

@Injectable()
export class SiemExport {
  constructor(private readonly journal: AuditJournal) {}

  async lastActions(): Promise<readonly string[]> {
    const events = await this.journal.recent(20, { filter: ({ risk }) => risk === 'high' });
    return events.map(({ occurredAt, action }) => `${occurredAt} ${action}`);
  }

  ofNovember(): StreamableFile {
    const lines = this.journal.exportSiem({
      from: new Date('2026-11-01T00:00:00Z'),
      to: new Date('2026-12-01T00:00:00Z'),
      onDamaged: ({ file, offsetBytes, problem }) => console.error(`${file}, byte ${offsetBytes}: ${problem}`),
    });
    return new StreamableFile(Readable.from(lines), { type: 'application/x-ndjson' });
  }
}

@Module({
  imports: [AuditModule.forRoot({ database: 'data/audit.sqlite' })],
  providers: [SiemExport],
})
export class AppModule {}
