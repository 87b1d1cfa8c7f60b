import { Controller, Get } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { NotAudited } from 'nestjs-audited';

const SIGNPOST = {
  name: 'nestjs-audited demo',
  try: [
    'GET /docs: every call on one page',
    'POST /auth/login {"username":"viewer","password":"demo"}: gives { accessToken }',
    'POST /deployments {"agentId":"billing","environment":"production","version":"1.4.2"}: refused for a viewer',
    'GET /v1/audit/events?limit=5: the record of that refusal, for auditor and admin',
    'GET /v1/audit/verify: proof that no record was changed',
    'GET /destinations: where records go besides, and how that does, for auditor and admin',
  ],
} as const;

/** Tells a visitor of the bare address what to try. */
@Controller()
@ApiExcludeController()
export class SignpostController {
  @Get()
  @NotAudited('says what the README says')
  read(): typeof SIGNPOST {
    return SIGNPOST;
  }
}
