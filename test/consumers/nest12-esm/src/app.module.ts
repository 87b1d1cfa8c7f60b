import {
  Body,
  Controller,
  Get,
  Injectable,
  Module,
  Param,
  Post,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import {
  Audited,
  AuditModule,
  AuditService,
  defineCatalogue,
  type AuditPage,
  type IntegrityReport,
} from 'nestjs-audited';
import { file } from 'nestjs-audited/exporters';
import { createFormatter, formattedDocument } from 'nestjs-audited/formats';
import { AuditHttpModule } from 'nestjs-audited/http';

interface Deployment {
  readonly id: string;
  readonly version: string;
}

const catalogue = defineCatalogue('consumer', { 'deploy.started': { title: 'Deployment started' } });

/** Lets in whoever names themselves; good enough to be refused by. */
@Injectable()
class NamedUsersGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{ headers: Record<string, string | undefined>; user?: object }>();
    const name = request.headers['x-user'];
    if (name === undefined) {
      return false;
    }
    request.user = { id: name };
    return true;
  }
}

@Controller('deployments')
class DeploymentsController {
  @Post(':id')
  @UseGuards(NamedUsersGuard)
  @Audited<Deployment>('deploy.started', {
    resource: ({ result, params }) => ({ type: 'deployment', id: result?.id ?? params['id'] ?? '?' }),
    details: ['body'],
  })
  start(@Param('id') id: string, @Body() body: { version: string }): Deployment {
    return { id, version: body.version };
  }
}

/** Not decorated: what it reads is what the routes above left. */
@Controller('trail')
class TrailController {
  constructor(private readonly audit: AuditService) {}

  @Get()
  async read(): Promise<{ page: AuditPage; report: IntegrityReport }> {
    return { page: await this.audit.find(), report: await this.audit.verify() };
  }

  @Get('csv')
  async csv(): Promise<string> {
    const { records } = await this.audit.find();
    const formatter = createFormatter('csv', { columns: ['event_type', 'outcome'] });
    let text = '';
    for await (const piece of formattedDocument(formatter, records)) text += piece;
    return text;
  }
}

@Module({
  imports: [
    AuditModule.forRootAsync({
      useFactory: () => ({
        database: process.env['CONSUMER_DATABASE'] ?? 'audit.sqlite',
        catalogues: [catalogue],
        destinations: [
          { name: 'files', exporter: file({ directory: process.env['CONSUMER_FILES'] ?? 'files' }), lingerMs: 0 },
        ],
      }),
    }),
    AuditHttpModule.forRoot({
      guards: [NamedUsersGuard],
      access: { permissions: ['read', 'read-personal'], tenants: 'all' },
    }),
  ],
  controllers: [DeploymentsController, TrailController],
})
export class AppModule {}
