import { expect, it } from 'vitest';
import { latin, utf8 } from '../test/helpers.ts';
import { decodeCharset } from './charset.ts';

it.each<[string, Uint8Array, string, string, boolean]>([
  ['utf-8', utf8('größe'), 'UTF-8', 'größe', true],
  ['iso-8859-1', latin('gr\xF6\xDFe'), 'iso-8859-1', 'größe', true],
  ['koi8-r', latin('\xF0\xD2\xC9'), ' KOI8-R ', 'При', true],
  ['iso-2022-jp', latin('\x1B$B$"\x1B(B'), 'iso-2022-jp', 'あ', true],
  ['gb2312', latin('\xC4\xE3'), 'gb2312', '你', true],
  ['an alias of Windows code pages', latin('\x82\xA0'), 'cp932', 'あ', true],
  ['us-ascii', utf8('plain'), 'us-ascii', 'plain', true],
  ['no label', utf8('plain'), '', 'plain', true],
  ['us-ascii that is UTF-8', utf8('größe'), 'us-ascii', 'größe', false],
  ['us-ascii that is neither', latin('\x80 gr\xF6\xDFe'), 'us-ascii', '€ größe', false],
  ['UTF-8 with U+FFFD in it', utf8('gr\uFFFD'), 'utf-8', 'gr\uFFFD', true],
  ['utf-8 over 8-bit text', latin('gr\xF6\xDFe'), 'utf-8', 'größe', false],
  ['UTF-8 that was cut', utf8('größe ö').subarray(0, -1), 'utf-8', 'größe \uFFFD', false],
  ['an unknown label over UTF-8', utf8('größe'), 'x-unknown', 'größe', false],
  ['an unknown label over 8-bit text', latin('gr\xF6\xDFe'), 'x-unknown', 'größe', false],
])('RFC 2046 §4.1.2: %s', (_, octets, label, text, sound) => {
  expect(decodeCharset(octets, label)).toEqual({ text, sound });
});
