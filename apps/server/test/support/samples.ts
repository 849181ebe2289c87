import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseReport, type ParsedReport } from '@dsnkit/multipart-report';

const folder = fileURLToPath(new URL('../../../../../shared/samples/', import.meta.url));

/** Whether the captured reports of real servers lie beside the repository. */
export const hasSamples: boolean = existsSync(folder);

/** A captured report, such as `exim`, `rej550-failure`. */
export function sampleReport(server: string, scenario: string): ParsedReport {
  return parseReport(readFileSync(`${folder}${server}/${scenario}.eml`))!;
}

/** What two reports about different addresses and hosts have in common if the same kind of server wrote both. */
export interface ReportShape {
  readonly reportType: string | undefined;
  readonly envelopeId: boolean;
  readonly recipients: readonly RecipientShape[];
  readonly returned: string | undefined;
}

interface RecipientShape {
  readonly action: string | undefined;
  readonly status: string | undefined;
  /** Names of the fields that are there, sorted. */
  readonly fields: readonly string[];
}

export function shapeOf(report: ParsedReport): ReportShape {
  const status = report.deliveryStatus;
  return {
    reportType: report.reportType,
    envelopeId: status?.message.originalEnvelopeId !== undefined,
    recipients: (status?.recipients ?? []).map((recipient) => ({
      action: recipient.action,
      status: recipient.status,
      fields: Object.entries(recipient)
        .map(([name]) => name)
        .sort(),
    })),
    returned: report.returned?.mediaType,
  };
}
