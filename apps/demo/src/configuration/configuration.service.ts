import { Injectable, NotFoundException } from '@nestjs/common';

/** One setting: its key in dotted form, and any JSON value. */
export interface ConfigurationEntry {
  readonly key: string;
  readonly value: unknown;
}

const INITIAL: readonly (readonly [key: string, value: unknown])[] = [
  ['deploy.max_parallel', 4],
  ['deploy.window', 'mon-thu 09:00-16:00'],
  ['smtp.password', 'change me'],
];

/** The configuration of this process run. */
@Injectable()
export class ConfigurationService {
  private readonly values = new Map<string, unknown>(INITIAL);

  /** @throws NotFoundException */
  get(key: string): ConfigurationEntry {
    if (!this.values.has(key)) {
      throw new NotFoundException(`There is no configuration ${key}`);
    }
    return { key, value: this.values.get(key) };
  }

  /** @returns the value before; `undefined` when there was none */
  set(key: string, value: unknown): unknown {
    const before = this.values.get(key);
    this.values.set(key, value);
    return before;
  }
}
