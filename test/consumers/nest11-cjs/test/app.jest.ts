import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { AuditService } from 'nestjs-audited';
import { AppModule } from '../src/app.module';

/** How most Nest 11 applications are tested: Jest and ts-jest, CommonJS, no flag for Node. */
describe('an application under Jest and ts-jest', () => {
  let app: INestApplication;

  beforeAll(async () => {
    process.env['CONSUMER_DATABASE'] = ':memory:';
    const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
    app = module.createNestApplication();
    await app.listen(0, '127.0.0.1');
  });

  afterAll(() => app.close());

  it('records a denied request', async () => {
    const answer = await fetch(`${await app.getUrl()}/deployments/d-1`, { method: 'POST' });
    expect(answer.status).toBe(403);
    const { records } = await app.get(AuditService).find();
    expect(records.map(({ event }) => [event.type, event.outcome])).toEqual([
      ['deploy.started', 'denied'],
      ['audit.started', 'success'],
    ]);
  });
});
