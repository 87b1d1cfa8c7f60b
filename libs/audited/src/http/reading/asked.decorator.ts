import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FrameworkRequest } from '../../capture/http/framework-request.js';
import { grantOf, type Grant } from '../access/grant.js';
import { parseParameters } from '../parameters/parse-parameters.js';
import { queryPairs } from '../parameters/query-string.js';
import { ROUTE_PARAMETERS, type ParameterSet } from '../parameters/route-parameters.js';

/** What a request asks for, and what it was granted. */
export interface AskedFor<Query = object> extends Grant {
  readonly query: Query;
}

/**
 * What the request asks for, read by the table of its route before the handler begins: a malformed request never counts as
 * a read that began.
 */
export const Asked = createParamDecorator((set: ParameterSet, context: ExecutionContext): AskedFor => {
  const grant = grantOf(context);
  const pairs = queryPairs(context.switchToHttp().getRequest<FrameworkRequest>());
  const maySeePersonal = grant.access.permissions.includes('read-personal');
  return { ...grant, query: parseParameters(ROUTE_PARAMETERS[set], pairs, { maySeePersonal }) };
});
