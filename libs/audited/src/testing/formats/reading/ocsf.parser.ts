import type { OcsfMembers } from './ocsf.schema.js';

/**
 * Reads the record back that an OCSF event was made from: every fact from the one place that holds it whole. What
 * OCSF summarises (`status_code`, `user`, `privileges`, `observables`) is not read.
 */
export function parseOcsf(text: string): { readonly event: OcsfMembers; readonly record: OcsfMembers } {
  const event = JSON.parse(text) as OcsfMembers;
  const { audited } = members(event['unmapped']);
  const own = members(audited);
  return {
    event,
    record: {
      event: eventOf(event, own),
      seal: {
        chain: own['chain'],
        position: own['position'],
        previousHash: own['previous_hash'],
        hash: own['hash'],
        scheme: own['scheme'],
        mac: own['mac'],
      },
      erased: own['erased'],
      masked: own['masked'],
    },
  };
}

function members(value: unknown): OcsfMembers {
  return (value ?? {}) as OcsfMembers;
}

function eventOf(event: OcsfMembers, own: OcsfMembers): OcsfMembers {
  const metadata = members(event['metadata']);
  const reporter = members(metadata['reporter']);
  return {
    id: metadata['uid'],
    correlationId: metadata['correlation_uid'],
    causationId: own['causation_id'],
    sessionId: members(members(event['actor'])['session'])['uid'],
    traceId: members(event['trace'])['uid'] ?? own['trace_id'],
    spanId: own['span_id'],
    occurredAt: new Date(event['time'] as number).toISOString(),
    recordedAt: new Date(metadata['logged_time'] as number).toISOString(),
    durationMs: event['duration'] ?? own['duration_ms'],
    type: metadata['event_code'],
    stage: own['stage'],
    severity: metadata['log_level'],
    risk: String(event['risk_level']).toLowerCase(),
    outcome: own['outcome'] ?? outcomeOf(event),
    dataClassification: own['data_classification'],
    actor: actorOf(event, own),
    action: event['message'],
    reason: own['reason'],
    ticket: own['ticket'],
    ...resourcesOf(event, own),
    origin: {
      ...members(own['origin']),
      component: reporter['name'],
      host: reporter['hostname'],
      instanceId: reporter['uid'],
    },
    transport: transportOf(event, members(own['transport'])),
    details: own['details'] === undefined ? undefined : JSON.parse(own['details'] as string),
    changes: (own['changes'] as readonly OcsfMembers[] | undefined)?.map(({ field, before, after }) => ({
      field,
      ...(before === undefined ? {} : { before: JSON.parse(before as string) as unknown }),
      ...(after === undefined ? {} : { after: JSON.parse(after as string) as unknown }),
    })),
    error: own['error'],
    truncated: own['truncated'],
    redacted: own['redacted'],
    spooled: own['spooled'],
    uncatalogued: own['uncatalogued'],
    personal: own['personal'],
  };
}

function outcomeOf(event: OcsfMembers): string {
  if (event['action_id'] === 2) return 'denied';
  return { 0: 'unknown', 1: 'success', 2: 'failure', 99: 'pending' }[event['status_id'] as number] ?? '';
}

function actorOf(event: OcsfMembers, own: OcsfMembers): OcsfMembers {
  const actor = members(event['actor']);
  const user = members(actor['user']);
  const rest = members(own['actor']);
  const { user_agent: userAgent, ...facts } = rest;
  const chain = (own['on_behalf_of'] ?? []) as readonly OcsfMembers[];
  // A service in front of a user is the application.
  const isClient =
    ['service', 'system'].includes(String(facts['kind'])) &&
    chain[0]?.['kind'] === 'user' &&
    [chain[0]['id'], chain[0]['name'], chain[0]['email']].some((text) => text !== undefined && text !== '');
  const email = user['email_addr'] ?? facts['email'];
  const named = user['uid'] === undefined && user['name'] === email ? undefined : user['name'];
  return {
    ...facts,
    ...(isClient ? { id: actor['app_uid'], name: actor['app_name'] } : { id: user['uid'], name: named, email }),
    ip: facts['ip'] ?? members(event['src_endpoint'])['ip'],
    userAgent: userAgent ?? members(event['http_request'])['user_agent'],
    tenantId: members(event['metadata'])['tenant_uid'],
    onBehalfOf: chain.reduceRight<OcsfMembers | undefined>((onBehalfOf, { user_agent, tenant_id, ...one }) => {
      return { ...one, userAgent: user_agent, tenantId: tenant_id, onBehalfOf };
    }, undefined),
  };
}

function resourcesOf(event: OcsfMembers, own: OcsfMembers): OcsfMembers {
  const entity = members(event['entity']);
  const listed = event['resources'] === undefined ? webResourcesOf(event, own) : detailedResourcesOf(event);
  const type = entity['type_id'] === 99 ? entity['type'] : String(entity['type']).toLowerCase();
  const resource = event['entity'] === undefined ? listed.resource : { uid: entity['uid'], name: entity['name'], type };
  return {
    resource: own['resource'] ?? (resource && readResource(resource)),
    targets: own['targets'] ?? listed.targets.map(readResource),
  };
}

interface Listed {
  readonly resource?: OcsfMembers | undefined;
  readonly targets: readonly OcsfMembers[];
}

/** The roles tell the two apart. */
function detailedResourcesOf(event: OcsfMembers): Listed {
  const list = event['resources'] as readonly OcsfMembers[];
  return {
    resource: list.find(({ role_id }) => role_id === 1),
    targets: list.filter(({ role_id }) => role_id === 3),
  };
}

/** The resource is the first one, unless all of them are targets, which are whole in their own place then. */
function webResourcesOf(event: OcsfMembers, own: OcsfMembers): Listed {
  // The path of a request stands for what nobody named, and has no type.
  const list = ((event['web_resources'] ?? []) as readonly OcsfMembers[]).filter((one) => Object.hasOwn(one, 'type'));
  const apart = ((own['targets'] ?? []) as readonly OcsfMembers[]).filter(
    ({ id = '', name = '' }) => id !== '' || name !== '',
  );
  const [resource, ...targets] = list;
  return list.length === apart.length ? { targets: [] } : { resource, targets };
}

function readResource({ uid, name, type }: OcsfMembers): OcsfMembers {
  return { type, id: uid, name };
}

function transportOf(event: OcsfMembers, rest: OcsfMembers): OcsfMembers {
  const request = members(event['http_request']);
  return {
    ...rest,
    method: rest['method'] ?? request['http_method'],
    path: rest['path'] ?? members(request['url'])['path'],
    status: rest['status'] ?? members(event['http_response'])['code'],
  };
}
