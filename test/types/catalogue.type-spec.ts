/**
 * Compiled, never run: what a catalogue makes impossible to write. Each `@ts-expect-error` fails
 * the compilation when its line becomes acceptable.
 */
import {
  catalogueHelpers,
  defineCatalogue,
  EventClassifier,
  scamIntelligenceCatalogue,
  type AuditEventType,
  type EventCatalogue,
  type TypeNameOf,
  type TypesOf,
} from 'nestjs-audited';

const shop = defineCatalogue('shop', {
  'order.placed': {
    title: 'Order placed',
    severity: (outcome) => (outcome === 'failure' ? 'critical' : 'info'),
    helper: (facts: { orderId: string; total?: number }) => ({ resource: { type: 'order', id: facts.orderId } }),
  },
  'order.cancelled': { helper: () => ({ outcome: 'success' }) },
  ORDER_REFUNDED: { risk: 'high' },
});
const billing = defineCatalogue('billing', { 'invoice.sent': {} });

// --- names -----------------------------------------------------------------------------------

export const declared: TypeNameOf<typeof shop> = 'order.placed';
// @ts-expect-error a misspelt type is no name of the catalogue
export const misspelt: TypeNameOf<typeof shop> = 'order.plcaed';
export const fromUnion: TypeNameOf<typeof shop | typeof billing> = 'invoice.sent';
export const fromList: TypeNameOf<readonly [typeof shop, typeof billing]> = 'ORDER_REFUNDED';
// @ts-expect-error no catalogue of the list has it
export const inNone: TypeNameOf<readonly [typeof shop, typeof billing]> = 'invoice.snet';

/** The second way to narrow, without augmentation: an interface made from catalogues. */
interface ShopEventTypes extends TypesOf<typeof shop | typeof billing> {}
export const named: keyof ShopEventTypes = 'invoice.sent';

// Nothing in this compilation may augment AuditEventTypes: any string is a type here.
export const anything: AuditEventType = ['any', 'thing'].join('.');

// --- definitions -----------------------------------------------------------------------------

// @ts-expect-error no such severity
defineCatalogue('shop', { 'order.placed': { severity: 'fatal' } });
// @ts-expect-error the rule answers with no known severity
defineCatalogue('shop', { 'order.placed': { severity: () => 'fatal' } });
// @ts-expect-error no such risk
defineCatalogue('shop', { 'order.placed': { risk: 'extreme' } });
// @ts-expect-error a misspelt property beside a right one
defineCatalogue('shop', { 'order.placed': { title: 'Order placed', severty: 'info' } });
// @ts-expect-error a pointer list, not one pointer
defineCatalogue('shop', { 'order.placed': { personal: '/details/phone' } });
// @ts-expect-error a helper returns the facts of a draft
defineCatalogue('shop', { 'order.placed': { helper: (facts: { id: string }) => facts.id } });
// @ts-expect-error a helper cannot invent an outcome
defineCatalogue('shop', { 'order.placed': { helper: () => ({ outcome: 'perhaps' }) } });

// Every catalogue, whatever its types, is one that the classifier takes.
const catalogues: readonly EventCatalogue[] = [shop, billing, scamIntelligenceCatalogue];
const { severity } = new EventClassifier(catalogues).classify('order.placed', 'success');
// @ts-expect-error severities are words, not numbers
export const level: number = severity;
// @ts-expect-error no such outcome
new EventClassifier(catalogues).classify('order.placed', 'succes');

// --- helpers ---------------------------------------------------------------------------------

const helpers = catalogueHelpers(shop);

export const type: 'order.placed' = helpers.orderPlaced({ orderId: 'o-1' }).type;
helpers.orderPlaced({ orderId: 'o-1', total: 3 });
helpers.orderCancelled();
helpers.orderRefunded({ outcome: 'success', details: { total: 3 } });
// @ts-expect-error a required fact is missing
helpers.orderPlaced({ total: 3 });
// @ts-expect-error a fact has the wrong type
helpers.orderPlaced({ orderId: 1 });
// @ts-expect-error there is no such fact
helpers.orderPlaced({ orderId: 'o-1', totl: 3 });
// @ts-expect-error facts are needed
helpers.orderPlaced();
// @ts-expect-error this helper takes none
helpers.orderCancelled({ orderId: 'o-1' });
// @ts-expect-error a type without a helper takes the fields of a draft
helpers.orderRefunded({ outcom: 'success' });
// @ts-expect-error the type is the method's, not the caller's
helpers.orderRefunded({ type: 'order.placed' });
// @ts-expect-error no such method
helpers.orderPlcaed({ orderId: 'o-1' });

const scam = catalogueHelpers(scamIntelligenceCatalogue);
scam.scamDetected({ sessionId: 's-1', scamType: 'phishing', confidence: 0.9, intelligence: { links: [] } });
// @ts-expect-error confidence is a number
scam.scamDetected({ sessionId: 's-1', scamType: 'phishing', confidence: 'high', intelligence: {} });
// @ts-expect-error a raw API key has no place in the trail
scam.apiRequest({ endpoint: '/', method: 'GET', ip: '192.0.2.7', apiKey: 'k' });
