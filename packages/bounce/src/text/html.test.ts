import { describe, expect, it } from 'vitest';
import { plainText } from './html.ts';

describe('plainText', () => {
  it.each([
    ['&lt;bob@example.org&gt;: user unknown', '<bob@example.org>: user unknown'],
    ['bob&#64;example.org', 'bob@example.org'],
    ['bob&#x40;example.org', 'bob@example.org'],
    ['bob&#X40;example.org', 'bob@example.org'],
    ['a &amp;lt; b', 'a &lt; b'],
    ['&QUOT;no such user&quot;', '"no such user"'],
    ['&#128231;&#x1F4E7;', '\u{1f4e7}\u{1f4e7}'],
  ])('decodes what HTML escapes, once: %s', (html, text) => expect(plainText(html)).toBe(text));

  it.each(['&nosuch;', '&#1114112;', '&#x110000;', '&#x;', '&;', 'AT&T; x'])(
    'leaves what stands for no character: %s',
    (html) => expect(plainText(html)).toBe(html),
  );

  it('an address in brackets that nobody escaped is no element', () => {
    expect(plainText('<p>To <bob@example.org>:</p><style>p { x: y }</style>unknown')).toContain('<bob@example.org>');
  });
});
