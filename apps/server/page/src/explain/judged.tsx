import type { JSX } from 'preact';
import type { ExplainedRecipient, Judgement } from '../../../src/admin/explain-schema.ts';
import { visible } from '../parts/source.tsx';

const PERMANENCE: Readonly<Record<Judgement['permanence'], string>> = {
  permanent: 'for good',
  transient: 'for now',
  unknown: 'not told whether for good',
};

const SOURCES: Readonly<Record<Evidence['source'], string>> = {
  field: 'a field',
  header: 'the header',
  text: 'the words',
  json: 'the event',
  conclusion: 'what else is known',
};

type Evidence = Judgement['evidence'][number];

/** Why it failed, whether for good, what to do, and how that is known. */
export function Judged({
  judgement: { reason, reasonMeaning, permanence, confidence, adviceMeaning, evidence },
  showLine,
}: {
  readonly judgement: Judgement;
  readonly showLine: (line: number) => void;
}): JSX.Element {
  return (
    <>
      <dl class="facts judged">
        <div>
          <dt>Why</dt>
          <dd>
            <code>{reason}</code>, {PERMANENCE[permanence]}. {reasonMeaning}
          </dd>
        </div>
        <div>
          <dt>What to do</dt>
          <dd>{adviceMeaning}</dd>
        </div>
      </dl>
      <details class="evidence">
        <summary>How this is known, with {confidence} confidence</summary>
        <ul>
          {evidence.map((one, index) => (
            <li key={index}>
              The {one.of} from {SOURCES[one.source]} <code>{visible(one.by)}</code>
              {one.line !== null && (
                <>
                  ,{' '}
                  <button type="button" class="linkish" onClick={() => showLine(one.line ?? 1)}>
                    line {one.line}
                  </button>
                </>
              )}
            </li>
          ))}
        </ul>
      </details>
    </>
  );
}

/** The lines that tell something, each with what it tells. */
export function marksOf(recipients: readonly ExplainedRecipient[]): ReadonlyMap<number, string> {
  const marks = new Map<number, string>();
  for (const { line, of } of recipients.flatMap(({ judgement }) => judgement?.evidence ?? [])) {
    if (line === null) continue;
    const before = marks.get(line);
    if (before === undefined) marks.set(line, of);
    else if (!before.split(', ').includes(of)) marks.set(line, `${before}, ${of}`);
  }
  return marks;
}
