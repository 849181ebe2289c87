import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readBounce, readForwarded } from '@dsnkit/bounce';
import { openMail } from '../src/mail.ts';
import { openWindow } from '../src/text/window.ts';
import { hasCorpus, readKnown, readMessage } from './score.ts';

/** How programs forward a message whose words are these. */
const FORMS: Readonly<Record<string, (from: string, subject: string, words: string) => string>> = {
  'below a header': (from, subject, words) => `From: ${from}\nSubject: ${subject}\nTo: ann@example.org\n\n${words}`,
  'with marks': (from, subject, words) => marked(`From: ${from}\nSubject: ${subject}\n\n${words}`),
  'with marks, below who wrote': (from, _, words) => `On Monday, ${from} wrote:\n\n${marked(words)}`,
  'with marks alone': (_, __, words) => marked(words),
};

function marked(text: string): string {
  return text.replaceAll(/^/gm, '> ');
}

function forwarded(octets: Uint8Array): ReturnType<typeof readBounce>[] {
  return readForwarded(octets, (one) => {
    const bounce = readBounce(one.octets);
    return bounce.kind === 'other' ? undefined : bounce;
  }).slice();
}

const note = hasCorpus ? '' : ' (skipped: ../shared/corpus is not there)';

describe.skipIf(!hasCorpus)(`bounces of public collections that people forward${note}`, () => {
  const known = hasCorpus ? readKnown() : [];

  it.each(Object.entries(FORMS))('are read as if they had come directly, nearly all: %s', (name, form) => {
    const bounces = known.filter(({ kind }) => kind === 'bounce' || kind === 'transient');
    const same = bounces.filter(({ file }) => {
      const octets = readMessage(file);
      const direct = readBounce(octets);
      const mail = openMail(octets);
      const field = (name: string): string => (mail.opened.field(name) ?? 'MAILER-DAEMON').replaceAll(/\s+/g, ' ');
      const text = `Hello,\n\n${form(field('from'), field('subject'), openWindow(mail).text)}\n`;
      const header = 'From: ann@example.org\nSubject: Fwd: mail\nContent-Type: text/plain; charset=utf-8\n\n';
      const [found] = forwarded(new TextEncoder().encode(header + text));
      const addresses = ({ recipients }: typeof direct): string => recipients.map(({ address }) => address).join();
      return found !== undefined && addresses(found) === addresses(direct);
    });
    expect(bounces.length).toBeGreaterThan(100);
    expect(same.length / bounces.length).toBeGreaterThan(name === 'with marks alone' ? 0.92 : 0.95);
  });
});

const texts = fileURLToPath(new URL('../../../../shared/rfc/', import.meta.url));

describe.skipIf(!existsSync(texts))('texts about mail that people quote', () => {
  it.each(['rfc3461.txt', 'rfc3834.txt', 'rfc5321.txt', 'rfc6531.txt', 'rfc7505.txt'])('%s', (file) => {
    const lines = readFileSync(texts + file, 'latin1').split('\n');
    const header = 'From: ann@example.org\nSubject: Re: mail\n\nOn Monday, kim@example.org wrote:\n\n';
    for (let at = 0; at < lines.length; at += 80) {
      const quoted = marked(lines.slice(at, at + 80).join('\n'));
      // Examples of reports are reports.
      if (/^> +(?:Final-Recipient|Action|To: \S+@\S+ \(fax)/im.test(quoted)) continue;
      expect(forwarded(new TextEncoder().encode(header + quoted)).map(({ recipients }) => recipients)).toEqual([]);
    }
  });
});
