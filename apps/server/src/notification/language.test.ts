import { describe, expect, it } from 'vitest';
import { chooseTexts, makeLanguages } from './language.ts';
import { de } from './texts/de.ts';

const all = makeLanguages();

function chosen(fields: Readonly<Record<string, string>>, languages = all): string {
  const headers = Object.entries(fields).map(([name, value]) => ({ name, value }));
  return chooseTexts(languages, headers).language;
}

describe('chooseTexts', () => {
  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['RFC 3282 §2: nothing said', {}, 'en'],
    ['RFC 3282 §2: the language of the message', { 'Content-Language': 'ja' }, 'ja'],
    ['RFC 3282 §2: several: the first that is ours', { 'Content-Language': 'nl, fr, de' }, 'fr'],
    ['RFC 3282 §3: the language of answers', { 'accept-language': 'ru' }, 'ru'],
    ['RFC 3282 §3: by weight', { 'Accept-Language': 'en;q=0.5, de;q=0.9, fr;q=0.7' }, 'de'],
    ['RFC 3282 §3: equal weights: by place', { 'Accept-Language': 'es,de' }, 'es'],
    ['RFC 3282 §3: weight 0 is not wanted', { 'Accept-Language': 'de;q=0, ar;q=0.001' }, 'ar'],
    [
      'RFC 3282 §3: nor is it where the message is in it',
      { 'Accept-Language': 'de;q=0', 'Content-Language': 'de, fr' },
      'fr',
    ],
    ['RFC 3282 §3: nor for who would take a part of it', { 'Accept-Language': 'de-AT, de;q=0, es;q=0.1' }, 'es'],
    ['RFC 4647 §3.3.1: a part that is not wanted leaves the rest', { 'Accept-Language': 'de-AT;q=0, de' }, 'de'],
    ['RFC 3282 §3: nor where it is the standard', { 'Accept-Language': 'en;q=0.0' }, 'de'],
    ['RFC 3282 §3: comments', { 'Accept-Language': 'de-AT (Wien), en;q=0.1' }, 'de'],
    ['wishes count more than the language of the message', { 'Content-Language': 'ja', 'Accept-Language': 'de' }, 'de'],
    ['wishes that we can not meet do not', { 'Content-Language': 'ja', 'Accept-Language': 'nl, *' }, 'ja'],
    ['RFC 4647 §3.4: subtags go one by one', { 'Content-Language': 'de-Latn-CH-1901' }, 'de'],
    ['RFC 4647 §3.4: single letters go with their subtag', { 'Content-Language': 'ja-x-kansai' }, 'ja'],
    ['RFC 4647 §2.1: case does not matter', { 'Content-Language': 'DE-de' }, 'de'],
    ['a wildcard finds nothing', { 'Accept-Language': '*' }, 'en'],
    ['what is no tag finds nothing', { 'Content-Language': 'Deutsch;;,,q=', 'Accept-Language': '<de>' }, 'en'],
  ])('%s', (_, fields, language) => {
    expect(chosen(fields)).toBe(language);
  });

  it('the operator says what is spoken, and what to those of whom nothing is known', () => {
    const few = makeLanguages({ language: 'de', languages: ['FR'] });
    expect(chosen({ 'Content-Language': 'fr' }, few)).toBe('fr');
    expect(chosen({ 'Content-Language': 'ja' }, few)).toBe('de');
    expect(chosen({ 'Content-Language': 'de' }, few)).toBe('de');
  });

  it('RFC 3282 §3: who wants none that is spoken gets the standard', () => {
    const few = makeLanguages({ language: 'de', languages: ['fr'] });
    expect(chosen({ 'Accept-Language': 'de;q=0' }, few)).toBe('fr');
    expect(chosen({ 'Accept-Language': 'de;q=0, fr;q=0' }, few)).toBe('de');
  });

  it('texts from files are found, and stand in for those of the same tag', () => {
    const nl = { ...de, language: 'pt-BR' };
    const own = { ...de, sender: 'Postamt' };
    const languages = makeLanguages({}, [nl, own]);
    expect(chosen({ 'Accept-Language': 'pt-BR-x-carioca' }, languages)).toBe('pt-BR');
    expect(chosen({ 'Accept-Language': 'pt' }, languages)).toBe('en');
    expect(chooseTexts(languages, [{ name: 'Content-Language', value: 'de' }]).sender).toBe('Postamt');
  });

  it.each([{ language: 'nl' }, { languages: ['de', 'tlh'] }])(
    'refuses languages that it does not know: %j',
    (choice) => {
      expect(() => makeLanguages(choice)).toThrow(
        /: there are no texts for "(nl|tlh)"; allowed: en, de, fr, es, ja, ru, ar/,
      );
    },
  );

  it('gives up on nothing but time on hostile fields', () => {
    const value = 'q=;,('.repeat(1_000_000);
    expect(chosen({ 'Content-Language': value, 'Accept-Language': value })).toBe('en');
  });
});
