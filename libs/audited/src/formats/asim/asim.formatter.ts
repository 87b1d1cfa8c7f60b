import { checkOneOf } from '../../event/option-checks.js';
import { LINES, type EventFormatter } from '../event-formatter.js';
import { EventLabels } from '../event-labels.js';
import { formatSettings, type FormatOptions } from '../format.options.js';
import { auditedMembers } from './asim-additional-fields.js';
import { asimColumns } from './asim-columns.js';
import { asimEventTypes } from './asim-event-type.options.js';
import { rowText } from './asim-field-limit.js';
import { ASIM_USER_ID_TYPES, type AsimUserIdType } from './asim-words.js';

export interface AsimFormatOptions extends FormatOptions {
  /**
   * What the identifiers of the application's users are, for `ActorUserIdType`: `AADID` if they are object ids of
   * Microsoft Entra, which then fill `ActorUserAadId` too; `SID` fills `ActorUserSid`. A wrong word makes Sentinel join
   * users that have nothing to do with each other.
   * @default 'Other'
   */
  readonly actorUserIdType?: AsimUserIdType;
}

/**
 * A row of the normalised schema AuditEvent 0.1.2 of Microsoft Sentinel (ASIM), one JSON object a record: an item of the
 * array that the Logs Ingestion API takes.
 *
 * It fits two kinds of table. The native one, stream `Microsoft-ASimAuditEventLogs`, has every column written here but
 * `Dvc`, `EventSchema` and `EventUid`, which its parser adds when somebody asks; what a stream does not declare is passed
 * over. A custom table may declare them all.
 *
 * | column                       | from the event                                                                   |
 * | ---------------------------- | -------------------------------------------------------------------------------- |
 * | `TimeGenerated`, `EventStartTime` | `occurredAt`; `EventEndTime` is `durationMs` later                          |
 * | `EventType`, `ObjectType`    | the type's entry in `eventTypes`, else in `asim-event-types.ts`                  |
 * | `Operation`, `EventOriginalType` | `type`; the sentence of `action` is `EventMessage`                           |
 * | `EventResult`, `EventSeverity`, `ActorUserType` | `outcome`, `severity`, `actor.kind`, by `asim-words.ts`       |
 * | `EventOriginalResultDetails` | `reason`, else the error's message, code or type                                 |
 * | `EventUid`, `EventOriginalUid` | `id`                                                                           |
 * | `Object`                     | name, id or type of the resource, or of the first target; else the route, path or handler; else the component, platform or product |
 * | `OldValue`, `NewValue`       | one change as it is, several as JSON by field                                    |
 * | `ActorUsername`              | the e-mail address, else the name                                                |
 * | `ActorScopeId`               | `actor.tenantId`                                                                 |
 * | `Dvc*`, `TargetHostname`     | `origin.host`, else `origin.instanceId`, else the product                        |
 * | `TargetAppName`              | `origin.component`, else `origin.platform`                                       |
 * | `AdditionalFields.audited`   | the seal, and every fact that no column holds                                    |
 *
 * Fields have at most 64,000 bytes: a longer text is cut, and members of `AdditionalFields.audited` are left out, the
 * largest first; `AdditionalFields.audited.cut` says which. An absent or empty fact has no column.
 *
 * @throws OptionsInvalidError for an option that it does not know, or a word that ASIM does not know
 */
export function asimFormatter(options: AsimFormatOptions = {}): EventFormatter {
  const settings = formatSettings(options, ['actorUserIdType']);
  const { actorUserIdType: userIdType = 'Other' } = options;
  checkOneOf('actorUserIdType', userIdType, ASIM_USER_ID_TYPES);
  const types = asimEventTypes(settings);
  const labels = new EventLabels(settings);
  const context = { product: settings.product, userIdType };
  return {
    name: 'asim',
    contentType: 'application/x-ndjson',
    fileExtension: 'jsonl',
    specification: {
      title: 'Microsoft Sentinel ASIM, AuditEvent schema 0.1.2',
      url: 'https://learn.microsoft.com/azure/sentinel/normalization-schema-audit',
    },
    document: LINES,
    format: (record) => {
      const { event } = record;
      return rowText(asimColumns(event, types(event.type), context), auditedMembers(record, labels.of(event.type)));
    },
  };
}
