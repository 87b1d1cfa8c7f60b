import fc from 'fast-check';
import { SCAM_THRESHOLD, scoreMessage } from './scam.scorer.js';

describe('scoreMessage', () => {
  it('lets an ordinary message pass', () => {
    expect(scoreMessage('Shall we have lunch on Thursday?')).toEqual({
      confidence: 0,
      isScam: false,
      scamType: 'none',
      indicators: [],
      intelligence: { links: [], phoneNumbers: [], upiIds: [] },
    });
  });

  it('does not take a single indicator for a scam', () => {
    const { indicators, isScam } = scoreMessage('My bank is around the corner');
    expect(indicators).toEqual(['impersonation']);
    expect(isScam).toBe(false);
  });

  it.each([
    ['URGENT: your bank account is blocked. Share the OTP at once.', 'phishing'],
    ['You won the lottery! Pay the processing fee to collect your prize.', 'lottery_fraud'],
    ['Transfer the penalty immediately or face legal action', 'payment_fraud'],
    ['This is the income tax department, arrest follows within 2 hours', 'impersonation'],
  ])('recognises "%s" as %s', (text, scamType) => {
    expect(scoreMessage(text)).toMatchObject({ isScam: true, scamType });
  });

  it('is not misled by full-width letters', () => {
    expect(scoreMessage('Ｙｏｕｒ ｂａｎｋ needs your ＯＴＰ, urgent').isScam).toBe(true);
  });

  it('extracts links, phone numbers and payment addresses, each once', () => {
    const text = 'Pay to refunds.desk@okbank or call +91 98765-43210. http://bank.example/kyc http://bank.example/kyc';
    expect(scoreMessage(text).intelligence).toEqual({
      links: ['http://bank.example/kyc'],
      phoneNumbers: ['+91 98765-43210'],
      upiIds: ['refunds.desk@okbank'],
    });
  });

  it('does not take an e-mail address for a payment address', () => {
    expect(scoreMessage('Write to me@example.org').intelligence.upiIds).toEqual([]);
  });

  it('never throws and stays between 0 and 1 for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 4000 }), (text) => {
        const { confidence, isScam } = scoreMessage(text);
        expect(confidence).toBeGreaterThanOrEqual(0);
        expect(confidence).toBeLessThanOrEqual(1);
        expect(isScam).toBe(confidence >= SCAM_THRESHOLD);
      }),
    );
  });
});
