import { AuditContext } from './audit-context.js';
import type { AuditScope } from './audit-scope.js';

const scope = (correlationId: string): AuditScope => ({
  correlationId,
  actor: () => ({ kind: 'system' }),
  enrich: () => false,
});

describe('AuditContext', () => {
  it('gives the scope to everything below, across awaits and timers, and to nothing else', async () => {
    const context = new AuditContext();
    const below = context.run(scope('one'), async () => {
      await Promise.resolve();
      await new Promise((resolve) => setImmediate(resolve));
      return context.current()?.correlationId;
    });
    expect(context.current()).toBeUndefined();
    expect(await below).toBe('one');
  });

  it('keeps concurrent actions apart, and an inner one ends with its work', async () => {
    const context = new AuditContext();
    const seen = await Promise.all(
      ['one', 'two'].map((id) =>
        context.run(scope(id), async () => {
          await Promise.resolve();
          const inner = context.run(scope(`${id}-inner`), () => context.current()?.correlationId);
          return [inner, context.current()?.correlationId];
        }),
      ),
    );
    expect(seen).toEqual([
      ['one-inner', 'one'],
      ['two-inner', 'two'],
    ]);
  });

  it('keeps two applications apart', () => {
    const [first, second] = [new AuditContext(), new AuditContext()];
    expect(first.run(scope('one'), () => second.current())).toBeUndefined();
  });

  it('is needed once somebody asked, although nothing seemed to', () => {
    const context = new AuditContext();
    context.decideNeed(false);
    expect(context.isNeeded()).toBe(false);
    expect(context.current()).toBeUndefined();
    expect(context.isNeeded()).toBe(true);
  });

  it('is needed from the first action on when it is known that somebody will ask', () => {
    const context = new AuditContext(() => false);
    context.decideNeed(true);
    expect(context.isNeeded()).toBe(true);
  });
});
