import { describe, expect, it } from 'vitest';
import { de } from './de.ts';
import { en } from './en.ts';
import { parseTexts, TextsError } from './file.ts';

describe('parseTexts', () => {
  it('takes what the file has, and English for the rest', () => {
    const { texts, missing, standIn } = parseTexts(
      `language = "nl"
originally = "(u schreef naar {address})"
[subject.one]
failed = "Niet bezorgd: {address}"
[explanations]
"1.1" = "Er is geen postbus met deze naam in dat domein."
"5.1" = "Een van de systemen begreep de ander niet."
`,
      'nl.toml',
    );
    expect(texts.language).toBe('nl');
    expect(texts.subject.one).toEqual({ ...en.subject.one, failed: 'Niet bezorgd: {address}' });
    expect(texts.explanations['1.1']).toMatch(/^Er is geen/);
    expect(texts.explanations['5.1']).toMatch(/^Een van/);
    expect(texts.closing).toBe(en.closing);
    expect(texts.account.detail).toBeUndefined();
    expect(standIn).toBe('en');
    expect(missing).toContain('closing');
    expect(missing).toContain('explanations.2.2');
    expect(missing).not.toContain('explanations.1.1');
    expect(missing).not.toContain('explanations.5.4');
    expect(missing).not.toContain('direction');
  });

  it('takes the texts that come with the server for the rest of a language that it knows', () => {
    const { texts, standIn } = parseTexts('language = "DE"\nsender = "Postamt"', 'de.toml');
    expect(texts).toEqual({ ...de, language: 'DE', sender: 'Postamt' });
    expect(standIn).toBe('de');
  });

  it('a complete file leaves nothing open', () => {
    const toml = (value: object, path: string): string => {
      const entries = Object.entries(value) as [string, unknown][];
      const own = entries.filter(([, inner]) => typeof inner === 'string');
      const inner = entries.filter(([, each]) => typeof each === 'object') as [string, object][];
      return `${path === '' ? '' : `[${path}]\n`}${own.map(([key, text]) => `${JSON.stringify(key)} = ${JSON.stringify(text)}\n`).join('')}${inner
        .map(([key, each]) => toml(each, path === '' ? key : `${path}.${key}`))
        .join('')}`;
    };
    const { texts, missing } = parseTexts(toml({ ...de, language: 'gsw' }, ''), 'gsw.toml');
    expect(missing).toEqual([]);
    expect(texts).toMatchObject({ ...de, language: 'gsw' });
  });

  it.each([
    ['', 'x.toml: language: is no language tag; allowed: a tag such as "nl" or "pt-BR"'],
    ['language = "no such"', 'x.toml: language: is no language tag; allowed: a tag such as "nl" or "pt-BR"'],
    ['language = ', /^x\.toml:1: is no TOML: /],
    ['language = "nl"\nclosng = "x"', /^x\.toml: closng: is unknown; allowed: language, direction, sender, /],
    ['language = "nl"\n[subject]\none = "x"', 'x.toml: subject.one: is no table'],
    ['language = "nl"\nclosing = ["x"]', 'x.toml: closing: is no text of one line'],
    ['language = "nl"\nclosing = "a\\nb"', 'x.toml: closing: is no text of one line'],
    ['language = "nl"\ndirection = "down"', 'x.toml: direction: "down" is not allowed; allowed: ltr, rtl'],
    ['language = "nl"\nsaid = "{mtaa} zei:"', 'x.toml: said: {mtaa} has no meaning here; allowed: {mta}'],
    ['language = "nl"\nclosing = "{mta}"', 'x.toml: closing: {mta} has no meaning here; allowed: none'],
    ['language = "nl"\n[explanations]\n"1.x" = "a"', /^x\.toml: explanations\.1\.x: is unknown; allowed: 0\.0, 1\.0/],
  ])('refuses %j on one line', (text, message) => {
    const attempt = () => parseTexts(text, 'x.toml');
    expect(attempt).toThrow(TextsError);
    expect(attempt).toThrow(message);
  });
});
