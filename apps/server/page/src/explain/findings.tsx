import { lintDeliveryStatus, lintGlobalDeliveryStatus } from '@dsnkit/delivery-status/lint';
import { parseReport } from '@dsnkit/multipart-report';
import type { JSX } from 'preact';
import type { Explanation } from '../../../src/admin/explain-schema.ts';
import { Badge } from '../parts/basics.tsx';
import { visible } from '../parts/source.tsx';

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

export function Findings({
  findings,
  kind,
}: {
  readonly findings: readonly Finding[];
  readonly kind: Explanation['kind'];
}): JSX.Element {
  if (findings.length === 0)
    return (
      <p class="fine">
        {kind === 'dsn'
          ? 'Nothing departs from the standards.'
          : 'Only reports of delivery are checked in full; nothing was found here.'}
      </p>
    );
  return (
    <ol class="findings">
      {findings.map(({ level, code, message, clause, field, line, repaired }, index) => (
        <li key={index}>
          <p>
            <Badge tone={level === 'departure' ? 'late' : 'quiet'}>{level}</Badge>{' '}
            {field !== null && <code>{visible(field)}: </code>}
            {visible(message)}
          </p>
          <p class="quiet">
            {level === 'departure' ? `line ${line} · ` : ''}
            {clause} · {code}
            {repaired !== null && ` · read as: ${visible(repaired)}`}
          </p>
        </li>
      ))}
    </ol>
  );
}
