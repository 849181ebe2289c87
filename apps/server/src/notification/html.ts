import type { Group, Letter } from './letter.ts';

/**
 * The letter as HTML: no pictures, no scripts, no links, nothing to fetch; structure rather than looks.
 *
 * The words of strangers are escaped, and set apart from the direction of writing around them.
 */
export function htmlText({ language, direction, subject, opening, original, sections, closing }: Letter): string {
  const lines = [
    '<!DOCTYPE html>',
    `<html lang="${escape(language)}" dir="${direction}">`,
    '<head>',
    '<meta charset="utf-8">',
    `<title>${escape(subject)}</title>`,
    '</head>',
    '<body style="font-family: sans-serif; max-width: 45em">',
    paragraph(opening),
    ...(original.length === 0 ? [] : [`<blockquote>${original.map(isolated).join('<br>\n')}</blockquote>`]),
    ...sections.flatMap(({ heading, groups }) => [
      `<h2 style="font-size: 1em">${escape(heading)}</h2>`,
      ...groups.flatMap(groupHtml),
    ]),
    '<hr>',
    `<p><small>${escape(closing)}</small></p>`,
    '</body>',
    '</html>',
  ];
  return `${lines.join('\n')}\n`;
}

function groupHtml({ recipients, paragraphs, said }: Group): readonly string[] {
  const names = recipients.map(({ address, originally }) => {
    const beside = originally === undefined ? '' : `<br>\n${isolated(originally)}`;
    return `<li><b>${isolated(address)}</b>${beside}</li>`;
  });
  const words =
    said === undefined
      ? []
      : [
          paragraph(said.by),
          // The language of a remote system is unknown.
          `<pre lang="" dir="auto" style="white-space: pre-wrap">${escape(said.lines.join('\n'))}</pre>`,
        ];
  return ['<ul>', ...names, '</ul>', ...paragraphs.map(paragraph), ...words];
}

function paragraph(text: string): string {
  return `<p>${escape(text)}</p>`;
}

function isolated(text: string): string {
  return `<bdi>${escape(text)}</bdi>`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
