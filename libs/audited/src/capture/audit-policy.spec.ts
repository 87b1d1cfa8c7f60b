import 'reflect-metadata';
import { coverageOf, type AuditPolicy } from './audit-policy.js';
import { Audited, NotAudited } from './audited.decorator.js';
import type { AuditedOptions, AuditFacts } from './audited.options.js';

const FACTS: AuditFacts = {
  request: {},
  params: { id: '7' },
  query: {},
  body: { name: 'Pen', state: { price: 1 } },
  user: undefined,
  args: [],
  controller: undefined,
  result: undefined,
  error: undefined,
  status: 200,
};

class ShapesController {
  @Audited('shape.plain') plain(): void {}
  @Audited() named(): void {}
  @Audited({ resource: { type: 'shape', id: 'params.id', name: 'body.name' } }) resource(): void {}
  @Audited({ resource: { type: 'shape', id: 'body.state' } }) objectId(): void {}
  @Audited({ action: 'Shape {params.id}', details: ['body.name'], after: 'body.state', reason: 'body.name' })
  texts(): void {}
  @Audited({ environment: 'staging' }) fixed(): void {}
  @Audited({ environment: () => 'read' }) dynamic(): void {}
  @NotAudited('only a ping') ping(): void {}
  @Audited('shape.both') @NotAudited('a mistake') both(): void {}
  @Audited({ resource: { type: 'shape', id: 'id' as 'params.id' } }) wrong(): void {}
  @Audited({ durability: 'eventually' as 'recorded' }) wavering(): void {}
  bare(): void {}
}

@Audited({ type: 'class.type', component: 'shop', types: { denied: 'class.denied', failed: 'class.failed' } })
class ClassController {
  @Audited({ type: 'method.type', types: { failed: 'method.failed' } }) method(): void {}
  @NotAudited('a read') excluded(): void {}
  bare(): void {}
}

@NotAudited('internal')
class InternalController {
  @Audited('internal.one') one(): void {}
  bare(): void {}
}

class InheritingController extends ClassController {}

type Controller = abstract new (...args: never[]) => object;

function coverage(controller: Controller, methodName: string): ReturnType<typeof coverageOf> {
  const handler = (controller.prototype as Readonly<Record<string, object>>)[methodName] ?? {};
  return coverageOf(controller, handler, { className: controller.name, methodName });
}

function policy(controller: Controller, methodName: string): AuditPolicy {
  const found = coverage(controller, methodName);
  if (found.status !== 'audited') {
    throw new Error(`${methodName} is ${found.status}`);
  }
  return found.policy;
}

const readAll = (found: AuditPolicy): Record<string, unknown> =>
  Object.fromEntries(found.readers.map(([field, read]) => [field, read(FACTS)]));

describe('what is recorded for a handler', () => {
  it('is its type, and a name of its own where none is given', () => {
    expect(policy(ShapesController, 'plain').type).toBe('shape.plain');
    expect(policy(ShapesController, 'named').type).toBe('shapes.named');
  });

  it('has readers only for the options that were given', () => {
    expect(policy(ShapesController, 'plain').readers).toEqual([]);
    expect(readAll(policy(ShapesController, 'texts'))).toEqual({
      action: 'Shape 7',
      details: { name: 'Pen' },
      after: { price: 1 },
      reason: 'Pen',
    });
  });

  it('names the resource by texts and numbers, never by an object', () => {
    expect(readAll(policy(ShapesController, 'resource'))).toEqual({
      resource: { type: 'shape', id: '7', name: 'Pen' },
    });
    expect(readAll(policy(ShapesController, 'objectId'))).toEqual({ resource: { type: 'shape' } });
  });

  it('keeps a fixed environment as an option and reads a function', () => {
    expect(policy(ShapesController, 'fixed').readers).toEqual([]);
    expect(readAll(policy(ShapesController, 'dynamic'))).toEqual({ environment: 'read' });
  });

  it('is the word of the method before the word of the class, field by field', () => {
    const { options, type } = policy(ClassController, 'method');
    expect(type).toBe('method.type');
    expect(options).toMatchObject({
      component: 'shop',
      types: { denied: 'class.denied', failed: 'method.failed' },
    } satisfies AuditedOptions);
  });

  it('is the word of the class for the methods that say nothing, inherited ones too', () => {
    expect(policy(ClassController, 'bare').type).toBe('class.type');
    expect(policy(InheritingController, 'bare').type).toBe('class.type');
  });

  it('is nothing where the method, or the class alone, says so and why', () => {
    expect(coverage(ShapesController, 'ping')).toEqual({ status: 'not-audited', reason: 'only a ping' });
    expect(coverage(ClassController, 'excluded')).toEqual({ status: 'not-audited', reason: 'a read' });
    expect(coverage(InternalController, 'bare')).toEqual({ status: 'not-audited', reason: 'internal' });
    expect(policy(InternalController, 'one').type).toBe('internal.one');
    expect(coverage(ShapesController, 'bare')).toEqual({ status: 'uncovered' });
  });

  it('is audited where one place says both: nothing is hidden by accident', () => {
    expect(policy(ShapesController, 'both').type).toBe('shape.both');
  });

  it('stops the boot where an option is malformed, naming class, method and option', () => {
    expect(() => coverage(ShapesController, 'wrong')).toThrow(/ShapesController\.wrong.*resource\.id/s);
  });

  it('stops the boot where a level is none, naming class, method and the levels there are', () => {
    expect(() => coverage(ShapesController, 'wavering')).toThrow(
      /ShapesController\.wavering: durability.*eventually.*best-effort, recorded, required, transactional/s,
    );
  });

  it('never writes to the options that were given', () => {
    const options = Object.freeze<AuditedOptions>({ type: 'a.b', types: Object.freeze({ failed: 'a.failed' }) });
    class FrozenController {
      @Audited(options) method(): void {}
    }
    expect(policy(FrozenController, 'method').options).toMatchObject(options);
  });
});
