/** The event of the benchmarks: about 25 facts, as an audited request gives them. */
export function sampleDraft(index) {
  return {
    type: 'order.read',
    action: 'GET /orders/:id',
    outcome: 'success',
    actor: {
      kind: 'user',
      id: `u-${index % 5000}`,
      email: `user${index % 5000}@example.com`,
      roles: ['billing', 'user'],
      ip: `10.${index % 250}.15.17`,
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36',
    },
    correlationId: '01a1ffd4-1292-75fd-9156-2c0d8858bd23',
    occurredAt: new Date(1_795_287_099_123 + index),
    durationMs: 11,
    transport: {
      kind: 'http',
      handler: 'OrdersController.read',
      method: 'GET',
      path: `/orders/o-${index}`,
      route: '/orders/:id',
      status: 200,
    },
    resource: { type: 'order', id: `o-${index}` },
    details: {
      field: 'status',
      before: 'pending',
      after: 'approved',
      amount: 615.02,
      currency: 'EUR',
      note: 'changed by reviewer',
    },
  };
}
