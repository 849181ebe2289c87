import { innerBoundary } from './boundary.ts';
import { delimited, encodeContent, labelText, type Content, type ReturnPath } from './content.ts';
import { ReportError } from './error.ts';
import { formatHeaderField } from './header-format.ts';
import type { HumanReadable, Translation } from './human.ts';

/** One language: text, html, or both as alternatives. Several: multipart/multilingual. RFC 6522 §3, RFC 8255 §3. */
export function formatHuman(human: HumanReadable, outer: string, returnPath: ReturnPath): Content {
  const { translations = [], language, text, html } = human;
  const main = formatRendering(human, outer, returnPath);
  if (translations.length === 0) return language === undefined ? main : inLanguage(language, main);
  const own = { ...(text !== undefined && { text }), ...(html !== undefined && { html }) };
  const all = language === undefined ? translations : [{ ...own, language }, ...translations];
  // RFC 8255 §3.1: the first part bears no language; readers that don't know the type show it.
  return multipart('multilingual', [main, ...all.map((one) => formatTranslation(one, outer, returnPath))], outer);
}

function formatTranslation(translation: Translation, outer: string, returnPath: ReturnPath): Content {
  const { language, subject } = translation;
  const { fields, body, eightBit } = formatRendering(translation, outer, returnPath);
  const header = subject === undefined ? '' : formatHeaderField('Subject', subject, 'ascii');
  const message = `${header}MIME-Version: 1.0\r\n${fields}\r\n${asText(body)}`;
  return inLanguage(language, encodeContent('message/rfc822', eightBit ? '8bit' : '', message));
}

function inLanguage(language: string, content: Content): Content {
  if (!/^[A-Za-z]{1,8}(?:-[0-9A-Za-z]{1,8}){0,15}$/.test(language)) {
    throw new ReportError('bad-language', 0, undefined, JSON.stringify(language));
  }
  return { ...content, fields: `${content.fields}Content-Language: ${language}\r\n` };
}

function formatRendering({ text = '', html = '' }: Rendering, outer: string, returnPath: ReturnPath): Content {
  const parts: Content[] = [];
  if (text !== '') parts.push(labelText(text, 'plain', returnPath));
  if (html !== '') parts.push(labelText(html, 'html', returnPath));
  const [first] = parts;
  if (first === undefined) throw new ReportError('human-part-missing');
  return parts.length === 1 ? first : multipart('alternative', parts, outer);
}

interface Rendering {
  readonly text?: string;
  readonly html?: string;
}

function multipart(subtype: string, parts: readonly Content[], outer: string): Content {
  const texts = parts.flatMap(({ fields, body }) => [fields, asText(body)]);
  const boundary = innerBoundary(outer, texts);
  const body = delimited(parts, boundary).join('');
  const eightBit = parts.some((part) => part.eightBit);
  return encodeContent(`multipart/${subtype};\r\n boundary="${boundary}"`, eightBit ? '8bit' : '', body);
}

/** Parts of the human part are text before they are octets. */
function asText(body: string | Uint8Array): string {
  return body as string;
}
