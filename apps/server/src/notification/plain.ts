import type { Group, Letter } from './letter.ts';
import { wrap } from './wrap.ts';

/** The letter as plain text: what belongs together is indented together, lines are as long as letters have them. */
export function plainText({ opening, original, sections, closing }: Letter): string {
  const blocks = [
    [wrap(opening, ''), ...(original.length === 0 ? [] : ['', ...original.map((line) => wrap(line, '    '))])].join(
      '\n',
    ),
    ...sections.flatMap(({ heading, groups }) => [wrap(heading, ''), ...groups.map(groupText)]),
    wrap(closing, ''),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function groupText({ recipients, paragraphs, said }: Group): string {
  const names = recipients.flatMap(({ address, originally }) => [
    wrap(address, '  '),
    ...(originally === undefined ? [] : [wrap(originally, '  ')]),
  ]);
  const body = paragraphs.map((paragraph) => wrap(paragraph, '      '));
  if (said !== undefined) {
    const lines = said.lines.map((line) => wrap(line, '          '));
    body.push([wrap(said.by, '      '), '', ...lines].join('\n'));
  }
  return [names.join('\n'), ...body].join('\n\n');
}
