import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Certificate } from './certificates.js';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import { writtenLines } from './written-lines.js';

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

/** What a daemon listens to, and with which certificate. */
export interface SyslogListening {
  readonly transport: 'udp' | 'tcp' | 'tls';
  /** For tls. `clients`: only those with a certificate of the authority. */
  readonly tls?: Certificate & { readonly ca: string; readonly clients: boolean };
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
  private daemon: ChildProcess | undefined;

  private constructor(
    private readonly folder: string,
    readonly port: number,
  ) {}

  /** @param listening over TCP and TLS it takes both framings */
  static async start(listening: SyslogListening = { transport: 'tcp' }): Promise<RsyslogServer> {
    const folder = mkdtempSync(join(tmpdir(), 'audited-rsyslog-'));
    const port = await freePort(listening.transport);
    writeFileSync(join(folder, 'rsyslog.conf'), settingsOf(folder, port, listening));
    const server = new RsyslogServer(folder, port);
    await server.restart();
    return server;
  }

  /** Sends messages with octet counting (RFC 6587 section 3.4.1) and waits until rsyslog has written as many. */
  async understand(messages: readonly string[]): Promise<readonly UnderstoodMessage[]> {
    const socket = connect(this.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.end(messages.map((message) => `${Buffer.byteLength(message)} ${message}`).join(''));
    await once(socket, 'close');
    return this.understood(messages.length);
  }

  /** Waits until it has written so many more messages. */
  async understood(count: number): Promise<readonly UnderstoodMessage[]> {
    const lines = await eventually(() => {
      const all = this.written().slice(this.taken);
      expect(all.length).toBeGreaterThanOrEqual(count);
      return all;
    });
    this.taken += lines.length;
    return lines;
  }

  /** Everything that it has written until now. */
  written(): readonly UnderstoodMessage[] {
    return writtenLines(join(this.folder, 'understood.jsonl')).map((line) => JSON.parse(line) as UnderstoodMessage);
  }

  /** Starts it, after `kill` on the same port again. */
  async restart(): Promise<void> {
    const settings = join(this.folder, 'rsyslog.conf');
    rmSync(join(this.folder, 'pid'), { force: true });
    this.daemon = spawn('rsyslogd', ['-n', '-f', settings, '-i', join(this.folder, 'pid')], { stdio: 'inherit' });
    // It writes this when it has opened its ports.
    await eventually(() => expect(Number(readFileSync(join(this.folder, 'pid'), 'utf8'))).toBeGreaterThan(0));
  }

  /** Ends it without giving it the time for anything. */
  async kill(): Promise<void> {
    this.daemon?.kill('SIGKILL');
    await this.ended();
  }

  async stop(): Promise<void> {
    this.daemon?.kill();
    await this.ended();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async ended(): Promise<void> {
    const { daemon } = this;
    if (daemon !== undefined && daemon.exitCode === null && daemon.signalCode === null) await once(daemon, 'exit');
  }
}

function settingsOf(folder: string, port: number, listening: SyslogListening): string {
  return [
    // As it comes, except for the place and the length of messages.
    `global(workDirectory="${folder}" maxMessageSize="64k")`,
    'template(name="understood" type="list" option.jsonf="on") {',
    '  property(outname="timereported" name="timereported" dateFormat="rfc3339" format="jsonf")',
    ...PROPERTIES.map((name) => `  property(outname="${name}" name="${name}" format="jsonf")`),
    '}',
    ...inputOf(folder, port, listening),
    `action(type="omfile" file="${join(folder, 'understood.jsonl')}" template="understood")`,
    '',
  ].join('\n');
}

/** The guide shows these settings. */
function inputOf(folder: string, port: number, { transport, tls }: SyslogListening): readonly string[] {
  if (transport === 'udp') {
    return ['module(load="imudp")', `input(type="imudp" address="127.0.0.1" port="${port}")`];
  }
  if (transport === 'tcp' || tls === undefined) {
    return ['module(load="imtcp")', `input(type="imtcp" address="127.0.0.1" port="${port}")`];
  }
  for (const [name, text] of Object.entries({ 'ca.pem': tls.ca, 'cert.pem': tls.cert, 'key.pem': tls.key })) {
    writeFileSync(join(folder, name), text);
  }
  return [
    'global(',
    '  defaultNetstreamDriver="ossl"',
    `  defaultNetstreamDriverCAFile="${join(folder, 'ca.pem')}"`,
    `  defaultNetstreamDriverCertFile="${join(folder, 'cert.pem')}"`,
    `  defaultNetstreamDriverKeyFile="${join(folder, 'key.pem')}"`,
    ')',
    'module(',
    '  load="imtcp"',
    '  streamDriver.name="ossl"',
    '  streamDriver.mode="1"',
    `  streamDriver.authMode="${tls.clients ? 'x509/certvalid' : 'anon'}"`,
    ')',
    `input(type="imtcp" address="127.0.0.1" port="${port}")`,
  ];
}
