import type { ServerResponse } from 'node:http';
import type { AuditDraft } from '../../../event/audit-draft.js';
import type { AuditReceipt, AuditRecorder } from '../../../recording/audit-recorder.js';
import { FailureLog } from '../../../recording/accounting/failure-log.js';
import { RequiredAction } from './required-action.js';

type Status = AuditReceipt['status'];

/** A recorder that gives one receipt, under one policy. */
function recorderThat(status: Status, failsClosed = true): { recorder: AuditRecorder; drafts: AuditDraft[] } {
  const drafts: AuditDraft[] = [];
  const recorder = {
    failsClosed,
    newId: () => `id-${drafts.length}`,
    record: (draft: AuditDraft, _level: unknown, id: string) => {
      drafts.push(draft);
      return Promise.resolve({ id, status });
    },
  };
  return { recorder: recorder as unknown as AuditRecorder, drafts };
}

function action(recorder: AuditRecorder, intentNow?: () => Promise<AuditDraft>): RequiredAction {
  const response = { headersSent: false, setHeader: () => undefined } as unknown as ServerResponse;
  const failures = new FailureLog({ error: () => undefined, log: () => undefined }, (text) => text);
  return new RequiredAction(response, { recorder, failures }, intentNow ?? (() => Promise.resolve({ type: 'a.b' })));
}

const receipt = (status: Status): AuditReceipt => ({ id: 'outcome', status });

describe('an action at the level "required"', () => {
  it.each(['durable', 'spooled'] as const)('runs when its intent is %s, and may answer', async (status) => {
    const required = action(recorderThat(status).recorder);
    await required.announce();
    required.conclude(200);
    required.concluded(receipt(status));
    expect(required.intentId).toBe('id-0');
    expect(required.instead()).toBeUndefined();
  });

  it.each(['failed', 'queued'] as const)('does not run when its intent is %s', async (status) => {
    const required = action(recorderThat(status).recorder);
    await expect(required.announce()).rejects.toMatchObject({ status: 503 });
  });

  it('does not run when not even the draft of its intent could be made', async () => {
    const required = action(recorderThat('durable').recorder, () => Promise.reject(new Error('no draft')));
    await expect(required.announce()).rejects.toMatchObject({ status: 503 });
  });

  it('has one intent for all calls, and one refusal', async () => {
    const { recorder, drafts } = recorderThat('failed');
    const required = action(recorder);
    await expect(required.announce()).rejects.toMatchObject({ status: 503 });
    await expect(required.announce()).rejects.toMatchObject({ status: 503 });
    expect(drafts).toHaveLength(1);
  });

  it('does not run after the request was answered', async () => {
    const required = action(recorderThat('durable').recorder);
    const announced = required.announce();
    required.conclude(408);
    await expect(announced).rejects.toMatchObject({ status: 503 });
  });

  it('withholds an answer whose outcome is lost, and tells the intent', async () => {
    const required = action(recorderThat('durable').recorder);
    await required.announce();
    required.conclude(200);
    required.concluded(receipt('failed'));
    expect(required.instead()).toMatchObject({ status: 503, body: { intentId: 'id-0' } });
  });

  it('withholds an answer of which not even a draft could be made', () => {
    const required = action(recorderThat('durable').recorder);
    required.conclude(200);
    required.concluded(undefined);
    expect(required.instead()).toMatchObject({ body: { code: 'AUDIT_NOT_RECORDED' } });
  });

  it('lets its own refusal go as the filters of the application put it, but nothing kinder', async () => {
    const required = action(recorderThat('failed').recorder);
    await expect(required.announce()).rejects.toMatchObject({ status: 503 });
    required.conclude(503);
    required.concluded(receipt('failed'));
    expect(required.instead()).toBeUndefined();
    required.conclude(200);
    expect(required.instead()).toMatchObject({ status: 503, body: { code: 'AUDIT_NOT_RECORDED' } });
  });

  it('runs and answers all the same where the policy is to count what is lost', async () => {
    const required = action(recorderThat('failed', false).recorder);
    await required.announce();
    required.conclude(200);
    required.concluded(receipt('failed'));
    expect(required.instead()).toBeUndefined();
  });
});
