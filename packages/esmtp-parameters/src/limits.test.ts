import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MAIL_PARAMETERS, RCPT_PARAMETERS, commandLineLimit } from './index.ts';

describe('commandLineLimit', () => {
  it.each<['MAIL' | 'RCPT', readonly string[], number]>([
    ['MAIL', [], 512],
    ['RCPT', [], 512],
    ['RCPT', ['DSN'], 1048],
    ['MAIL', ['DSN'], 628],
    ['RCPT', ['DSN', 'RRVS'], 1081],
    ['RCPT', ['MTRK'], 512 + 507],
    ['MAIL', ['MTRK'], 512 + 107 + 40],
    ['RCPT', ['CONNEG'], 512 + ' CONNEG'.length],
    ['MAIL', ['CONPERM'], 512 + ' CONPERM'.length],
    ['MAIL', ['SIZE'], 512 + 26],
    ['MAIL', ['8BITMIME'], 512 + ' BODY=8BITMIME'.length],
    ['MAIL', ['BINARYMIME'], 512 + 16],
    ['MAIL', ['8BITMIME', 'BINARYMIME'], 512 + 16],
    ['MAIL', ['SMTPUTF8'], 522],
    ['MAIL', ['AUTH'], 1012],
    ['MAIL', ['NO-SOLICITING'], 1519],
    ['MAIL', ['PIPELINING', 'CHUNKING', 'X'], 512],
    [
      'MAIL',
      ['DSN SIZE BINARYMIME AUTH SMTPUTF8 REQUIRETLS DELIVERBY FUTURERELEASE', 'MT-PRIORITY MTRK CHECKPOINT'].flatMap(
        (keywords) => keywords.split(' '),
      ),
      1385,
    ],
  ])('RFC 5321 §4.5.3.1.4 R5321-2.2.2-a R4954-3-a R3885-2-a: %s after %j', (verb, announced, octets) => {
    expect(commandLineLimit(verb, new Set(announced))).toBe(octets);
  });

  it('RFC 3461 §5.4: at least the 1036 octets of the text, and room for the longest parameters beside a longest path', () => {
    const path = `<${'p'.repeat(254)}>`;
    const rcpt = `RCPT TO:${path} NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=${'x'.repeat(500)}\r\n`;
    expect(commandLineLimit('RCPT', new Set(['DSN']))).toBeGreaterThanOrEqual(1036);
    expect(rcpt.length).toBeLessThanOrEqual(commandLineLimit('RCPT', new Set(['DSN'])));
    const mail = `MAIL FROM:${path} RET=FULL ENVID=${'x'.repeat(100)}\r\n`;
    expect(mail.length).toBeLessThanOrEqual(commandLineLimit('MAIL', new Set(['DSN'])));
  });
});

const registry = new URL('../../../../shared/spec/esmtp-registry.json', import.meta.url);

it.skipIf(!existsSync(registry))(
  'RFC 5321 §2.2.2: every parameter of the registry is known here (needs ../shared)',
  () => {
    const { keywords } = JSON.parse(readFileSync(registry, 'utf8')) as {
      readonly keywords: readonly {
        readonly keyword: string;
        readonly params: readonly { readonly name: string; readonly verb: string; readonly lineIncrement: unknown }[];
      }[];
    };
    for (const { keyword, params } of keywords)
      for (const { name, verb, lineIncrement } of params) {
        // ALT-ADDRESS went with its experiment, and VRFY and EXPN are no business of this package.
        if (name === 'ALT-ADDRESS' || verb === 'VRFY/EXPN') continue;
        const known: readonly { readonly keyword: string; readonly extensions: readonly string[] }[] =
          verb === 'MAIL' ? MAIL_PARAMETERS : RCPT_PARAMETERS;
        expect(known.find((parameter) => parameter.keyword === name)?.extensions).toContain(keyword);
        if (typeof lineIncrement === 'number' && keyword !== 'DSN' && keyword !== 'MTRK')
          expect(commandLineLimit(verb === 'MAIL' ? 'MAIL' : 'RCPT', new Set([keyword]))).toBe(512 + lineIncrement);
      }
  },
);
