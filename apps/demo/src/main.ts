import 'reflect-metadata';
import { createDemo } from './demo.application.js';
import { DEFAULT_PASSWORD, readSettings, SettingsInvalidError, type DemoSettings } from './demo.settings.js';

try {
  await start(readSettings(process.env));
} catch (error) {
  console.error(`\nThe demo could not start: ${explanation(error)}`);
  // A half-started application may hold the port or the database open.
  process.exit(1);
}

async function start(settings: DemoSettings): Promise<void> {
  const app = await createDemo(settings);
  await app.listen(settings.port, settings.host);
  const { port } = new URL(await app.getUrl());
  console.log(welcome(`http://localhost:${port}`, settings));
}

function welcome(url: string, settings: DemoSettings): string {
  const shown = settings.password === DEFAULT_PASSWORD ? DEFAULT_PASSWORD : '...';
  const lines = [
    '',
    `listening on ${url}  (${settings.adapter}, records in ${placeOf(settings.database)})`,
    `  API page    ${url}/docs`,
    `  log in      curl -s ${url}/auth/login -H 'content-type: application/json' -d '{"username":"viewer","password":"${shown}"}'`,
    '  users       admin, release_manager, developer, auditor, viewer',
    '  traffic     npm run demo:traffic, in another terminal',
  ];
  if (settings.siem !== undefined) {
    lines.push(`  events to   ${settings.siem.url}  (how that does: GET ${url}/destinations, as auditor)`);
  }
  if (settings.password === DEFAULT_PASSWORD) {
    lines.push(
      '',
      `WARNING: every user has the well-known password "${DEFAULT_PASSWORD}". Set AUDITED_DEMO_PASSWORD before anybody else can reach this port.`,
    );
  }
  return lines.join('\n');
}

function explanation(error: unknown): string {
  if (error instanceof SettingsInvalidError) {
    return error.message;
  }
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `${error.message}. Stop what uses the port, or choose another: PORT=3001 npm run demo`;
  }
  return error instanceof Error ? error.message : String(error);
}

/** A URL may hold a password. */
function placeOf(database: string): string {
  return database.replace(/\/\/[^@/]*@/, '//');
}
