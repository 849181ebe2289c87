import type { StatusCode } from '@dsnkit/delivery-status';
import { explainStatus, lookupStatus, STATUS_ENTRIES } from '@dsnkit/delivery-status/registry';
import { adviceOn } from './advice.ts';
import type { Explanation } from './explanation.ts';

/** A status code. RFC 3463 §2. */
export function explainStatusCode(code: StatusCode): Explanation {
  const meaning = lookupStatus(code);
  const { entry } = meaning;
  const advice = adviceOn(code);
  const facts: (readonly [string, string | readonly string[]])[] = [
    ['class', `${code.slice(0, 1)}, ${meaning.className}: ${CLASS_WORDS[meaning.class]}`],
  ];
  if (meaning.subjectName !== undefined) facts.push(['area', meaning.subjectName]);
  if (entry === undefined) {
    facts.push([
      'note',
      'the code is not registered; of an unknown detail the subject still counts, of an unknown subject the class',
    ]);
  } else {
    facts.push(['name', entry.name], ['meaning', entry.description]);
    if (!meaning.usualClass) facts.push(['unusual', `registered for class ${entry.classes.join(' and ')} only`]);
    if (entry.deprecated === true) facts.push(['deprecated', 'no longer to be used']);
    if (entry.basicCodes.length > 0) facts.push(['seenWith', entry.basicCodes]);
  }
  if (advice !== undefined) facts.push(['sender', advice.sender], ['operator', advice.operator]);
  facts.push(['clause', entry?.reference ?? 'RFC 3463 §2']);
  return { kind: 'status', subject: code, headline: explainStatus(code), facts };
}

/** Subject and detail without a class, as `X.7.26`: with each class that it is registered for. */
export function explainDetail(detail: string): readonly Explanation[] {
  const entry = STATUS_ENTRIES.find(({ code }) => code === detail);
  if (entry === undefined) return [];
  // Some rows name no class; such codes tell of refusals.
  const classes = entry.classes.length === 0 ? [5] : entry.classes;
  return classes.map((digit) => explainStatusCode(`${digit}.${detail}` as StatusCode));
}

const CLASS_WORDS: Readonly<Record<2 | 4 | 5, string>> = {
  2: 'it worked',
  4: 'it did not work yet, and may work later',
  5: 'it did not work, and will not unless something changes',
};
