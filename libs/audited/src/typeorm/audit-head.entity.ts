import { EntitySchema } from 'typeorm';

/** One row of `audit_heads`: the end of one chain. */
export interface AuditHeadRow {
  chain: string;
  position: number;
  hash: string;
}

/** Maps `audit_heads` for reading. */
export const AuditHeadEntity = new EntitySchema<AuditHeadRow>({
  name: 'AuditHead',
  tableName: 'audit_heads',
  columns: {
    chain: { type: 'text', primary: true },
    position: { type: 'integer' },
    hash: { type: 'text' },
  },
});
