import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.js';

/** A message as rsyslog understood it, in its own property names. */
export interface UnderstoodMessage {
  readonly pri: string;
  readonly timereported: string;
  readonly hostname: string;
  readonly 'app-name': string;
  readonly procid: string;
  readonly msgid: string;
  readonly 'structured-data': string;
  readonly syslogtag: string;
  /** `1` for RFC 5424, `0` for RFC 3164. */
  readonly 'protocol-version': string;
  readonly msg: string;
}

const PROPERTIES = [
  'pri',
  'hostname',
  'app-name',
  'procid',
  'msgid',
  'structured-data',
  'syslogtag',
  'protocol-version',
  'msg',
];

/** A real rsyslogd on a port of its own, which writes what it understood into a file. */
export class RsyslogServer {
  /** Lines of its file that were returned. */
  private taken = 0;

  private constructor(
    private readonly folder: string,
    private readonly daemon: ChildProcess,
    private readonly port: number,
  ) {}

  static async start(): Promise<RsyslogServer> {
    const folder = mkdtempSync(join(tmpdir(), 'audited-rsyslog-'));
    const settings = join(folder, 'rsyslog.conf');
    writeFileSync(settings, settingsOf(folder));
    const daemon = spawn('rsyslogd', ['-n', '-f', settings, '-i', join(folder, 'pid')], { stdio: 'inherit' });
    const port = await eventually(() => {
      const written = Number(readFileSync(join(folder, 'port'), 'utf8'));
      expect(written).toBeGreaterThan(0);
      return written;
    });
    return new RsyslogServer(folder, daemon, port);
  }

  /** Sends messages with octet counting (RFC 6587 section 3.4.1) and waits until rsyslog has written as many. */
  async understand(messages: readonly string[]): Promise<readonly UnderstoodMessage[]> {
    const socket = connect(this.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.end(messages.map((message) => `${Buffer.byteLength(message)} ${message}`).join(''));
    await once(socket, 'close');
    const lines = await eventually(() => {
      const all = readFileSync(join(this.folder, 'understood.jsonl'), 'utf8').split('\n').slice(this.taken, -1);
      expect(all.length).toBeGreaterThanOrEqual(messages.length);
      return all;
    });
    this.taken += lines.length;
    return lines.map((line) => JSON.parse(line) as UnderstoodMessage);
  }

  async stop(): Promise<void> {
    this.daemon.kill();
    await once(this.daemon, 'exit');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function settingsOf(folder: string): string {
  return [
    // As it comes, except for the place and the length of messages.
    `global(workDirectory="${folder}" maxMessageSize="64k")`,
    'module(load="imtcp")',
    'template(name="understood" type="list" option.jsonf="on") {',
    '  property(outname="timereported" name="timereported" dateFormat="rfc3339" format="jsonf")',
    ...PROPERTIES.map((name) => `  property(outname="${name}" name="${name}" format="jsonf")`),
    '}',
    `input(type="imtcp" address="127.0.0.1" port="0" listenPortFileName="${join(folder, 'port')}")`,
    `action(type="omfile" file="${join(folder, 'understood.jsonl')}" template="understood")`,
    '',
  ].join('\n');
}
