import type { AuditActor, AuditRecord, AuditResource } from 'nestjs-audited';

/** The longest word of each closed list, so that columns stand still while a log is followed. */
const SEVERITY_WIDTH = 'critical'.length;
const OUTCOME_WIDTH = 'success'.length;

/** One record in one line: time, severity, outcome, type, actor, resource, action. */
export function recordLine({ event, erased, masked }: AuditRecord, widths: ColumnWidths = NO_WIDTHS): string {
  const { occurredAt, severity, outcome, stage, type, actor, resource, action } = event;
  const columns = [
    occurredAt,
    severity.padEnd(SEVERITY_WIDTH),
    outcome.padEnd(OUTCOME_WIDTH),
    oneLine(type).padEnd(widths.type),
    actorText(actor).padEnd(widths.actor),
    resourceText(resource).padEnd(widths.resource),
    oneLine(action),
  ];
  const remarks = [
    ...(stage === 'intent' ? ['intent'] : []),
    ...(erased === true ? ['personal data erased'] : []),
    ...(masked === true ? ['personal data masked'] : []),
  ];
  return `${columns.join('  ')}${remarks.length === 0 ? '' : ` (${remarks.join(', ')})`}`;
}

/** How wide columns are whose texts have no end of their own. */
export interface ColumnWidths {
  readonly type: number;
  readonly actor: number;
  readonly resource: number;
}

const NO_WIDTHS: ColumnWidths = { type: 0, actor: 0, resource: 0 };
/** A single long name must not push everything else off the screen. */
const WIDEST_COLUMN = 40;

/** Widths that fit a page of records. */
export function widthsOf(records: readonly AuditRecord[]): ColumnWidths {
  const widest = (texts: readonly string[]): number =>
    Math.min(WIDEST_COLUMN, Math.max(0, ...texts.map(({ length }) => length)));
  return {
    type: widest(records.map(({ event }) => oneLine(event.type))),
    actor: widest(records.map(({ event }) => actorText(event.actor))),
    resource: widest(records.map(({ event }) => resourceText(event.resource))),
  };
}

function actorText({ kind, id, email, name }: AuditActor): string {
  const called = email ?? name;
  const who = id ?? called ?? kind;
  return oneLine(id === undefined || called === undefined ? who : `${who} (${called})`);
}

function resourceText(resource: AuditResource | undefined): string {
  if (resource === undefined) {
    return '-';
  }
  const { type, id, name } = resource;
  const what = id ?? name;
  return oneLine(what === undefined ? type : `${type}/${what}`);
}

/** A line stays one; the terminal escapes the other control characters. */
function oneLine(text: string): string {
  return text.replaceAll(/[\n\t]/g, (character) => (character === '\n' ? '\\n' : '\\t'));
}
