/** What a message asks a victim to believe or to do. */
export type ScamIndicator =
  'urgency' | 'threat' | 'impersonation' | 'credential_request' | 'payment_request' | 'reward' | 'link';

/** Things in a message that help to find the scammer, as lists by kind. */
export interface ScamIntelligence {
  readonly links: readonly string[];
  readonly phoneNumbers: readonly string[];
  /** Addresses of India's payment system: `name@bank`. */
  readonly upiIds: readonly string[];
}

/** The judgement on one message. */
export interface ScamScore {
  /** 0 to 1; {@link SCAM_THRESHOLD} and above is taken for a scam. */
  readonly confidence: number;
  readonly isScam: boolean;
  /** Kind of scam; `none` when it is no scam. */
  readonly scamType: string;
  readonly indicators: readonly ScamIndicator[];
  readonly intelligence: ScamIntelligence;
}

/** From this confidence on a message is taken for a scam: no single indicator reaches it. */
export const SCAM_THRESHOLD = 0.6;

/** How much one indicator alone convinces, and the words that show it. */
const INDICATORS: Readonly<Record<ScamIndicator, { readonly weight: number; readonly pattern: RegExp }>> = {
  urgency: {
    weight: 0.3,
    pattern: /\b(urgent(ly)?|immediately|within \d+ (minutes|hours)|last chance|expires? today)\b/,
  },
  threat: { weight: 0.4, pattern: /\b(blocked|suspended|arrest(ed)?|legal action|police|penalty|deactivated)\b/ },
  impersonation: { weight: 0.35, pattern: /\b(bank|kyc|customs|income tax|tax office|police officer|support team)\b/ },
  credential_request: { weight: 0.55, pattern: /\b(otp|one[- ]time password|pin|cvv|password|verify your account)\b/ },
  payment_request: { weight: 0.45, pattern: /\b(send money|transfer|pay(ment)? of|processing fee|upi|gift cards?)\b/ },
  reward: { weight: 0.45, pattern: /\b(won|winner|lottery|prize|cashback|refund|guaranteed returns?)\b/ },
  link: { weight: 0.25, pattern: /\bhttps?:\/\// },
};

/** Which kind of scam it is, by its most telling indicator; the first that fits. */
const KINDS: readonly (readonly [kind: string, indicator: ScamIndicator])[] = [
  ['phishing', 'credential_request'],
  ['lottery_fraud', 'reward'],
  ['payment_fraud', 'payment_request'],
  ['impersonation', 'impersonation'],
];

const FINDERS: Readonly<Record<keyof ScamIntelligence, RegExp>> = {
  links: /\bhttps?:\/\/[^\s<>"']{1,500}/g,
  phoneNumbers: /(?<![\w@])\+?\d[\d -]{8,16}\d(?!\w)/g,
  upiIds: /(?<![\w.@-])[a-z0-9._-]{2,64}@[a-z]{2,20}(?![\w.@-])/g,
};

/**
 * Scores a message by simple rules. A small stand-in for a real detector: it shows what a detection
 * leaves in the trail, it does not protect anybody.
 */
export function scoreMessage(text: string): ScamScore {
  // Full-width and styled letters are a common way around a filter.
  const plain = text.normalize('NFKC').toLowerCase();
  const indicators = (Object.keys(INDICATORS) as ScamIndicator[]).filter((name) =>
    INDICATORS[name].pattern.test(plain),
  );
  const doubt = indicators.reduce((left, name) => left * (1 - INDICATORS[name].weight), 1);
  const confidence = Math.round((1 - doubt) * 100) / 100;
  const isScam = confidence >= SCAM_THRESHOLD;
  return {
    confidence,
    isScam,
    scamType: isScam ? kindOf(indicators) : 'none',
    indicators,
    intelligence: findingsIn(plain),
  };
}

function kindOf(indicators: readonly ScamIndicator[]): string {
  return KINDS.find(([, indicator]) => indicators.includes(indicator))?.[0] ?? 'other';
}

function findingsIn(plain: string): ScamIntelligence {
  const found = (kind: keyof ScamIntelligence): readonly string[] => [...new Set(plain.match(FINDERS[kind]) ?? [])];
  return { links: found('links'), phoneNumbers: found('phoneNumbers'), upiIds: found('upiIds') };
}
