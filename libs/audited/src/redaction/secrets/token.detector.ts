import { spansOf, type SecretDetector, type SecretSpan } from './secret-spans.js';

/**
 * Keys that their issuers made recognisable, one line each. Every quantifier behind a prefix either succeeds or
 * fails within a bounded distance, so the whole expression is linear.
 */
const ISSUED_KEYS: readonly string[] = [
  '(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}', // AWS access key id
  'AIza[\\w-]{35}', // Google API key
  'GOCSPX-[\\w-]{20,}', // Google OAuth client secret
  'ya29\\.[\\w-]{20,}', // Google OAuth access token
  '1\\/\\/0[\\w-]{30,}', // Google OAuth refresh token
  '[\\w~.]{3}8Q~[\\w~.-]{31,34}', // Microsoft Entra client secret
  'gh[pousr]_[A-Za-z0-9]{20,}', // GitHub token
  'github_pat_\\w{20,}', // GitHub fine-grained token
  'gl(?:pat|dt|rt|ptt|ft|soat|cbt|agent)-[\\w-]{20,}', // GitLab token
  'xox[abeoprs](?:\\.xox[bp])?-[\\w-]{10,}', // Slack token
  'xapp-[\\w-]{10,}', // Slack app token
  'hooks\\.slack\\.com\\/(?:services|workflows)\\/[\\w\\/]{20,}', // Slack webhook
  '[rs]k_(?:live|test|prod)_[A-Za-z0-9]{10,}', // Stripe secret and restricted key
  'whsec_[A-Za-z0-9+\\/=]{16,}', // Stripe and Svix webhook secret
  'npm_[A-Za-z0-9]{30,}', // npm token
  'pypi-[\\w-]{40,}', // PyPI token
  'dckr_[po]at_[\\w-]{20,}', // Docker Hub token
  'SG\\.[\\w-]{16,}\\.[\\w-]{16,}', // SendGrid key
  '(?<![A-Za-z0-9])SK[0-9a-f]{32}(?![A-Za-z0-9])', // Twilio key
  '(?<![A-Za-z0-9])key-[0-9a-f]{32}(?![A-Za-z0-9])', // Mailgun key
  '(?<![A-Za-z0-9])sk-(?:proj|ant|svcacct|admin|or)-[\\w-]{20,}', // OpenAI, Anthropic, OpenRouter key
  '(?<![A-Za-z0-9])sk-[A-Za-z0-9]{20,}', // OpenAI key of the older form
  'hf_[A-Za-z0-9]{30,}', // Hugging Face token
  'do[opr]_v1_[0-9a-f]{40,}', // DigitalOcean token
  'shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}', // Shopify token
  'sq0(?:atp|csp|idp)-[\\w-]{22,}', // Square token
  'hv[sbr]\\.[\\w-]{20,}', // HashiCorp Vault token
  '(?:atlasv1\\.|ATATT3)[\\w=-]{40,}', // Terraform Cloud, Atlassian token
  'dapi[0-9a-f]{32}', // Databricks token
  'NRAK-[A-Z0-9]{27}', // New Relic key
  'PMAK-[0-9a-f-]{40,}', // Postman key
  'lin_api_[A-Za-z0-9]{30,}', // Linear key
  'AGE-SECRET-KEY-1[A-Z0-9]{40,}', // age key
  '(?<!\\d)\\d{8,10}:AA[\\w-]{33}', // Telegram bot token
];

const ISSUED_KEY = new RegExp(ISSUED_KEYS.join('|'), 'g');

/** Keys and tokens of well-known issuers. */
export const findIssuedKeys: SecretDetector = (text) => spansOf(ISSUED_KEY, text);

const JWT_START = 'eyJ';
const LEAST_JWT_PART = 6;
/** JWS has three parts, JWE five. */
const MOST_JWT_PARTS = 5;

/**
 * JSON Web Tokens: base64url of `{"`, a dot, more base64url. By hand, since an expression that tries each `eyJ` of
 * `eyJeyJeyJ...` to its end takes quadratic time; here a failed run of characters is skipped whole.
 */
export const findWebTokens: SecretDetector = (text) => {
  const spans: SecretSpan[] = [];
  let start = text.indexOf(JWT_START);
  while (start !== -1) {
    const headerEnd = endOfBase64Url(text, start);
    let end = headerEnd;
    if (headerEnd - start >= LEAST_JWT_PART && text.charCodeAt(headerEnd) === 0x2e) {
      end = endOfBase64Url(text, headerEnd + 1);
      if (end - headerEnd > LEAST_JWT_PART || text.charCodeAt(end) === 0x2e) {
        for (let part = 2; part < MOST_JWT_PARTS && text.charCodeAt(end) === 0x2e; part += 1) {
          end = endOfBase64Url(text, end + 1);
        }
        spans.push({ start, end });
      }
    }
    start = text.indexOf(JWT_START, Math.max(end, start + 1));
  }
  return spans;
};

function endOfBase64Url(text: string, from: number): number {
  let at = from;
  while (at < text.length && isBase64Url(text.charCodeAt(at))) at += 1;
  return at;
}

function isBase64Url(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x5f ||
    code === 0x2d
  );
}
