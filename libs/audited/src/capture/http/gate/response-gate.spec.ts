import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ResponseGate, type GateKeeper } from './response-gate.js';

describe('ResponseGate', () => {
  let server: Server;

  afterEach(() => new Promise((resolve) => server.close(resolve)));

  async function answerWith(keeper: Partial<GateKeeper>): Promise<Response> {
    server = createServer((_request, response) => {
      new ResponseGate(response).enter({
        auditIdHeader: () => undefined,
        answered: () => undefined,
        closed: () => undefined,
        ...keeper,
      });
      response.end('done');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(5000) });
  }

  it('lets an answer go when what it waited for is there', async () => {
    let isRecorded = false;
    const answered = async (): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve));
      isRecorded = true;
    };
    expect(await (await answerWith({ answered })).text()).toBe('done');
    expect(isRecorded).toBe(true);
  });

  it('lets an answer go although what it waited for broke its word and rejected', async () => {
    const answered = (): Promise<unknown> => Promise.reject(new Error('a defect'));
    const response = await answerWith({ answered });
    expect([response.status, await response.text()]).toEqual([200, 'done']);
  });
});
