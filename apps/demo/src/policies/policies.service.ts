import { Injectable } from '@nestjs/common';
import type { PolicyDto } from './policy.dto.js';

/** A policy as it is kept. */
export type Policy = Readonly<PolicyDto> & { readonly id: string };

/** Every policy of this process run. */
@Injectable()
export class PoliciesService {
  private readonly policies = new Map<string, Policy>();

  find(id: string): Policy | undefined {
    return this.policies.get(id);
  }

  save(id: string, { title, effect, actions }: PolicyDto): Policy {
    const policy = { id, title, effect, actions };
    this.policies.set(id, policy);
    return policy;
  }

  /** @returns false when there is no such policy */
  delete(id: string): boolean {
    return this.policies.delete(id);
  }
}
