/**
 * Takes the pictures of the page that the documentation shows, after some minutes of traffic:
 *
 *     node --conditions=source apps/server/test/page/pictures.ts [--minutes 5] [--to docs/images] [--all]
 *
 * `--all` takes every view in both themes and on a phone, too, to be looked at.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { firstStart, launch, visit, type FirstStart } from './first-start.ts';

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    to: { type: 'string', default: join(import.meta.dirname, '../../../../docs/images') },
    all: { type: 'boolean', default: false },
  },
});

const SUBJECTS = ['Minutes of Monday', 'Your order', 'Re: Minutes of Monday', 'Invoice 2026-118', 'Lunch?'];
/** Who is written to, and how often of a hundred. */
const RECIPIENTS = [
  ['ok', 62],
  ['no-dsn', 12],
  ['550', 12],
  ['5.7.26', 3],
  ['5.1.10', 2],
  ['5.7.1', 2],
  ['4.2.1', 4],
  ['defer-2', 3],
] as const;
/** Hosts that nobody is on. */
const AWAY =
  '[[route]]\nmatch = "away.example"\nto = "smtp://127.0.0.1:9"\n[[route]]\nmatch = "gone.example"\nto = "smtp://127.0.0.1:19"';

let sent = 0;

/** Hands a message over; gives its id. */
async function submit(
  server: FirstStart,
  to: readonly string[],
  subject: string,
  envelopeId?: string,
): Promise<string> {
  const response = await fetch(new URL('api/v1/messages', server.url), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      from: 'alice@example.org',
      recipients: to.map((address) => ({ address, notify: ['failure', 'delay'] })),
      ...(envelopeId === undefined ? {} : { envelopeId }),
      ret: 'headers',
      message: { subject, text: 'Hello.\n' },
    }),
  });
  if (!response.ok) throw new Error(await response.text());
  return ((await response.json()) as { readonly id: string }).id;
}

async function traffic(server: FirstStart, minutes: number): Promise<void> {
  const end = Date.now() + minutes * 60_000;
  while (Date.now() < end) {
    sent += 1;
    // The same mixture at each run.
    let share = (sent * 37) % 100;
    const [name] = RECIPIENTS.find(([, often]) => (share -= often) < 0) ?? RECIPIENTS[0];
    const away = sent % 23 === 0 ? [`someone@${sent % 2 === 0 ? 'away' : 'gone'}.example`] : [];
    await submit(
      server,
      [`${name}+${sent}@simulator.test`, ...away],
      SUBJECTS[sent % SUBJECTS.length] ?? '',
      `order-${sent}`,
    );
    await new Promise((done) => setTimeout(done, 500 + ((sent * 53) % 400)));
  }
}

async function shoot(
  browser: Browser,
  server: FirstStart,
  hash: string,
  look: BrowserContextOptions,
  name: string,
  ready: (page: Page) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const { page, complaints, close } = await visit(browser, server.url, look);
  await page.goto(`${server.url}${hash}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.locator('.loading').waitFor({ state: 'detached' });
  await page.getByText('Live', { exact: true }).waitFor({ state: 'attached' });
  await ready(page);
  // Fonts, and the first numbers of the live stream.
  await page.waitForTimeout(500);
  await page.screenshot({ path: join(options.to, `${name}.png`) });
  if (complaints.length > 0) throw new Error(complaints.join('\n'));
  await close();
}

const light = { colorScheme: 'light' } as const;
const dark = { colorScheme: 'dark' } as const;
const sized = (width: number, height: number) => ({ viewport: { width, height } });

/** Waits until its report is known; gives the hash of the report. */
async function reportOf(server: FirstStart, id: string): Promise<string> {
  for (;;) {
    const answer = await fetch(new URL(`api/v1/messages/${id}`, server.url));
    const { reportsIssued = [] } = (await answer.json()) as { readonly reportsIssued?: readonly string[] };
    if (reportsIssued[0] !== undefined) return `#/messages/${reportsIssued[0]}`;
    await new Promise((done) => setTimeout(done, 200));
  }
}

async function everything(browser: Browser, server: FirstStart, message: string, report: string): Promise<void> {
  const views = { overview: '#/', messages: '#/messages', message, report, queue: '#/queue', compose: '#/compose' };
  const more = {
    explain: '#/explain',
    suppressed: '#/suppressed',
    nothing: '#/messages?q=nobody',
    nowhere: '#/nowhere',
  };
  for (const [name, hash] of Object.entries({ ...views, ...more })) {
    for (const [theme, scheme] of [['light', light] as const, ['dark', dark] as const]) {
      await shoot(browser, server, hash, { ...scheme, ...sized(1280, 900) }, `all-${name}-${theme}`);
      await shoot(browser, server, hash, { ...scheme, ...sized(390, 844) }, `all-${name}-${theme}-phone`);
    }
  }
}

mkdirSync(options.to, { recursive: true });
const server = await firstStart(AWAY);
const browser = await launch();
try {
  await traffic(server, Number(options.minutes));
  const id = await submit(
    server,
    ['ok+1556@simulator.test', '550+1556@simulator.test'],
    'Re: Minutes of Monday',
    'order-6256',
  );
  const message = `#/messages/${id}`;
  const report = await reportOf(server, id);
  const told = (page: Page): Promise<void> => page.locator('.report-view').waitFor();
  const soon = (page: Page): Promise<void> => page.getByRole('button', { name: '5 min', exact: true }).click();
  await shoot(browser, server, '#/', { ...light, ...sized(1280, 980) }, 'page-overview', soon);
  await shoot(browser, server, '#/', { ...dark, ...sized(390, 844) }, 'page-phone', soon);
  await shoot(browser, server, message, { ...dark, ...sized(1280, 860) }, 'page-message');
  await shoot(browser, server, report, { ...light, ...sized(1280, 780) }, 'page-report', told);
  if (options.all) await everything(browser, server, message, report);
} finally {
  await browser.close();
  await server.stop();
}
