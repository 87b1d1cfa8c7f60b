import type { LoggerService } from '@nestjs/common';

/** A Nest logger that keeps what it is told, so that specs can count it and the console stays quiet. */
export class LogRecorder implements LoggerService {
  private readonly lines: { readonly level: string; readonly text: string }[] = [];

  log(message: unknown, ...rest: unknown[]): void {
    this.keep('log', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.keep('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.keep('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.keep('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.keep('verbose', message, rest);
  }

  /** Lines of the audit module. */
  ofAudit(level: 'log' | 'warn' | 'error'): readonly string[] {
    return this.lines
      .filter((line) => line.level === level && line.text.includes('[AuditModule]'))
      .map(({ text }) => text);
  }

  private keep(level: string, message: unknown, rest: readonly unknown[]): void {
    // Nest passes the context last, and a stack before it.
    this.lines.push({ level, text: `[${String(rest.at(-1))}] ${String(message)}` });
  }
}
