import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { cleanTextOf } from '../secret-words.js';
import { DatagramTransport } from './datagram-transport.js';

describe('Datagrams', () => {
  let receiver: Socket;
  let transport: DatagramTransport;
  let received: string[];

  beforeEach(async () => {
    receiver = createSocket('udp4');
    receiver.bind(0, '127.0.0.1');
    await once(receiver, 'listening');
    received = [];
    receiver.on('message', (bytes) => received.push(bytes.toString()));
    const { port } = receiver.address();
    transport = new DatagramTransport({ host: '127.0.0.1', port, timeoutMs: 5000 }, cleanTextOf([]));
  });
  afterEach(async () => {
    await transport.close();
    receiver.close();
  });

  it('that the operating system finds too long are named, and the others are sent', async () => {
    const tooLong = 'x'.repeat(65_508);
    expect(await transport.deliver(['a', tooLong, 'b'], new AbortController().signal)).toEqual({
      status: 'partial',
      refused: [{ index: 1, reason: expect.stringContaining('EMSGSIZE') }],
      reason: 'longer than a datagram may be on this way',
    });
    while (received.length < 2) await once(receiver, 'message');
    expect(received).toEqual(['a', 'b']);
  });

  it('are not sent after whoever asked has given up', async () => {
    expect(await transport.deliver(['a'], AbortSignal.abort())).toEqual({ status: 'retry', reason: 'given up' });
  });
});
