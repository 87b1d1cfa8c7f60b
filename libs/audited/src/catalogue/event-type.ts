/**
 * The event types of the application, for the compiler: names are the keys, values are `true`.
 * Empty here, so that any string is accepted until an application declares its catalogues.
 * Such a declaration counts for every file that is compiled together with it.
 *
 * @example
 * declare module 'nestjs-audited' {
 *   interface AuditEventTypes extends TypesOf<typeof shopCatalogue> {}
 * }
 */
export interface AuditEventTypes {}

/** An event type's name: any string, or only the declared ones once {@link AuditEventTypes} has some. */
export type AuditEventType = keyof AuditEventTypes extends never ? string : Extract<keyof AuditEventTypes, string>;
