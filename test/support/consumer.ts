import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const workspace = fileURLToPath(new URL('../..', import.meta.url));
const fixtures = join(workspace, 'test', 'consumers');

/** What a consumer says about itself once it listens. */
export interface ConsumerHello {
  readonly url: string;
  /** Version of `@nestjs/core` that really runs. */
  readonly nest: string;
  readonly typeorm: string;
  /** File of the package that was loaded. */
  readonly library: string;
}

export interface RunningConsumer {
  readonly hello: ConsumerHello;
  /** Asks it to stop, as an orchestrator does; resolves when it has. */
  stop(): Promise<void>;
}

/** A foreign application that has the tarball from the registry's point of view: installed, not linked. */
export class Consumer {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'nestjs-audited-consumer-')));
  private readonly running = new Set<ChildProcess>();

  /** @param fixture folder under `test/consumers` */
  constructor(fixture: string) {
    cpSync(join(fixtures, fixture), this.folder, { recursive: true });
  }

  install(tarball: string): void {
    const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--no-save', '--loglevel=error'];
    this.run('npm', ['install', ...flags, tarball]);
    // Building better-sqlite3 takes a minute. The workspace has built the very same version for the very same Node,
    // so the scripts are left out above and its build is taken over.
    const build = join('node_modules', 'better-sqlite3', 'build');
    cpSync(join(workspace, build), join(this.folder, build), { recursive: true });
  }

  /** Runs a command to its end. @returns what it printed @throws with everything it printed when it fails */
  run(command: string, parameters: readonly string[]): string {
    const { status, stdout, stderr, error } = spawnSync(command, parameters, {
      cwd: this.folder,
      encoding: 'utf8',
      env: cleanEnvironment(),
    });
    if (status !== 0) {
      throw new Error(`${command} ${parameters.join(' ')} failed (${String(status ?? error)}):\n${stdout}\n${stderr}`);
    }
    return stdout;
  }

  readJson(file: string): unknown {
    return JSON.parse(readFileSync(join(this.folder, file), 'utf8'));
  }

  /** Starts the compiled application and waits until it listens. */
  async start(environment: Readonly<Record<string, string>>): Promise<RunningConsumer> {
    const child = spawn(process.execPath, ['dist/main.js'], {
      cwd: this.folder,
      env: { ...cleanEnvironment(), ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.running.add(child);
    const ended = once(child, 'exit').then(() => {
      this.running.delete(child);
    });
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith('CONSUMER ')) {
        const hello = JSON.parse(line.slice('CONSUMER '.length)) as ConsumerHello;
        return {
          hello,
          stop: () => {
            child.kill('SIGTERM');
            return ended;
          },
        };
      }
    }
    await ended;
    throw new Error(`The consumer ended with code ${String(child.exitCode)} before it listened`);
  }

  dispose(): void {
    for (const child of this.running) {
      child.kill('SIGKILL');
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What this test runner told its own process must not reach a foreign application. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => name !== 'NODE_OPTIONS' && !name.startsWith('JEST_') && !name.startsWith('npm_'),
    ),
  );
}
