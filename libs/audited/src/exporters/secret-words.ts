const REMOVED = '[redacted]';
/** Shorter secrets would tear holes into words; no receiver gives out such. */
const LEAST_LENGTH = 4;
const MOST_CHARACTERS = 300;

/** Takes secrets out of what people will read, and makes it one bounded line. */
export type CleanText = (text: string) => string;

/**
 * Takes secrets out of a text and leaves the rest as it is. For answers of receivers, before anything is cut from them: half
 * a secret is not found any more.
 *
 * @param secrets values that must never be shown: tokens, keys, passwords; also in their encoded forms
 */
export function withoutSecrets(secrets: readonly (string | undefined)[]): (text: string) => string {
  const plain = secrets.filter((secret): secret is string => secret !== undefined && secret.length >= LEAST_LENGTH);
  const forms = plain.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret, 'utf8').toString('base64'),
    JSON.stringify(secret).slice(1, -1),
  ]);
  // The longest first: a secret may be part of another.
  const sought = [...new Set(forms)].toSorted((a, b) => b.length - a.length);
  return (text) => sought.reduce((rest, secret) => rest.replaceAll(secret, REMOVED), text);
}

/** @param secrets as for {@link withoutSecrets} */
export function cleanTextOf(secrets: readonly (string | undefined)[]): CleanText {
  const remove = withoutSecrets(secrets);
  return (text) => {
    const cleaned = remove(text);
    // Control characters and line ends of every kind: an answer must not forge a line of a log.
    const line = cleaned.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();
    return line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS)}...` : line;
  };
}
