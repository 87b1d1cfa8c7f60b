import { readSettings, SettingsInvalidError, type SinkSettings } from './sink.settings.js';
import { SinkServer } from './sink.server.js';

/** What is told to a process that started this one by `fork`. */
export type SinkNotice =
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

// Nobody else ends it when the process is gone that started it by `fork`; that may have happened already.
process.once('disconnect', () => process.exit(0));
if (process.connected === false) process.exit(0);

try {
  await start(readSettings(process.env));
} catch (error) {
  const message = explanation(error);
  const code = codeOf(error);
  // Whoever started this process says it in its own words, or tries another port.
  if (process.send === undefined) console.error(`\nThe SIEM sink could not start: ${message}`);
  await notify({ kind: 'failed', code, message });
  process.exit(1);
}

async function start(settings: SinkSettings): Promise<void> {
  const sink = await SinkServer.start(settings);
  const end = (): void => {
    void sink.stop().then(() => process.exit(0));
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  const url = `http://${shownHost(settings.host)}:${sink.port}`;
  console.log(`siem-sink listening on ${url}`);
  await notify({ kind: 'listening', url });
}

async function notify(notice: SinkNotice): Promise<void> {
  await new Promise<void>((resolve) => {
    if (process.send === undefined) resolve();
    else process.send(notice, undefined, {}, () => resolve());
  });
}

function shownHost(host: string): string {
  if (host === '127.0.0.1') {
    return 'localhost';
  }
  return host.includes(':') ? `[${host}]` : host;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function explanation(error: unknown): string {
  if (error instanceof SettingsInvalidError) {
    return error.message;
  }
  if (codeOf(error) === 'EADDRINUSE' && error instanceof Error) {
    return `${error.message}. Stop what uses the port, or choose another: AUDITED_SINK_PORT=8089`;
  }
  return error instanceof Error ? error.message : String(error);
}
