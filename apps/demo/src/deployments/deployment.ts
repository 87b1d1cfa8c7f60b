/** Where a deployment stands. */
export type DeploymentStatus = 'initiated' | 'completed' | 'failed' | 'rolled_back';

/** One version of an agent on its way to an environment. */
export interface Deployment {
  readonly id: string;
  readonly agentId: string;
  readonly environment: string;
  readonly version: string;
  readonly status: DeploymentStatus;
  readonly initiatedBy: string;
  /** ISO 8601, UTC. */
  readonly initiatedAt: string;
}

/** From which states a deployment may come to a state. */
export const REACHED_FROM: Readonly<Record<Exclude<DeploymentStatus, 'initiated'>, readonly DeploymentStatus[]>> = {
  completed: ['initiated'],
  failed: ['initiated'],
  rolled_back: ['completed', 'failed'],
};
