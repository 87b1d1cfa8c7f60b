const MAX_TEXTS = 512;
const MAX_LENGTH = 128;

/**
 * Texts that looked suspicious and were found to hold no secret. Handler names, routes and the like come back with
 * every request, and the detectors are the dearest part of a line. Bounded: when it is full it starts anew.
 */
export class ClearedTexts {
  private readonly texts = new Set<string>();

  has(text: string): boolean {
    return text.length <= MAX_LENGTH && this.texts.has(text);
  }

  add(text: string): void {
    if (text.length > MAX_LENGTH) return;
    if (this.texts.size >= MAX_TEXTS) this.texts.clear();
    this.texts.add(text);
  }
}
