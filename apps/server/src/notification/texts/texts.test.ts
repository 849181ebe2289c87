import { describe, expect, it } from 'vitest';
import { builtIn } from './built-in.ts';
import { en } from './en.ts';
import { explained, fill, type Texts } from './texts.ts';

/** Every text with its key; explanations that only English has are left out. */
function flat(texts: Texts): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const walk = (value: unknown, path: readonly string[]): void => {
    if (typeof value === 'string') found.set(path.join('/'), value);
    else for (const [key, inner] of Object.entries(value as object)) walk(inner, [...path, key]);
  };
  walk({ ...texts, explanations: Object.fromEntries(explained.map((key) => [key, texts.explanations[key]])) }, []);
  return found;
}

const placeholders = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

describe.each(builtIn.map((texts) => [texts.language, texts] as const))('texts in %s', (language, texts) => {
  const own = flat(texts);
  const english = flat(en);

  it('RFC 6522 §3 R6522-3-f: are complete, with the same values in each place', () => {
    const places = (all: ReadonlyMap<string, string>) =>
      Object.fromEntries(
        [...all].flatMap(([key, text]) => (key === 'account/detail' ? [] : [[key, placeholders(text)]])),
      );
    expect(places(own)).toEqual(places(english));
  });

  it('are single paragraphs in normal form', () => {
    for (const [key, text] of own) {
      expect(text).toBe((key === 'subject/separator' ? text : text.trim()).normalize('NFC'));
      expect(text).not.toMatch(/[\r\n\t]| {2}|[\u200e\u200f\u202a-\u202e]/);
    }
  });

  it.runIf(language !== 'en')('are not English', () => {
    const free = ['language', 'direction', 'subject/separator'];
    const same = [...own].filter(([key, text]) => text === english.get(key) && !free.includes(key));
    expect(same).toEqual([]);
  });

  it.runIf(['ja', 'ru', 'ar'].includes(language))('hold no Latin letters but names of things', () => {
    for (const [key, text] of own) {
      if (key === 'language' || key === 'direction') continue;
      const words = fill(text.replace(/\{\w+\}/g, ''), {}).match(/[A-Za-z]+/g) ?? [];
      expect(words.filter((word) => !['DNS', 'DKIM', 'SPF', 'ARC', 'ASCII'].includes(word))).toEqual([]);
    }
  });
});

describe('fill', () => {
  it('puts values in once, whatever they hold', () => {
    expect(fill('{a} and {b} and {c}', { a: '{b}', b: '$&', d: 1 })).toBe('{b} and $& and {c}');
  });
});
