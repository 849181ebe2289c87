import { printable, type Palette } from '../terminal/palette.ts';
import { pad } from '../terminal/width.ts';
import { tally, type Card, type CheckResult } from './card.ts';

/** The card for people: groups, results, and the dialogue of whatever is not well. */
export function cardText(card: Card, paint: Palette): string {
  const counts = tally(card);
  const extensions = Object.entries(card.extensions).map(
    ([keyword, value]) => `${keyword}${value === '' ? '' : ` ${value}`}`,
  );
  const lines = [
    `${paint.bold(card.server)}: ${printable(card.greeting)}`,
    `  announces: ${printable(extensions.join(', ')) || 'nothing'}`,
    ...groupsOf(card).flatMap(([group, results]) => [
      '',
      paint.bold(group),
      ...results.flatMap((result) => resultLines(result, paint)),
    ]),
    '',
    `${counts.pass} passed, ${counts.fail} failed, ${counts.note} noted, ${counts.skip} left out`,
  ];
  if (card.stopped !== null) lines.push(paint.red(`ended early: ${printable(card.stopped)}`));
  return `${lines.join('\n')}\n`;
}

function resultLines({ result, clause, title, detail, transcript }: CheckResult, paint: Palette): string[] {
  const words = {
    pass: paint.green('pass'),
    fail: paint.red('FAIL'),
    note: paint.yellow('note'),
    skip: paint.dim('-   '),
  };
  const head = `  ${words[result]}  ${pad(clause, 20)} ${title}`;
  if (result === 'pass') return [head];
  const dialogue =
    result === 'skip'
      ? []
      : transcript.slice(-8).map((line) => paint.dim(`          ${printable(line).slice(0, 200)}`));
  return [head, `        ${printable(detail)}`, ...dialogue];
}

const GROUPS: readonly CheckResult['group'][] = ['announcement', 'MAIL', 'RCPT', 'limits', 'relay', 'reports'];

function groupsOf({ results }: Card): readonly (readonly [string, readonly CheckResult[]])[] {
  return GROUPS.map((group) => [group, results.filter((result) => result.group === group)] as const).filter(
    ([, results]) => results.length > 0,
  );
}

/** The card as JUnit has it, one test case for each check; notes pass. */
export function cardJunit(card: Card): string {
  const { fail, skip } = tally(card);
  const cases = card.results.map((result) => {
    const { id, group, clause, title, detail, transcript } = result;
    const name = xml(`${clause} ${title}`);
    const inner =
      result.result === 'fail'
        ? `\n      <failure message="${xml(detail)}">${xml(transcript.join('\n'))}</failure>\n    `
        : result.result === 'skip'
          ? `\n      <skipped message="${xml(detail)}"/>\n    `
          : `\n      <system-out>${xml([detail, ...transcript].join('\n'))}</system-out>\n    `;
    return `    <testcase classname="${xml(`probe.${group}.${id}`)}" name="${name}">${inner}</testcase>`;
  });
  const attributes = `name="${xml(card.server)}" tests="${card.results.length}" failures="${fail}" skipped="${skip}" timestamp="${xml(card.date)}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n  <testsuite ${attributes}>\n${cases.join('\n')}\n  </testsuite>\n</testsuites>\n`;
}

/** The card as a page that needs nothing else. */
export function cardHtml(card: Card): string {
  const counts = tally(card);
  const rows = groupsOf(card).map(([group, results]) => {
    const body = results.map(
      ({ result, clause, title, detail, transcript }) =>
        `<tr class="${result}"><td>${result}</td><td>${xml(clause)}</td><td>${xml(title)}<details><summary>${xml(detail)}</summary><pre>${xml(transcript.join('\n'))}</pre></details></td></tr>`,
    );
    return `<h2>${xml(group)}</h2>\n<table>\n<tr><th>result</th><th>clause</th><th>check</th></tr>\n${body.join('\n')}\n</table>`;
  });
  const extensions = Object.entries(card.extensions).map(([keyword, value]) => `${keyword} ${value}`.trim());
  const stopped = card.stopped === null ? '' : `<p class="fail">ended early: ${xml(card.stopped)}</p>\n`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${xml(card.server)}: delivery status notifications</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; background: #fff }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #ddd }
td:first-child { font-weight: 600; width: 4rem } td:nth-child(2) { white-space: nowrap }
.pass td:first-child { color: #17692f } .fail, .fail td:first-child { color: #b3141d } .note td:first-child { color: #8a5a00 } .skip td { color: #666 }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .85rem } summary { color: #555; font-size: .9rem }
@media (prefers-color-scheme: dark) { body { color: #e8e8e8; background: #161616 } td, th { border-color: #333 } summary { color: #aaa } .pass td:first-child { color: #6fcf87 } .fail, .fail td:first-child { color: #ff8a8f } .note td:first-child { color: #e6b455 } .skip td { color: #999 } }
</style>
<h1>${xml(card.server)}</h1>
<p>${xml(card.greeting)}<br>${xml(card.date)}<br>announces: ${xml(extensions.join(', '))}</p>
${stopped}<p>${counts.pass} passed, ${counts.fail} failed, ${counts.note} noted, ${counts.skip} left out</p>
${rows.join('\n')}
</html>
`;
}

/** XML 1.0 §2.2: characters that no document may hold go; the rest is escaped. */
function xml(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '?')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
