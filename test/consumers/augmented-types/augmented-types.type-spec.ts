/**
 * Compiled, never run, and on its own: an augmentation counts for everything compiled with it, so
 * it must not meet the library's other tests. Shows that an application which declares its
 * catalogues makes a misspelt type an error wherever the package asks for a type.
 */
import { auditCatalogue, defineCatalogue, type AuditEventType, type TypesOf } from 'nestjs-audited';

const shop = defineCatalogue('shop', { 'order.placed': { title: 'Order placed' } });

declare module 'nestjs-audited' {
  interface AuditEventTypes extends TypesOf<typeof shop | typeof auditCatalogue> {}
}

export const declared: AuditEventType = 'order.placed';
export const ofTheKit: AuditEventType = 'audit.export';
// @ts-expect-error a misspelt type
export const misspelt: AuditEventType = 'order.plcaed';
// @ts-expect-error any other string is refused too
export const anything: AuditEventType = ['any', 'thing'].join('.');
