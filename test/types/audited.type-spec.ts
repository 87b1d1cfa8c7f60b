/**
 * Compiled, never run: what `@Audited` makes impossible to write. Each `@ts-expect-error` fails the compilation when
 * its line becomes acceptable.
 */
import {
  Audited,
  auditedFor,
  AuditModule,
  defineCatalogue,
  deploymentCatalogue,
  NotAudited,
  type AuditService,
  type AuditedOptions,
} from 'nestjs-audited';

interface Deployment {
  readonly id: string;
  readonly version: number;
}

const shop = defineCatalogue('shop', { 'order.placed': {}, 'order.cancelled': {} });
const { Audited: AuditedShop } = auditedFor(shop, deploymentCatalogue);

// --- what an application writes --------------------------------------------------------------

@Audited()
@Audited('orders')
@Audited({ type: 'orders', types: { denied: 'orders.refused' }, durability: 'best-effort' })
export class WellWritten {
  @Audited('order.placed', {
    resource: { type: 'order', id: 'params.id', name: 'body.title' },
    action: 'Order {params.id} placed by {user.name}',
    details: ['body', 'query.dryRun', 'headers.x-reason', 'args.0', 'result.total'],
    after: 'result',
    reason: 'headers.x-reason',
    personal: ['/details/phone'],
  })
  bySelectors(): void {}

  @Audited<Deployment>('deploy', {
    resource: ({ result, params }) => ({ type: 'deployment', id: result?.id ?? params['id'] ?? 'unknown' }),
    action: ({ result, status }) => `Version ${result?.version ?? '?'} answered ${status ?? 'nothing'}`,
    details: ({ body, user, args, error, request, controller }) => ({ body, user, args, error, request, controller }),
    before: async () => ({ version: 1 }),
    after: ({ result }) => result,
    environment: ({ params }) => params['environment'],
  })
  byFunctions(): Deployment {
    return { id: 'd-1', version: 2 };
  }

  @AuditedShop('order.placed', { types: { failed: 'order.cancelled' } })
  ofACatalogue(): void {}

  @AuditedShop<Deployment>('order.cancelled', { after: ({ result }) => result?.version })
  ofACatalogueWithAResult(): void {}

  @NotAudited('health checks say nothing about anybody')
  left(): void {}
}

// --- types -----------------------------------------------------------------------------------

// @ts-expect-error a misspelt type
AuditedShop('order.plcaed');
// @ts-expect-error a type of no given catalogue
AuditedShop('audit.read');
// @ts-expect-error a misspelt type for one ending
AuditedShop('order.placed', { types: { failed: 'order.canceled' } });
// @ts-expect-error no such ending
AuditedShop('order.placed', { types: { refused: 'order.cancelled' } });
// @ts-expect-error a narrowed decorator wants its type
AuditedShop();
// @ts-expect-error the type is said once
AuditedShop('order.placed', { type: 'order.cancelled' });
// @ts-expect-error the type is said once
Audited('order.placed', { type: 'order.cancelled' });
// @ts-expect-error a type is a text
Audited(42);

// --- selectors -------------------------------------------------------------------------------

// @ts-expect-error no such root
Audited('x', { resource: { type: 'order', id: 'param.id' } });
// @ts-expect-error a root is followed by a dot
Audited('x', { resource: { type: 'order', id: 'paramsid' } });
// @ts-expect-error a resource has a type
Audited('x', { resource: { id: 'params.id' } });
// @ts-expect-error a list of selectors
Audited('x', { details: 'body' });
// @ts-expect-error one of them has no such root
Audited('x', { details: ['body', 'request.body'] });
// @ts-expect-error a sentence is no selector
Audited('x', { reason: 'because it was asked for' });

// --- options ---------------------------------------------------------------------------------

// @ts-expect-error no such option
Audited('x', { resouce: { type: 'order' } });
// @ts-expect-error no such option beside a right one
Audited({ type: 'x', detail: ['body'] });
// @ts-expect-error no such durability
Audited('x', { durability: 'eventually' });
// @ts-expect-error no such severity
Audited('x', { severity: 'fatal' });
// @ts-expect-error no such risk
Audited('x', { risk: 'extreme' });
// @ts-expect-error pointers come in a list
Audited('x', { personal: '/details/phone' });
// @ts-expect-error the state before is always read by a function
Audited('x', { before: 'params' });
// @ts-expect-error a reason is needed for leaving something out
NotAudited();

// --- functions -------------------------------------------------------------------------------

// @ts-expect-error the result has no such member
Audited<Deployment>('x', { details: ({ result }) => result?.name });
// @ts-expect-error an id is a text
Audited<Deployment>('x', { resource: ({ result }) => ({ type: 'deployment', id: result?.version ?? 0 }) });
// @ts-expect-error a function for the resource gives a type as well
Audited('x', { resource: ({ params }) => ({ id: params['id'] ?? '' }) });
// @ts-expect-error the result may not be there: the action may have failed
Audited<Deployment>('x', { details: ({ result }) => result.id });
// @ts-expect-error nothing is known about a result that was not declared
Audited('x', { details: ({ result }) => result?.id });
// @ts-expect-error a sentence is a text
Audited<Deployment>('x', { action: ({ result }) => result?.version });
// @ts-expect-error there is no such fact
Audited('x', { details: ({ response }) => response });

/** Options may be shared between decorators, and are typed without one. */
export const shared: AuditedOptions<Deployment> = { details: ({ result }) => result?.version };
// @ts-expect-error options are never written to
shared.durability = 'recorded';

// --- module and service ----------------------------------------------------------------------

AuditModule.forRoot();
AuditModule.forRoot({ database: ':memory:', isGlobal: false, catalogues: [shop] });
AuditModule.forRootAsync({ useFactory: () => ({ durability: 'best-effort' }) });
// @ts-expect-error no such option
AuditModule.forRoot({ databse: 'audit.sqlite' });
// @ts-expect-error no such durability
AuditModule.forRootAsync({ useFactory: () => ({ durability: 'eventually' }) });
// @ts-expect-error options come from the factory
AuditModule.forRootAsync({ database: 'audit.sqlite', useFactory: () => ({}) });

export async function record(audit: AuditService): Promise<void> {
  await audit.record({ type: 'order.placed', details: new Map(), error: 'anything' });
  // @ts-expect-error an event has a type
  await audit.record({ action: 'Order placed' });
  // @ts-expect-error no such outcome
  await audit.record({ type: 'order.placed', outcome: 'succes' });
  // @ts-expect-error no such fact to add
  audit.enrich({ outcome: 'success' });
  const sum: number = audit.runAs({ kind: 'service', id: 'billing' }, () => 42);
  // @ts-expect-error an actor has a kind
  audit.runAs({ id: 'billing' }, () => sum);
}
