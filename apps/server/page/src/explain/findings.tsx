import type { JSX } from 'preact';
import type { Explanation } from '../../../src/admin/explain-schema.ts';
import { Badge } from '../parts/basics.tsx';
import { visible } from '../parts/source.tsx';
import type { Finding } from './find-departures.ts';

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
