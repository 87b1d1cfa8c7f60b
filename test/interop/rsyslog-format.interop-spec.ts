import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditRecord } from 'nestjs-audited';
import { createFormatter } from 'nestjs-audited/formats';
import { RsyslogServer, type UnderstoodMessage } from '../support/rsyslog-server.js';

const GOLDEN = join(import.meta.dirname, '../golden/formats/record.golden.jsonl');
const records = readFileSync(GOLDEN, 'utf8')
  .split('\n')
  .slice(0, -1)
  .map((line) => JSON.parse(line) as AuditRecord);

describe('A real rsyslog understands', () => {
  let rsyslog: RsyslogServer;
  beforeAll(async () => {
    rsyslog = await RsyslogServer.start();
  });
  afterAll(() => rsyslog.stop());

  const understood = (formatter: { format(record: AuditRecord): string }): Promise<readonly UnderstoodMessage[]> =>
    rsyslog.understand(records.map((record) => formatter.format(record)));

  it('each message of RFC 5424 as one message, with our facts in its fields and our JSON as its text', async () => {
    const messages = await understood(createFormatter('syslog'));
    const jsonl = createFormatter('jsonl');
    expect(messages).toHaveLength(records.length);
    messages.forEach((message, index) => {
      const record = records[index] as AuditRecord;
      const { event, seal } = record;
      expect(message).toMatchObject({
        'protocol-version': '1',
        timereported: event.occurredAt,
        'app-name': event.origin.component ?? 'nestjs-audited',
        procid: event.origin.instanceId ?? '-',
        msgid: event.type,
        'structured-data': `[timeQuality tzKnown="1"][meta sequenceId="${seal.position}"]`,
        msg: jsonl.format(record),
      });
    });
  });

  it('structured data with every character that must be escaped', async () => {
    const messages = await understood(createFormatter('syslog', { payload: 'text', enterpriseNumber: 32473 }));
    expect(messages).toHaveLength(records.length);
    const hostile = messages[12] as UnderstoodMessage;
    // As it was sent: rsyslog hands structured data on without undoing the escapes.
    expect(hostile['structured-data']).toContain(' actor="u|1=\\\\2\\"\\]"');
    expect(hostile.msgid).toBe('auth.failed');
  });

  it('each message of RFC 3164 with CEF as its content', async () => {
    const cef = createFormatter('cef');
    const messages = await understood(createFormatter('syslog-bsd', { maxBytes: 32_768 }));
    expect(messages).toHaveLength(records.length);
    messages.forEach((message, index) => {
      const record = records[index] as AuditRecord;
      expect(message).toMatchObject({ 'protocol-version': '0', syslogtag: 'CEF:' });
      expect(`${message.syslogtag}${message.msg}`).toBe(cef.format(record));
    });
  });

  it('what the consumers of the older system matched: SentinelAudit: and a JSON object, on local7.info', async () => {
    const flat = createFormatter('flat');
    const messages = await understood(createFormatter('sentinel-audit'));
    expect(messages).toHaveLength(records.length);
    messages.forEach((message, index) => {
      expect(message).toMatchObject({ pri: '190', syslogtag: 'SentinelAudit:' });
      expect(message.msg).toBe(` ${flat.format(records[index] as AuditRecord)}`);
    });
  });
});
