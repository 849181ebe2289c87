import { lintDeliveryStatus, lintGlobalDeliveryStatus } from '@dsnkit/delivery-status/lint';
import { parseReport } from '@dsnkit/multipart-report';
import type { Explanation } from '../../../src/admin/explain-schema.ts';

/** A departure from the standards, or a hint. */
export interface Finding {
  readonly level: 'departure' | 'hint';
  readonly code: string;
  readonly message: string;
  readonly clause: string;
  readonly field: string | null;
  /** 1-based line in the message; of hints in the delivery status, where they are counted. */
  readonly line: number;
  readonly repaired: string | null;
}

/** All that can be said against a report: departures first, then hints. */
export function findingsOf(explanation: Explanation, octets: Uint8Array): readonly Finding[] {
  const departures = explanation.issues.map((issue): Finding => ({ level: 'departure', ...issue }));
  const report = parseReport(octets);
  if (report?.deliveryStatus === undefined) return departures;
  const isGlobal = report.machineReadable?.mediaType === 'message/global-delivery-status';
  const hints = (isGlobal ? lintGlobalDeliveryStatus : lintDeliveryStatus)(report.deliveryStatus);
  return [
    ...departures,
    ...hints.map(({ code, message, clause, field, line, repaired }): Finding => ({
      ...{ level: 'hint', code, message, clause, line },
      field: field ?? null,
      repaired: repaired ?? null,
    })),
  ];
}
