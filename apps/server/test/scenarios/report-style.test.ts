import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeHeaderText, parseReport } from '@dsnkit/multipart-report';
import { afterAll, describe, expect, it } from 'vitest';
import { readDkimKey } from '../../src/adapters/files/dkim-keys.ts';
import { parseTexts } from '../../src/notification/texts/file.ts';
import type { DkimKey } from '../../src/ports.ts';
import type { ReportFiles } from '../../src/queue/telling/report.ts';
import { verifyDkim } from '../support/dkim.ts';
import { submit } from './submit.ts';
import { World } from './world.ts';

const CONFIG = `
[[route]]
match = "sender.example"
to = "maildir:mail"
[[route]]
match = "local.example"
to = "maildir:mail"
recipients = ["bob"]
[[alias]]
address = "gone@local.example"
to = ["nobody@local.example"]
`;

const NONE: ReportFiles = { texts: [], dkimKeys: [] };

/** The report on a message that can't be delivered. */
async function reportOn(header: string, more = '', reportFiles = NONE) {
  const world = new World();
  const server = await world.server('mx.example.org', `${CONFIG}${more}`, { reportFiles });
  await submit(
    world,
    'mx.example.org',
    ['MAIL FROM:<alice@sender.example>', 'RCPT TO:<gone@local.example>'],
    `From: Alice <alice@sender.example>\r\nSubject: hello\r\n${header}\r\nHello.\r\n`,
  );
  await world.clock.advance(60_000);
  const [delivered] = server.delivered.filter(({ folder }) => folder === 'alice@sender.example');
  await world.clock.during(server.stop());
  const report = parseReport(delivered!.octets)!;
  expect(report.issues).toEqual([]);
  const subject = report.headers.find(({ name }) => name === 'Subject')?.value ?? '';
  return { report, delivered: delivered!, troubles: server.troubles, subject: decodeHeaderText(subject) };
}

describe('the language of reports', () => {
  it('RFC 3282 §3: is the one that the message asks for, in plain text and HTML', async () => {
    const { report, subject } = await reportOn(
      'Content-Language: en\r\nAccept-Language: de-CH, en;q=0.5\r\n',
      '[report]\nhtml = true\n',
    );
    expect(report.humanReadable.language).toBe('de');
    expect(report.humanReadable.html).toContain('<html lang="de" dir="ltr">');
    expect(subject).toBe('Nicht zugestellt: gone@local.example');
  });

  it('is the one of the site where the message asks for none, and plain text only where the site does not ask for HTML', async () => {
    const { report } = await reportOn('', '[report]\nlanguage = "ja"\n');
    expect(report.humanReadable.language).toBe('ja');
    expect(report.humanReadable.html).toBeUndefined();
  });

  it('can come from a file', async () => {
    const { texts } = parseTexts('language = "nl"\n[subject.one]\nfailed = "Niet bezorgd: {address}"', 'nl.toml');
    const { subject } = await reportOn('Content-Language: nl-BE\r\n', '', { ...NONE, texts: [texts] });
    expect(subject).toBe('Niet bezorgd: gone@local.example');
  });

  it('must be one for which there are texts', async () => {
    const world = new World();
    await expect(world.server('mx.example.org', '[report]\nlanguage = "nl"\n')).rejects.toThrow(
      'report.language: there are no texts for "nl"; allowed: en, de, fr, es, ja, ru, ar, or others by report.texts',
    );
  });
});

describe('the signature of reports', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dkim-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const pairs = {
    rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
    ed: generateKeyPairSync('ed25519'),
  };
  const dkimKeys = (['ed', 'rsa'] as const).map((selector) => {
    const keyFile = join(folder, selector);
    writeFileSync(keyFile, pairs[selector].privateKey.export({ format: 'pem', type: 'pkcs8' }));
    return readDkimKey({ domain: 'example.org', selector, keyFile });
  });
  const published = (selector: string) => createPublicKey(pairs[selector === 'ed' ? 'ed' : 'rsa'].privateKey);

  it('RFC 6376 §5, RFC 8463 §3: by each key, in the name of the reporting host', async () => {
    const { delivered, report } = await reportOn('Content-Language: ar\r\n', '', { ...NONE, dkimKeys });
    expect(report.humanReadable.language).toBe('ar');
    // The Maildir puts its trace fields before the message.
    expect(verifyDkim(delivered.octets, published)).toMatchObject([
      { domain: 'example.org', algorithm: 'ed25519-sha256', bodyHash: true, signature: true },
      { domain: 'example.org', algorithm: 'rsa-sha256', bodyHash: true, signature: true },
    ]);
  });

  it('a report that can not be signed goes without: it is owed', async () => {
    const broken: DkimKey = { ...dkimKeys[0]!, sign: () => Promise.reject(new Error('the key is on holiday')) };
    const { delivered, report, troubles } = await reportOn('', '', { ...NONE, dkimKeys: [broken] });
    expect(report.deliveryStatus?.recipients).toMatchObject([{ action: 'failed' }]);
    expect(delivered.text).not.toContain('DKIM-Signature');
    expect(troubles.map(String)).toEqual(['Error: the key is on holiday']);
  });
});
