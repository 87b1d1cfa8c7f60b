const UNWORDLY = /[^\p{L}\p{N}]+/gu;

/**
 * The form in which key names are compared: `X-Api_Key`, `x.api key` and `xApiKey` are one name. Compatibility
 * forms are folded too, so that full-width letters are no way around a rule.
 */
export function plainKeyName(key: string): string {
  return key.normalize('NFKC').replace(UNWORDLY, '').toLowerCase();
}

/**
 * The last word of a key name in lower case, as camel case and separators divide it: `pin` of `cardPin`,
 * `CARD_PIN` and `cardPIN`, but `spin` of `spin`.
 */
export function lastWord(key: string): string {
  const words = key
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .split(UNWORDLY)
    .filter((word) => word !== '');
  return (words.at(-1) ?? '').toLowerCase();
}
