import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Body,
  Controller,
  ForbiddenException,
  Get,
  Param,
  Post,
  UseGuards,
  Injectable,
  type CanActivate,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Audited, AuditModule, AuditService } from 'nestjs-audited';
import { createOn, listen, PLATFORMS } from './support/platforms.js';

@Injectable()
class Deny implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@Controller('things')
class ThingsController {
  @Post(':id')
  @Audited('thing.create', { resource: { type: 'thing', id: 'params.id' }, details: ['body'] })
  create(@Param('id') id: string, @Body() body: unknown): unknown {
    return { id, body };
  }
  @Get('bare')
  bare(): string {
    return 'ok';
  }
  @Get('throw')
  @Audited('thing.throw')
  fail(): never {
    throw new ForbiddenException('no way');
  }
  @Get('denied')
  @UseGuards(Deny)
  @Audited('thing.denied')
  denied(): string {
    return 'never';
  }
}

describe.each(PLATFORMS)('smoke on %s', (platform) => {
  it('records', async () => {
    const database = join(mkdtempSync(join(tmpdir(), 'audited-')), 'audit.sqlite');
    const module = await Test.createTestingModule({
      imports: [AuditModule.forRoot({ database })],
      controllers: [ThingsController],
    }).compile();
    const app = createOn(platform, module);
    const url = await listen(app);
    const answers = [
      await fetch(`${url}/things/7?x=1`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"a":1,"password":"geheim"}',
      }),
      await fetch(`${url}/things/throw`),
      await fetch(`${url}/things/denied`),
      await fetch(`${url}/things/bare`),
    ];
    console.log(
      answers.map((r) => [r.status, r.headers.get('x-audit-id')]),
      await answers[0]!.text(),
    );
    const audit = app.get(AuditService);
    const page = await audit.find();
    console.log(JSON.stringify(page.records, null, 1));
    const report = await audit.verify();
    console.log(report);
    expect(page.records).toHaveLength(3);
    expect(report.ok).toBe(true);
    await app.close();
  });
});
