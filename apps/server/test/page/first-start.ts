import { existsSync } from 'node:fs';
import axeCore from 'axe-core';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { freePort, startDsnd, temporaryFolder, type Dsnd } from '../support/dsnd.ts';

/** A Chromium of the system, if there is one. */
export const chromiumPath: string | undefined = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => existsSync(path));

export async function launch(): Promise<Browser> {
  return await chromium.launch({
    executablePath: chromiumPath ?? '',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A server as on its first start in local mode, on free ports: an empty store, the simulator, a Maildir for all others. */
export interface FirstStart {
  readonly url: string;
  readonly smtpPort: number;
  /** Ends the server and starts it again on the same ports and store. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function firstStart(routes = ''): Promise<FirstStart> {
  const folder = temporaryFolder('dsnd-page-');
  const [smtpPort, httpPort] = [await freePort(), await freePort()];
  const toml = `
    hostname = "mx.example.test"
    store = "sqlite:queue"
    [[listen]]
    address = "127.0.0.1:${smtpPort}"
    [[route]]
    match = "simulator.test"
    to = "simulator:"
    ${routes}
    [[route]]
    match = "*"
    to = "maildir:mail"
    [admin]
    listen = "127.0.0.1:${httpPort}"
    [history]
    contents = "all"
    content-max-octets = 262144
    [suppression]
    [retry]
    delays = ["2s", "3s", "5s", "15s", "1m"]
    delayed-after = "4s"
    expire-after = "10m"`;
  const start = (): Promise<Dsnd> => startDsnd(folder.path, toml, smtpPort);
  let server = await start();
  return {
    url: `http://127.0.0.1:${httpPort}/`,
    smtpPort,
    async restart() {
      await server.stop();
      server = await start();
    },
    async stop() {
      await server.stop();
      folder.remove();
    },
  };
}

/** A page of the browser that notes every complaint of it and every request to elsewhere. */
export interface Visit {
  readonly page: Page;
  readonly complaints: string[];
  readonly close: () => Promise<void>;
}

export async function visit(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // A message may be asked for a moment before it is known.
    const isEarly = message.text().includes('404 (Not Found)') && message.location().url.includes('/api/v1/messages/');
    if ((message.type() === 'error' || message.type() === 'warning') && !isEarly)
      complaints.push(`${message.text()} ${message.location().url}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('about:'))
      complaints.push(`asked ${request.url()}`);
  });
  await page.goto(url);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return { page, complaints, close: () => context.close() };
}

interface AxeResults {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly target: unknown }[] }[];
}

/** What axe finds on the page as it is now: rule and place. */
export async function axe(page: Page): Promise<readonly string[]> {
  await page.evaluate(axeCore.source);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${String(target)}`));
}

/** By how many pixels the page is wider than the window. */
export async function overflow(page: Page): Promise<number> {
  return await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
}
