import { randomUUID } from 'node:crypto';
import { ConflictException, Injectable, NotFoundException } from '@nestjs/common';
import { REACHED_FROM, type Deployment } from './deployment.js';
import type { NewDeploymentDto } from './deployment.dto.js';

/** A deployment before and after a change of its status. */
export interface DeploymentStep {
  readonly before: Deployment;
  readonly after: Deployment;
}

/** Every deployment of this process run; a real application keeps them in a database. */
@Injectable()
export class DeploymentsService {
  private readonly deployments = new Map<string, Deployment>();

  initiate({ agentId, environment, version }: NewDeploymentDto, initiatedBy: string): Deployment {
    const id = randomUUID();
    const initiatedAt = new Date().toISOString();
    const deployment: Deployment = { id, agentId, environment, version, status: 'initiated', initiatedBy, initiatedAt };
    this.deployments.set(id, deployment);
    return deployment;
  }

  /** @throws NotFoundException */
  get(id: string): Deployment {
    const deployment = this.deployments.get(id);
    if (deployment === undefined) {
      throw new NotFoundException(`There is no deployment ${id}`);
    }
    return deployment;
  }

  /** @throws NotFoundException, ConflictException when the deployment cannot come to this status */
  move(id: string, status: keyof typeof REACHED_FROM): DeploymentStep {
    const before = this.get(id);
    if (!REACHED_FROM[status].includes(before.status)) {
      const possible = REACHED_FROM[status].join(' or ');
      throw new ConflictException(`The deployment is ${before.status}; only one that is ${possible} becomes ${status}`);
    }
    const after = { ...before, status };
    this.deployments.set(id, after);
    return { before, after };
  }
}
