import { randomUUID } from 'node:crypto';
import { ConflictException, Injectable, NotFoundException } from '@nestjs/common';

/** Permission to go on with a deployment, asked for and decided. */
export interface Approval {
  readonly id: string;
  readonly deploymentId: string;
  readonly status: 'pending' | 'granted' | 'denied';
  readonly requestedBy: string;
  /** Who granted or denied; absent while nobody did. */
  readonly decidedBy?: string;
}

/** Every approval of this process run. */
@Injectable()
export class ApprovalsService {
  private readonly approvals = new Map<string, Approval>();

  request(deploymentId: string, requestedBy: string): Approval {
    const approval: Approval = { id: randomUUID(), deploymentId, status: 'pending', requestedBy };
    this.approvals.set(approval.id, approval);
    return approval;
  }

  /** @throws NotFoundException, ConflictException when somebody has decided already */
  decide(id: string, status: 'granted' | 'denied', decidedBy: string): Approval {
    const approval = this.approvals.get(id);
    if (approval === undefined) {
      throw new NotFoundException(`There is no approval ${id}`);
    }
    if (approval.status !== 'pending') {
      throw new ConflictException(`The approval is ${approval.status} already`);
    }
    const decided: Approval = { ...approval, status, decidedBy };
    this.approvals.set(id, decided);
    return decided;
  }
}
