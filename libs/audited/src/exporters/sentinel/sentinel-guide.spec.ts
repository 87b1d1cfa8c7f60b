import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ASIM_COLUMN_FACTS } from '../../formats/asim/asim-column-facts.js';
import { ASIM_SCHEMA } from '../../testing/formats/reading/asim.schema.js';

interface Column {
  readonly name: string;
  readonly type: string;
}

interface RuleFile {
  readonly kind: string;
  readonly properties: {
    readonly streamDeclarations: Readonly<Record<string, { readonly columns: readonly Column[] }>>;
    readonly dataFlows: readonly { readonly streams: readonly string[]; readonly transformKql: string }[];
  };
}

interface TableFile {
  readonly properties: { readonly schema: { readonly name: string; readonly columns: readonly Column[] } };
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../../../../docs/guide/destinations', name), 'utf8'));
const rule = read('sentinel-asim-dcr.json') as RuleFile;
const table = read('sentinel-asim-table.json') as TableFile;

/** The names of the format, the types of Microsoft's documents. */
const COLUMNS = Object.keys(ASIM_COLUMN_FACTS).map((name) => {
  const type = ASIM_SCHEMA.columns.find((column) => column.name === name)?.type;
  return { name, type: type === 'bool' ? 'boolean' : type };
});

describe('the files of the guide for Sentinel', () => {
  it('declare every column of the format, with its type', () => {
    expect(rule.properties.streamDeclarations).toEqual({ 'Custom-AuditedAsim': { columns: COLUMNS } });
    expect(table.properties.schema).toEqual({ name: 'AuditedAsim_CL', columns: COLUMNS });
  });

  it('leave out on the way into the native table what it has no column for', () => {
    const absent = ASIM_SCHEMA.columns
      .filter(({ name, native }) => native === false && Object.hasOwn(ASIM_COLUMN_FACTS, name))
      .map(({ name }) => name);
    expect(absent.toSorted()).toEqual(['Dvc', 'EventSchema', 'EventUid']);
    expect(rule.kind).toBe('Direct');
    expect(rule.properties.dataFlows).toEqual([
      {
        streams: ['Custom-AuditedAsim'],
        destinations: ['sentinel'],
        transformKql: `source | project-away ${absent.join(', ')}`,
        outputStream: 'Microsoft-ASimAuditEventLogs',
      },
    ]);
  });
});
