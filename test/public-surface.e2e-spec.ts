import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const { exports: entries } = JSON.parse(
  readFileSync(new URL('../libs/audited/package.json', import.meta.url), 'utf8'),
) as { readonly exports: Readonly<Record<string, unknown>> };

/** What an application can import at run time; types leave no trace. */
async function surfaceOf(entry: string): Promise<{ readonly esModule: string[]; readonly commonJs: string[] }> {
  const specifier = `nestjs-audited${entry.slice(1)}`;
  const esModule = Object.keys((await import(specifier)) as object).sort();
  // Jest cannot require() what requires ES modules, as Nest 12 is; Node itself can.
  const print = `console.log(JSON.stringify(Object.keys(require('${specifier}')).sort()))`;
  const printed = execFileSync(process.execPath, ['--input-type=commonjs', '--eval', print], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    encoding: 'utf8',
  });
  return { esModule, commonJs: JSON.parse(printed) as string[] };
}

describe('the public surface', () => {
  it('has these entries', () => {
    expect(Object.keys(entries)).toMatchInlineSnapshot(`
      [
        ".",
        "./custody",
        "./exporters",
        "./formats",
        "./http",
        "./testing",
        "./typeorm",
        "./package.json",
      ]
    `);
  });

  it('of the main entry', async () => {
    const { esModule, commonJs } = await surfaceOf('.');
    expect(esModule).toMatchInlineSnapshot(`
      [
        "ActionMissingError",
        "ActorResolver",
        "AlreadyRegisteredError",
        "AuditCustody",
        "AuditDestinations",
        "AuditError",
        "AuditInbox",
        "AuditJournal",
        "AuditModule",
        "AuditReader",
        "AuditService",
        "AuditStore",
        "Audited",
        "BundleDamagedError",
        "BundleRefusedError",
        "CatalogueInvalidError",
        "ChainInvalidError",
        "ChainVerifier",
        "CheckpointFileError",
        "ClosedError",
        "CoverageMissingError",
        "CustodyInputError",
        "DEFAULT_REDACTION_LIMITS",
        "DatabaseUnusableError",
        "DestinationExistsError",
        "DestinationOperations",
        "DestinationUnknownError",
        "EventClassifier",
        "EventRefusedError",
        "GENESIS_HASH",
        "HistoryChangedError",
        "HoldExistsError",
        "HoldUnknownError",
        "InboxMissingError",
        "InboxUnavailableError",
        "KeyInvalidError",
        "MAIN_CHAIN",
        "MAX_PAGE_RECORDS",
        "NotAudited",
        "NoteMalformedError",
        "OptionsInvalidError",
        "OverloadedError",
        "PositionsInvalidError",
        "ProofMalformedError",
        "ProofUnavailableError",
        "PruneRefusedError",
        "QueryInvalidError",
        "QueryTooSlowError",
        "RETENTION_PRESETS",
        "ReanchorNeedlessError",
        "RecordDamagedError",
        "RequestUserActorResolver",
        "SchemaTooNewError",
        "SigningFailedError",
        "SpoolFullError",
        "SpoolUnusableError",
        "StatementAlteredError",
        "StatisticsReader",
        "StoreUnavailableError",
        "TransactionMissingError",
        "TreeIncompleteError",
        "auditCatalogue",
        "auditedFor",
        "canonicalJson",
        "catalogueHelpers",
        "defineCatalogue",
        "deploymentCatalogue",
        "owaspCatalogue",
        "scamIntelligenceCatalogue",
      ]
    `);
    expect(commonJs).toEqual(esModule);
  });

  it('of the entry for custody', async () => {
    const { esModule, commonJs } = await surfaceOf('./custody');
    expect(esModule).toMatchInlineSnapshot(`
      [
        "AuditCustody",
        "DestinationOperations",
        "KeyRing",
        "generateKeyPair",
        "keyId",
        "notesIn",
        "openCustody",
        "originOf",
        "parseCheckpoint",
        "parseTrustedKeys",
        "queryMatcher",
        "readPersonalLine",
        "readRecord",
        "readRecordLine",
        "signerFromPem",
        "verifierKey",
        "verifyBundle",
        "verifyEventProof",
      ]
    `);
    expect(commonJs).toEqual(esModule);
  });

  it('of ./exporters', async () => {
    const { esModule, commonJs } = await surfaceOf('./exporters');
    expect(esModule).toMatchInlineSnapshot(`
      [
        "EXPORTER_TYPES",
        "SYSLOG_PRESETS",
        "answerJson",
        "answerText",
        "createExporter",
        "datadog",
        "elasticsearch",
        "file",
        "httpExporter",
        "httpVerdict",
        "networkVerdict",
        "otlpLogs",
        "probeVerdict",
        "sentinelDataCollector",
        "sentinelLogsIngestion",
        "splunkHec",
        "statusText",
        "syslog",
        "webhook",
      ]
    `);
    expect(commonJs).toStrictEqual(esModule);
  });

  it('of ./formats', async () => {
    const { esModule, commonJs } = await surfaceOf('./formats');
    expect(esModule).toMatchInlineSnapshot(`
      [
        "FORMAT_NAMES",
        "createFormatter",
        "formattedDocument",
        "otlpBatch",
        "recordFlaw",
      ]
    `);
    expect(commonJs).toEqual(esModule);
  });

  it('of ./http', async () => {
    const { esModule, commonJs } = await surfaceOf('./http');
    expect(esModule).toMatchInlineSnapshot(`
      [
        "AuditHttpModule",
      ]
    `);
    expect(commonJs).toEqual(esModule);
  });

  it('of ./testing', async () => {
    const { esModule, commonJs } = await surfaceOf('./testing');
    expect(esModule).toMatchInlineSnapshot(`
      [
        "FixedClock",
        "MemoryDeliveryLedger",
        "aDeliveryBatch",
        "anAppendableEvent",
        "anEvent",
        "auditExporterContract",
        "auditInboxContract",
        "auditStoreContract",
        "custodyStoreContract",
        "deliveryLedgerContract",
        "headOf",
        "recordsToDeliver",
        "sealedRecords",
      ]
    `);
    expect(commonJs).toEqual(esModule);
  });

  it('of ./typeorm', async () => {
    const { esModule, commonJs } = await surfaceOf('./typeorm');
    expect(esModule).toMatchInlineSnapshot(`
      [
        "AuditHeadEntity",
        "AuditRecordEntity",
        "CreateAuditInbox1795219300000",
        "DatabaseCustody",
        "DatabaseLedger",
        "MysqlAuditStore",
        "PostgresAuditStore",
        "SqliteAuditStore",
        "TypeOrmAuditInbox",
      ]
    `);
    expect(commonJs).toEqual(esModule);
  });
});
