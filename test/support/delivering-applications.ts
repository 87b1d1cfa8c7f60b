import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { AuditDestinations, AuditModule, AuditService, type AuditExporter, type DatabaseOptions } from 'nestjs-audited';
import { eventually } from './eventually.js';

/** A receiver within the test; every application of it has an exporter of its own. */
class Received {
  readonly ids: string[] = [];
  isDown = false;

  exporter(): AuditExporter {
    return {
      type: 'memory',
      deliver: ({ events }) => {
        if (this.isDown) {
          return Promise.resolve({ status: 'retry', reason: 'down' });
        }
        this.ids.push(...events.map(({ record }) => record.event.id));
        return Promise.resolve({ status: 'delivered' });
      },
    };
  }
}

/**
 * Two applications on one database deliver to one destination: records of both arrive once, in order, while one leads and also
 * after it ended; an outage passes; retention knows how far it is.
 */
export async function deliverFrom(database: string | DatabaseOptions): Promise<void> {
  const received = new Received();
  const first = await application(database, received);
  const second = await application(database, received);
  const record = async (app: INestApplicationContext): Promise<string> =>
    (await app.get(AuditService).record({ type: 'order.placed' })).id;
  try {
    const ids = [await record(first), await record(second), await record(first)];
    await eventually(() => expect(received.ids).toStrictEqual(ids));

    received.isDown = true;
    ids.push(await record(second));
    await eventually(async () => {
      expect(await first.get(AuditDestinations).status()).toMatchObject([
        { waiting: 1, health: { state: 'retrying' } },
      ]);
    });
    received.isDown = false;
    await eventually(() => expect(received.ids).toStrictEqual(ids));

    const leaders = await Promise.all(
      [first, second].map(async (app) => (await app.get(AuditDestinations).status())[0]?.leader),
    );
    expect(new Set(leaders)).toStrictEqual(new Set(['this', 'another']));
    const [leading, standby] = leaders[0] === 'this' ? [first, second] : [second, first];
    await leading.close();
    ids.push(await record(standby));
    await eventually(() => expect(received.ids).toStrictEqual(ids));
    expect(await standby.get(AuditDestinations).settled('siem', 10_000)).toBe(true);
  } finally {
    await first.close();
    await second.close();
  }
}

async function application(database: string | DatabaseOptions, received: Received): Promise<INestApplicationContext> {
  const audit = AuditModule.forRoot({
    database,
    lifecycle: false,
    // Configured, and so the same in both: it must not make them take each other's leases.
    origin: { instanceId: 'api' },
    delivery: { leaseMs: 2000, pollMs: 50, settleEveryMs: 20 },
    destinations: [{ name: 'siem', exporter: received.exporter(), lingerMs: 0, retry: { initialMs: 20, maxMs: 50 } }],
  });
  const module = await Test.createTestingModule({ imports: [audit] }).compile();
  return module.init();
}
