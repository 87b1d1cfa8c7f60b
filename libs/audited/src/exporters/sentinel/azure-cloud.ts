/** The Azure that a workspace is in. */
export type AzureCloud = 'public' | 'usGovernment' | 'china';

/** What differs from cloud to cloud. */
export interface AzureCloudFacts {
  /** Where Microsoft Entra ID gives tokens. */
  readonly authority: string;
  /** What the Logs Ingestion API wants tokens for. */
  readonly scope: string;
  /** How the host of every ingestion endpoint ends. */
  readonly ingestion: string;
  /** How the host of the retired HTTP Data Collector API ends, behind the id of the workspace. */
  readonly dataCollector: string;
}

/**
 * https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud and
 * https://learn.microsoft.com/azure/azure-monitor/logs/logs-ingestion-api-overview, read on 2026-11-30.
 */
export const AZURE_CLOUDS: Readonly<Record<AzureCloud, AzureCloudFacts>> = {
  public: {
    authority: 'https://login.microsoftonline.com',
    scope: 'https://monitor.azure.com/.default',
    ingestion: '.ingest.monitor.azure.com',
    dataCollector: '.ods.opinsights.azure.com',
  },
  usGovernment: {
    authority: 'https://login.microsoftonline.us',
    scope: 'https://monitor.azure.us/.default',
    ingestion: '.ingest.monitor.azure.us',
    dataCollector: '.ods.opinsights.azure.us',
  },
  china: {
    authority: 'https://login.partner.microsoftonline.cn',
    scope: 'https://monitor.azure.cn/.default',
    ingestion: '.ingest.monitor.azure.cn',
    dataCollector: '.ods.opinsights.azure.cn',
  },
};

export const AZURE_CLOUD_NAMES = Object.keys(AZURE_CLOUDS) as readonly AzureCloud[];

/** The cloud whose ingestion endpoints end like this host; undefined for a host of nobody's, such as a gateway of one's own. */
export function cloudOfEndpoint({ hostname }: URL): AzureCloud | undefined {
  return AZURE_CLOUD_NAMES.find((cloud) => hostname.endsWith(AZURE_CLOUDS[cloud].ingestion));
}
