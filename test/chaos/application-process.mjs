/**
 * One application that records and delivers, on the built package; it is killed without warning.
 * Usage (by fork): node application-process.mjs <settings as JSON>; sends { isUp } when it works.
 */
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuditModule, AuditService } from 'nestjs-audited';
import { elasticsearch, splunkHec } from 'nestjs-audited/exporters';
import { SeededRandom } from '../crash/seeded-random.mjs';

const { database, ports, seed, recordsPerSecond } = JSON.parse(process.argv[2]);
const random = new SeededRandom(seed);
const token = 'chaos-token-0000';
const times = {
  lingerMs: 50,
  retry: { initialMs: 100, maxMs: 1000 },
  hold: { initialMs: 500, maxMs: 1500 },
};
const url = (name) => `http://127.0.0.1:${ports[name]}`;
const connection = { timeoutMs: 3000, connectTimeoutMs: 1000 };
const hec = (name, more = {}) => ({
  name,
  exporter: splunkHec({ url: url(name), token, ...connection, ...more }),
  ...times,
});

class RootModule {}
Module({
  imports: [
    AuditModule.forRoot({
      database,
      lifecycle: false,
      delivery: { leaseMs: 1000, pollMs: 200, settleEveryMs: 250 },
      destinations: [
        hec('healthy'),
        hec('flaky'),
        hec('broken'),
        { name: 'picky', exporter: elasticsearch({ url: url('picky'), ...connection }), ...times },
        hec('acknowledging', { acknowledgement: { everyMs: 300, timeoutMs: 5000 } }),
      ],
    }),
  ],
})(RootModule);

const app = await NestFactory.createApplicationContext(RootModule, { logger: false });
const audit = app.get(AuditService);
process.send({ isUp: true });

let isWriting = true;
const writing = (async () => {
  while (isWriting) {
    const count = random.between(0, Math.ceil(recordsPerSecond / 5));
    await Promise.all(
      Array.from({ length: count }, () =>
        audit.record({ type: 'order.placed', details: random.chance(0.01) ? { mark: 'poison' } : {} }),
      ),
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
})();

process.on('message', async ({ ask }) => {
  if (ask === 'quiet') {
    isWriting = false;
    await writing;
    process.send({ isQuiet: true });
  }
  if (ask === 'end') {
    isWriting = false;
    await writing;
    await app.close();
    process.exit();
  }
});
process.on('disconnect', () => process.exit());
