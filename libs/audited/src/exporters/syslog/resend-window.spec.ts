import { FixedClock } from '../../testing/fixed.clock.js';
import { ResendWindow, type WatchedConnection } from './resend-window.js';

/** A connection as the window sees it; tests break and fill it. */
class Connection implements WatchedConnection {
  isAlive = true;
  waitingBytes = 0;
}

describe('The resend window', () => {
  const WINDOW_MS = 2000;
  let clock: FixedClock;
  let window: ResendWindow;
  let connection: Connection;
  const fateOf = (handle: string) => window.answers([handle]).get(handle);

  beforeEach(() => {
    clock = new FixedClock();
    window = new ResendWindow(WINDOW_MS, clock);
    connection = new Connection();
  });

  it('gives every batch a handle of its own', () => {
    expect(window.written(connection)).not.toBe(window.written(connection));
  });

  it('confirms each batch at the end of its own window', () => {
    const first = window.written(connection);
    clock.advance(WINDOW_MS / 2);
    const second = window.written(connection);
    clock.advance(WINDOW_MS / 2);
    expect([...window.answers([first, second]).values()]).toEqual(['confirmed', 'pending']);
    clock.advance(WINDOW_MS / 2);
    expect([...window.answers([first, second]).values()]).toEqual(['confirmed', 'confirmed']);
  });

  it('confirms nothing while bytes wait behind it', () => {
    const handle = window.written(connection);
    connection.waitingBytes = 1;
    clock.advance(WINDOW_MS);
    expect(fateOf(handle)).toBe('pending');
    connection.waitingBytes = 0;
    expect(fateOf(handle)).toBe('confirmed');
  });

  it('loses what nobody was told to be confirmed when the connection breaks, however late that is noticed', () => {
    const handle = window.written(connection);
    clock.advance(WINDOW_MS);
    connection.isAlive = false;
    expect(fateOf(handle)).toBe('lost');
    expect(window.broke(connection)).toBe(true);
    expect(fateOf(handle)).toBe('lost');
  });

  it('keeps what is confirmed when the connection breaks, and says that nothing was lost', () => {
    const handle = window.written(connection);
    clock.advance(WINDOW_MS);
    expect(fateOf(handle)).toBe('confirmed');
    connection.isAlive = false;
    expect(window.broke(connection)).toBe(false);
    expect(fateOf(handle)).toBe('confirmed');
  });

  it('loses nothing of another connection', () => {
    const other = new Connection();
    const kept = window.written(other);
    window.written(connection);
    window.broke(connection);
    expect(fateOf(kept)).toBe('pending');
    clock.advance(WINDOW_MS);
    expect(fateOf(kept)).toBe('confirmed');
  });

  it('confirms what was written to a connection that both sides ended', () => {
    const handle = window.written(connection);
    connection.isAlive = false;
    window.ended(connection);
    expect(fateOf(handle)).toBe('confirmed');
  });

  it('forgets a confirmed batch that is asked after no more, so that it never grows', () => {
    const first = window.written(connection);
    clock.advance(WINDOW_MS);
    expect(fateOf(first)).toBe('confirmed');
    window.answers([]);
    expect(fateOf(first)).toBe('lost');
  });

  it('confirms and forgets batches that nobody asks after at all', () => {
    const first = window.written(connection);
    clock.advance(WINDOW_MS);
    window.answers([]);
    window.answers([]);
    expect(fateOf(first)).toBe('lost');
  });
});
