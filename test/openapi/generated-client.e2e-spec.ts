import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createClient } from '@hey-api/openapi-ts';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { AuditHttpModule } from 'nestjs-audited/http';
import { documentAuditApi } from 'nestjs-audited/openapi';
import { accessOfUser } from '../support/audit-access.js';
import { HeaderUserGuard } from '../support/header-user.guard.js';
import { TestAppBuilder, type TestApp } from '../support/test-app.js';

const ROOT = join(import.meta.dirname, '../..');
const run = promisify(execFile);

/** What `use-client.ts` prints. */
interface Used {
  readonly misspelt: object;
  readonly missing: object;
}

describe('a client that was generated from the document', () => {
  let app: TestApp;
  let folder: string;

  beforeAll(async () => {
    app = await new TestAppBuilder('express')
      .importsAfter(AuditHttpModule.forRoot({ guards: [HeaderUserGuard], access: accessOfUser }))
      .with((nest) => nest.setGlobalPrefix('api'))
      .start();
    for (let index = 0; index < 9; index++) {
      const isFailure = index % 3 === 0;
      await app.audit.record({
        type: isFailure ? 'deploy.failed' : 'deploy.completed',
        outcome: isFailure ? 'failure' : 'success',
        action: `Deployment number ${index}`,
        resource: { type: 'deployment', id: `d-${index % 4}` },
      });
    }
    folder = mkdtempSync(join(tmpdir(), 'audited-client-'));
    const document = SwaggerModule.createDocument(app.nest, new DocumentBuilder().setTitle('test').build());
    const input = join(folder, 'openapi.json');
    writeFileSync(input, JSON.stringify(documentAuditApi(document)));
    await createClient({
      input,
      output: { path: join(folder, 'client') },
      plugins: ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk'],
      logs: { level: 'silent', file: false },
    });
    cpSync(join(ROOT, 'test/consumers/generated-client'), folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}\n');
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  }, 120_000);

  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await app.fresh();
    await app.close();
  });

  it('compiles, and lists, filters, pages, counts and is told what is wrong', async () => {
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
    const compiled = await run(process.execPath, [compiler, '-p', folder]).catch((error: { stdout: string }) => error);
    expect(compiled.stdout).toBe('');
    const { stdout } = await run(process.execPath, [join(folder, 'use-client.js'), app.url]);
    const { misspelt, missing, ...used } = JSON.parse(stdout) as Used;
    expect(used).toEqual({
      found: ['d-0', 'd-3', 'd-1', 'd-0', 'd-2', 'd-1'],
      record: { action: 'Deployment number 8', chain: 'main' },
      history: ['success', 'success'],
      statistics: { total: 9, byOutcome: { failure: 3, success: 6 }, steps: 1 },
      verified: 'intact',
      lines: 10,
    });
    expect(misspelt).toMatchObject({
      status: 400,
      parameter: 'outcome',
      given: 'sucess',
      allowed: ['success', 'failure', 'denied', 'pending', 'unknown'],
    });
    expect(missing).toMatchObject({ status: 404, type: 'urn:nestjs-audited:problem:not-found' });
  }, 120_000);
});
