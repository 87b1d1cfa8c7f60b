import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import type { SyslogListening } from './rsyslog-server.js';
import { writtenLines } from './written-lines.js';

/** A message as syslog-ng understood it, by the names of its macros. */
export interface SyslogNgMessage {
  readonly PRI: string;
  /** In UTC, with milliseconds. */
  readonly S_ISODATE: string;
  readonly HOST: string;
  readonly PROGRAM?: string;
  readonly PID?: string;
  readonly MSGID?: string;
  readonly SDATA?: string;
  readonly MESSAGE?: string;
  readonly MSGHDR?: string;
}

/** What syslog-ng takes over streams: `syslog()` wants octet counting, `network()` wants LF. */
export interface SyslogNgListening extends SyslogListening {
  /** @default 'octet-counting' */
  readonly framing?: 'octet-counting' | 'newline';
  /** Which RFC the messages follow. @default 5424 */
  readonly messages?: 5424 | 3164;
}

const MACROS = ['PRI', 'S_ISODATE', 'HOST', 'PROGRAM', 'PID', 'MSGID', 'SDATA', 'MESSAGE', 'MSGHDR'];
/** Where `.ci/run` unpacks the package: Debian lets rsyslog and syslog-ng not be installed side by side. */
const UNPACKED = join(import.meta.dirname, '../../node_modules/.cache/syslog-ng');

/** A real syslog-ng on a port of its own, which writes what it understood into a file. */
export class SyslogNgServer {
  private daemon: ChildProcess | undefined;

  private constructor(
    private readonly folder: string,
    readonly port: number,
  ) {}

  static async start(listening: SyslogNgListening): Promise<SyslogNgServer> {
    const folder = mkdtempSync(join(tmpdir(), 'audited-syslog-ng-'));
    const port = await freePort(listening.transport);
    writeFileSync(join(folder, 'syslog-ng.conf'), settingsOf(folder, port, listening));
    const server = new SyslogNgServer(folder, port);
    await server.restart();
    return server;
  }

  /** Waits until it has written so many messages; all that it has written. */
  understood(count: number): Promise<readonly SyslogNgMessage[]> {
    return eventually(() => {
      const all = this.written();
      expect(all.length).toBeGreaterThanOrEqual(count);
      return all;
    });
  }

  /** Everything that it has written until now. */
  written(): readonly SyslogNgMessage[] {
    return writtenLines(join(this.folder, 'understood.jsonl')).map((line) => JSON.parse(line) as SyslogNgMessage);
  }

  /** Starts it, after `kill` on the same port again. */
  async restart(): Promise<void> {
    const { command, options, env } = installed();
    const control = join(this.folder, 'control');
    rmSync(control, { force: true });
    const files = ['-f', 'syslog-ng.conf', '-R', 'persist', '-p', 'pid', '-c', control];
    this.daemon = spawn(command, ['--foreground', '--no-caps', ...files, ...options], {
      cwd: this.folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    await eventually(() => expect(existsSync(control)).toBe(true));
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

interface Installed {
  readonly command: string;
  readonly options: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

function installed(): Installed {
  if (spawnSync('syslog-ng', ['--version']).status === 0) return { command: 'syslog-ng', options: [], env: {} };
  const command = join(UNPACKED, 'usr/sbin/syslog-ng');
  if (!existsSync(command)) {
    throw new Error('There is no syslog-ng: install it, or unpack its package as .ci/run does.');
  }
  const libraries = join(UNPACKED, 'usr/lib/syslog-ng');
  const version = readdirSync(libraries).find((name) => /^\d+\.\d+$/.test(name)) ?? '';
  return {
    command,
    options: [`--module-path=${join(libraries, version)}`],
    env: { LD_LIBRARY_PATH: libraries },
  };
}

function settingsOf(folder: string, port: number, listening: SyslogNgListening): string {
  const facts = MACROS.map((name) => `${name}=$${name}`).join(' ');
  return [
    '@version: current',
    'options { keep-hostname(yes); use-dns(no); dns-cache(no); stats-freq(0); };',
    `source audit { ${sourceOf(folder, port, listening)} };`,
    'destination understood {',
    `  file("${join(folder, 'understood.jsonl')}"`,
    `    template("$(format-json ${facts})\\n") time-zone("UTC") frac-digits(3));`,
    '};',
    'log { source(audit); destination(understood); };',
    '',
  ].join('\n');
}

/** The guide shows these settings. */
function sourceOf(folder: string, port: number, listening: SyslogNgListening): string {
  const { transport, tls, framing = 'octet-counting', messages = 5424 } = listening;
  const place = `ip("127.0.0.1") port(${port}) transport("${transport}")`;
  const security = tls === undefined ? '' : ` ${tlsOf(folder, tls)}`;
  return framing === 'octet-counting' && transport !== 'udp' && messages === 5424
    ? `syslog(${place}${security});`
    : `network(${place}${security}${messages === 5424 ? ' flags(syslog-protocol)' : ' time-zone("UTC")'});`;
}

function tlsOf(folder: string, tls: NonNullable<SyslogListening['tls']>): string {
  for (const [name, text] of Object.entries({ 'ca.pem': tls.ca, 'cert.pem': tls.cert, 'key.pem': tls.key })) {
    writeFileSync(join(folder, name), text);
  }
  const verify = tls.clients ? 'required-trusted' : 'optional-untrusted';
  return (
    `tls(cert-file("${join(folder, 'cert.pem')}") key-file("${join(folder, 'key.pem')}") ` +
    `ca-file("${join(folder, 'ca.pem')}") peer-verify(${verify}))`
  );
}
