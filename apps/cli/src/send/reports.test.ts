import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { maildirArrivals } from './maildir.ts';
import { ReportWatch, type Sought } from './reports.ts';

const mail = fileURLToPath(new URL('../../test/mail', import.meta.url));
const maildir = mkdtempSync(join(tmpdir(), 'dsn-watch-'));
for (const part of ['new', 'cur']) mkdirSync(join(maildir, part));
afterAll(() => rmSync(maildir, { recursive: true, force: true }));

let count = 0;
const arrive = (name: string): void => copyFileSync(join(mail, name), join(maildir, 'new', `${++count}.eml`));

async function watched(watch: ReportWatch, sought: Sought, waitMs: number): Promise<string[]> {
  const found: string[] = [];
  for await (const { recipients } of watch.until(Date.now() + waitMs, sought))
    found.push(recipients.map(({ address, action }) => `${address ?? ''} ${action ?? ''}`).join(', '));
  return found;
}

describe('reports that come into a Maildir', () => {
  it('RFC 3464 §2 R3464-2-l R6533-7-b: several reports about one message, known by ENVID or by what is returned', async () => {
    arrive('failed.eml');
    const watch = new ReportWatch(maildirArrivals(maildir));
    arrive('failed.eml');
    arrive('letter.eml');
    arrive('delivered.eml');
    const sought = {
      envid: 'QQ314159',
      messageId: '<contract.9@example.org>',
      recipients: [['bob@example.com'], ['carol@example.com'], ['eve@example.net']],
    };
    expect(await watched(watch, sought, 5000)).toEqual([
      'bob@example.com failed, carol@example.com failed',
      'eve@example.net delivered, team@example.net expanded, frank@example.edu relayed',
    ]);
  });

  it('RFC 3464 §2.3.3: a delay is not the end', async () => {
    const watch = new ReportWatch(maildirArrivals(maildir));
    arrive('delayed.eml');
    const sought = { envid: undefined, messageId: '<minutes.8@example.org>', recipients: [['dana@example.edu']] };
    const start = Date.now();
    expect(await watched(watch, sought, 500)).toEqual(['dana@example.edu delayed']);
    expect(Date.now() - start).toBeGreaterThanOrEqual(400);
  });

  it('RFC 3464 §2.2.1 R3464-2.2.1-g: the envelope id is not the Message-ID', async () => {
    const watch = new ReportWatch(maildirArrivals(maildir));
    arrive('failed.eml');
    const sought = { envid: '<lunch.7@example.org>', messageId: null, recipients: [['bob@example.com']] };
    expect(await watched(watch, sought, 300)).toEqual([]);
  });
});
