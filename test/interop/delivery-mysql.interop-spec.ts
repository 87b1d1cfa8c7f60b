import { deliverFrom } from '../support/delivering-applications.js';
import { MysqlServer } from '../support/mysql-server.js';

const server = await MysqlServer.find();
if (typeof server === 'string') {
  console.log(`skipped: ${server}`);
}

afterAll(() => (typeof server === 'string' ? undefined : server.end()));

(typeof server === 'string' ? describe.skip : describe)('two applications deliver to one destination', () => {
  it('from MariaDB', async () => {
    await deliverFrom(await (server as MysqlServer).newDatabase());
  });
});
