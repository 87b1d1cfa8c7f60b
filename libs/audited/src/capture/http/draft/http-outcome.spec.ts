import { httpOutcome, type HandlerProgress, type HttpCourse } from './http-outcome.js';

const course = (given: Partial<HttpCourse> = {}): HttpCourse => ({
  progress: 'returned',
  admitted: true,
  filtered: false,
  exceptionStatus: undefined,
  ...given,
});

const refused = course({ progress: 'not-reached', admitted: false });

describe('the outcome of an HTTP exchange', () => {
  it.each([200, 201, 204, 206, 301, 302, 304])('is a success at %i', (status) => {
    expect(httpOutcome(status, course())).toEqual({ outcome: 'success', ending: 'succeeded' });
  });

  it('is pending when the work was only accepted', () => {
    expect(httpOutcome(202, course())).toEqual({ outcome: 'pending', ending: 'succeeded' });
  });

  it.each([400, 404, 408, 409, 422, 500, 503])('is a failure at %i', (status) => {
    expect(httpOutcome(status, course({ progress: 'threw' }))).toEqual({ outcome: 'failure', ending: 'failed' });
  });

  it.each<HandlerProgress>(['not-reached', 'running', 'returned', 'threw', 'cancelled'])(
    'is a denial at 403, and a rate limit at 429, whoever decided (%s)',
    (progress) => {
      expect(httpOutcome(403, course({ progress }))).toEqual({ outcome: 'denied', ending: 'denied' });
      expect(httpOutcome(429, course({ progress }))).toEqual({ outcome: 'denied', ending: 'rateLimited' });
    },
  );

  it('is a denial at 401 of a guard, and a failed log-in at 401 of the handler', () => {
    expect(httpOutcome(401, refused).outcome).toBe('denied');
    expect(httpOutcome(401, course({ progress: 'threw' })).outcome).toBe('failure');
  });

  it('is a denial when the guards let nobody through, however friendly the status', () => {
    expect(httpOutcome(302, refused)).toEqual({ outcome: 'denied', ending: 'denied' });
    expect(httpOutcome(200, { ...refused, filtered: true })).toEqual({ outcome: 'denied', ending: 'denied' });
  });

  it('is a success when an interceptor answered in the place of the handler', () => {
    expect(httpOutcome(200, course({ progress: 'not-reached' })).outcome).toBe('success');
  });

  it('is a success when an interceptor turned an error into an answer', () => {
    expect(httpOutcome(200, course({ progress: 'threw' })).outcome).toBe('success');
  });

  describe('of an exception that a filter answered with a status below 400', () => {
    const filtered = (exceptionStatus?: number): HttpCourse =>
      course({ progress: 'threw', filtered: true, exceptionStatus });

    it.each([
      [undefined, 'failure', 'failed'],
      [500, 'failure', 'failed'],
      [401, 'failure', 'failed'],
      [403, 'denied', 'denied'],
      [429, 'denied', 'rateLimited'],
    ])('is what the exception stood for: %s is a %s', (exceptionStatus, outcome, ending) => {
      expect(httpOutcome(200, filtered(exceptionStatus))).toEqual({ outcome, ending });
    });

    it('is a success when the exception stood for one', () => {
      expect(httpOutcome(303, filtered(303)).outcome).toBe('success');
      expect(httpOutcome(202, filtered(202)).outcome).toBe('pending');
    });

    it('is a failure of a pipe when the guards had let the request through', () => {
      expect(httpOutcome(200, { ...filtered(400), progress: 'not-reached' }).outcome).toBe('failure');
    });
  });
});
