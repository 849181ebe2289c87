import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { axe, chromiumPath, firstStart, launch, overflow, visit, type FirstStart, type Visit } from './first-start.ts';
import { EXAMPLE } from '../../page/src/explain/example.ts';

describe.runIf(chromiumPath !== undefined)('the page in Chromium', () => {
  let server: FirstStart;
  let browser: Browser;

  beforeAll(async () => {
    [server, browser] = await Promise.all([firstStart(), launch()]);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  /** Runs with a page of its own; whatever the browser complained about fails the test. */
  async function withPage(hash: string, use: (page: Page, seen: Visit) => Promise<void>): Promise<void> {
    const seen = await visit(browser, server.url);
    try {
      await seen.page.goto(`${server.url}${hash}`);
      await use(seen.page, seen);
      expect(seen.complaints).toEqual([]);
    } finally {
      await seen.close();
    }
  }

  /** Hands a message over by the form, and waits for its timeline. */
  async function compose(page: Page, to: string, fill: (page: Page) => Promise<void> = () => Promise.resolve()) {
    await page.goto(`${server.url}#/compose`);
    await page.getByLabel('To', { exact: false }).first().waitFor();
    await page.locator('textarea[name=to]').fill(to);
    await fill(page);
    await page.getByRole('button', { name: 'Send and watch' }).click();
    await page.waitForURL(/#\/messages\/\w+/);
    await page.getByRole('heading', { name: 'What happened', exact: true }).waitFor();
  }

  it('from first start to a found report: compose, watch it fail, read the report, find it again', async () => {
    await withPage('#/', async (page) => {
      await page.getByRole('link', { name: /Provoke a bounce/ }).click();
      await page.getByLabel(/Envelope id/).fill('found-again');
      await page.getByRole('button', { name: 'Send and watch' }).click();

      await page.locator('.entry-title', { hasText: 'Failed (5.2.2)' }).waitFor();
      const timeline = page.locator('.timeline');
      expect(await timeline.getByText('552 5.2.2 The mailbox is full').count()).toBe(1);

      await page.getByRole('link', { name: 'Read the report' }).click();
      await page.getByText('To 5.2.2@simulator.test: the message was not delivered, and will not be.').waitFor();
      await page.getByRole('tab', { name: 'Fields' }).click();
      const diagnostic = page.getByRole('row', { name: /Diagnostic-Code/ });
      await expect.poll(() => diagnostic.textContent()).toContain('the words of the host that decided');
      expect(await diagnostic.textContent()).toContain('smtp; 552 5.2.2 The mailbox is full');
      await page.getByRole('tab', { name: 'The original' }).click();
      await page.getByText('Subject: What happens to this one?').waitFor();
      await page.getByRole('tab', { name: /^Checks/ }).click();
      await page.getByRole('tabpanel', { name: /^Checks/ }).waitFor();
      expect(await page.locator('.findings').getByText('departure', { exact: true }).count()).toBe(0);

      await page.getByRole('link', { name: 'The message it is about' }).click();
      await page.getByText('found-again').first().waitFor();
      await page.getByRole('searchbox').fill('found-again');
      await page.keyboard.press('Enter');
      await page.getByRole('link', { name: /5\.2\.2@simulator\.test/ }).waitFor();
      expect(page.url()).toContain('#/messages?q=found-again');
    });
  });

  it('finds messages by address, state and time, and keeps the query in the URL', async () => {
    await withPage('#/', async (page) => {
      await compose(page, 'ok@simulator.test\n550@simulator.test');
      await page.goto(`${server.url}#/messages?recipient=550%40simulator.test`);
      await page
        .getByRole('link', { name: /550@simulator\.test|ok@simulator\.test/ })
        .first()
        .waitFor();
      await page.getByLabel('State').selectOption('failed');
      await page.waitForURL(/state=failed/);
      await page.getByLabel('Arrived').selectOption('15m');
      await page.waitForURL(/since=15m/);
      await page.locator('.row').first().waitFor();
      await page.goto(`${server.url}#/messages?recipient=nobody%40example.org`);
      await page.getByText('Nothing matches').waitFor();
    });
  });

  it('holds, releases, reroutes, bounces and drops what waits, and asks before what can not be undone', async () => {
    await withPage('#/', async (page, { complaints }) => {
      await compose(page, '4.2.1@simulator.test');
      const happened = (title: string | RegExp) => page.locator('.entry-title', { hasText: title }).last().waitFor();
      const action = (name: string) => page.getByRole('button', { name, exact: true }).click();
      await happened('Put off (4.2.1)');
      await action('Hold');
      await happened(/^Held/);
      await action('Release');
      await happened(/^Released/);
      await action('Retry now');
      await page.getByText(/will be tried now|try again when it is over/).waitFor();
      await action('Reroute');
      await page.getByLabel('Next hop').fill('no such next hop');
      await page.getByRole('dialog').getByRole('button', { name: 'Reroute' }).click();
      await page.getByRole('dialog').getByRole('alert').waitFor();
      expect(complaints.splice(0)).toMatchObject([expect.stringContaining('400 (Bad Request)')]);
      await page.getByLabel('Next hop').fill('discard:');
      await page.keyboard.press('Escape');
      await action('Bounce');
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
      await action('Bounce');
      await page.getByLabel('Reason for the report').fill('the operator gave up');
      await page.getByRole('dialog').getByRole('button', { name: 'Bounce' }).click();
      await happened(/^Bounced/);
      await happened(/^Report to you@example\.test: failed/);

      await compose(page, '4.2.2@simulator.test');
      await happened('Put off (4.2.2)');
      await action('Drop');
      await page.getByRole('dialog').getByRole('button', { name: 'Drop' }).click();
      await happened(/^Dropped/);
    });
  });

  it('sends again what failed, as a new message', async () => {
    await withPage('#/', async (page) => {
      await compose(page, 'ok@simulator.test\n5.3.2@simulator.test');
      await page.locator('.entry-title', { hasText: 'Failed (5.3.2)' }).waitFor();
      const first = page.url();
      await page.getByRole('button', { name: 'Send again' }).click();
      await page.getByRole('dialog').getByText('1 recipient did not get it').waitFor();
      expect(await axe(page)).toEqual([]);
      await page.getByRole('dialog').getByRole('button', { name: 'Send again' }).click();
      await page.waitForURL((url) => url.href !== first);
      await page.locator('.entry-title', { hasText: 'Failed (5.3.2)' }).waitFor();
      await page.getByRole('heading', { name: '1 recipient' }).waitFor();
    });
  });

  it('shows the queue by destination; pauses and resumes', async () => {
    await withPage('#/', async (page) => {
      await compose(page, '4.3.1@simulator.test');
      await page.goto(`${server.url}#/queue`);
      await page.getByRole('button', { name: 'Pause simulator:' }).click();
      await page.getByRole('button', { name: 'Resume simulator:' }).click();
      await page.getByRole('button', { name: 'Pause simulator:' }).waitFor();
    });
  });

  it('explains a bounce that is pasted, a bare status, and the words of a server, all in the browser', async () => {
    await withPage('#/explain', async (page) => {
      await page.getByRole('button', { name: 'Try an example', disabled: false }).waitFor();
      const asked: string[] = [];
      page.on('request', (request) => request.url().endsWith('icon.svg') || asked.push(request.url()));
      await page.getByRole('button', { name: 'Try an example' }).click();
      await page.getByText('To bob@example.com: the message was not delivered, and will not be.').waitFor();
      await page.getByRole('tab', { name: /^Checks/ }).click();
      await page.getByText('RFC 3464 §2.2.5').waitFor();

      const paste = async (text: string) => {
        await page.getByRole('textbox').fill(text);
        await page.getByRole('button', { name: 'Explain it' }).click();
      };
      await paste(
        'Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; carol@example.com\nAction: delayed\nStatus: 4.4.1\n',
      );
      await page.getByText('To carol@example.com: the message is not delivered yet').waitFor();
      await paste('550 5.1.1 No such user here');
      await page.getByText('It was refused for good.').waitFor();
      await paste('Subject: lunch?\n\nAt noon.\n');
      await page.getByText('No report, and no bounce.').waitFor();
      expect(asked).toEqual([]);
    });
  });

  it('explains a bounce of no standard: why, for good or not, what to do, and shows where that stands', async () => {
    await withPage('#/explain', async (page) => {
      const bounce =
        'From: MAILER-DAEMON@mx.example\nTo: alice@example.org\nSubject: failure notice\n\n' +
        'Hi. This is the qmail-send program at mx.example.\n' +
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n\n" +
        '<erin@example.net>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 User unknown\n' +
        'Giving up on 192.0.2.1.\n\n--- Below this line is a copy of the message.\n\n' +
        'Message-ID: <m1@example.org>\nSubject: Minutes\n\ntext\n';
      await page.getByRole('textbox').fill(bounce);
      await page.getByRole('button', { name: 'Explain it' }).click();
      const card = page.getByRole('article');
      await card.getByRole('heading', { name: 'erin@example.net' }).waitFor();
      const told = await card.textContent();
      for (const words of ['user-unknown', 'for good', 'Write to this address no more.', '550 5.1.1 User unknown'])
        expect(told).toContain(words);
      await page.getByText('Bounce in a form of its own (qmail)').waitFor();
      await card.getByText('How this is known').click();
      await card.getByRole('listitem').filter({ hasText: 'The reply' }).getByRole('button').click();
      await expect.poll(() => page.getByRole('tab', { name: 'Source' }).getAttribute('aria-selected')).toBe('true');
      const marked = await page.locator('.source mark').allTextContents();
      expect(marked.map((line) => line.trim())).toContain('Remote host said: 550 5.1.1 User unknown');
      expect(await axe(page)).toEqual([]);
    });
  });

  it('RFC 2046 §5.2.1: explains each bounce that is attached to a message', async () => {
    await withPage('#/explain', async (page) => {
      const bounce = `--q\nContent-Type: message/rfc822\n\n${EXAMPLE}\n`;
      const other = bounce.replaceAll('bob@example.com', 'carol@example.com');
      await page
        .getByRole('textbox')
        .fill(`Subject: Why?\nContent-Type: multipart/mixed; boundary=q\n\n--q\n\nWhy?\n${bounce}${other}--q--\n`);
      await page.getByRole('button', { name: 'Explain it' }).click();
      await page.getByRole('region', { name: 'Attached to what you pasted: 1 of 2' }).waitFor();
      const second = page.getByRole('region', { name: 'Attached to what you pasted: 2 of 2' });
      await second.getByRole('heading', { name: 'carol@example.com' }).waitFor();
      expect(await axe(page)).toEqual([]);
    });
  });

  it('takes a file that is dropped', async () => {
    await withPage('#/explain', async (page) => {
      const bounce =
        'Content-Type: multipart/report; report-type=delivery-status; boundary=b\\n\\n--b\\n\\nSorry.\\n' +
        '--b\\nContent-Type: message/delivery-status\\n\\nReporting-MTA: dns; mx.example.net\\n\\n' +
        'Final-Recipient: rfc822; dave@example.com\\nAction: failed\\nStatus: 5.1.1\\n\\n--b--\\n';
      const data = await page.evaluateHandle(
        `(() => { const data = new DataTransfer(); data.items.add(new File(["${bounce}"], 'bounce.eml')); return data; })()`,
      );
      await page.dispatchEvent('.drop-zone', 'drop', { dataTransfer: data });
      await page.getByText('To dave@example.com: the message was not delivered').waitFor();
      await page.getByText('About bounce.eml').waitFor();
    });
  });

  it('gives hostile content no chance: no script runs, nothing is loaded, names stay text', async () => {
    await withPage('#/explain', async (page, { complaints }) => {
      const evil = '<img src=x onerror="document.title=\'owned\'">';
      await page
        .getByRole('textbox')
        .fill(
          `Subject: ${evil}\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/html\n\n` +
            `<h1>Sorry</h1>${evil}<script>document.title='owned'</script><img src="https://tracker.example/p.gif"><link rel=stylesheet href="https://tracker.example/s.css">\n` +
            `--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; ${evil}\n\nFinal-Recipient: rfc822; ${evil}@x\nAction: failed\nStatus: 5.1.1\n\n--b--\n`,
        );
      await page.getByRole('button', { name: 'Explain it' }).click();
      const frame = page.frameLocator('iframe');
      await frame.getByRole('heading', { name: 'Sorry' }).waitFor();
      expect(await page.locator('iframe').getAttribute('sandbox')).toBe('');
      expect(await page.title()).toBe('Explain · dsnkit');
      expect(await page.locator('main img').count()).toBe(0);
      // All that the browser may tell is what it did not load and run.
      expect(complaints.splice(0).filter((told) => !/Content Security Policy|frame is sandboxed/.test(told))).toEqual(
        [],
      );
    });
  });

  it('shows marks that turn text round as what they are, in the sender, too', async () => {
    const sender = '"a\u202eb"@example.org';
    const submitted = await fetch(`${server.url}api/v1/messages`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ from: sender, recipients: [{ address: '4.2.1@simulator.test' }], raw: 'a: b\n\n' }),
    });
    const { id } = (await submitted.json()) as { readonly id: string };
    for (const hash of ['#/messages', `#/messages/${id}`])
      await withPage(hash, async (page) => {
        await page.getByText('a␟202eb').first().waitFor();
        expect(await page.locator('body').innerText()).not.toContain('\u202e');
      });
  });

  it('puts an address on the list of those that are refused, finds it, and takes it off', async () => {
    await withPage('#/suppressed', async (page) => {
      const form = page.getByRole('form', { name: 'Suppress an address' });
      await form.getByLabel('Address').fill('frank@example.org');
      await form.getByLabel('Reason').fill('asked for it');
      await page.keyboard.press('Enter');
      const entry = page.getByRole('listitem').filter({ hasText: 'frank@example.org' });
      await entry.getByText('asked for it').waitFor();
      await page.getByLabel('Find').fill('nobody@');
      await page.getByText('No such address').waitFor();
      await page.getByLabel('Find').fill('frank');
      await entry.getByRole('button', { name: 'Take off frank@example.org' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Take off' }).click();
      await entry.waitFor({ state: 'detached' });
      await page.getByText('No such address').waitFor();
    });
  });

  it('composes a message by keys alone', async () => {
    await withPage('#/', async (page) => {
      await page.getByRole('heading', { level: 1 }).focus();
      await page.keyboard.press('g');
      await page.keyboard.press('c');
      await page.getByRole('heading', { level: 1, name: 'Compose' }).waitFor();
      const focus = (): Promise<string> =>
        page.evaluate('document.activeElement.name || document.activeElement.textContent.trim()');
      const tabTo = async (wanted: string): Promise<void> => {
        for (let steps = 0; (await focus()) !== wanted; steps++) {
          expect(steps).toBeLessThan(40);
          await page.keyboard.press('Tab');
        }
      };
      await tabTo('to');
      await page.keyboard.press('Control+A');
      await page.keyboard.type('5.1.1@simulator.test');
      await tabTo('envid');
      await page.keyboard.type('by keys');
      await tabTo('Send and watch');
      await page.keyboard.press('Enter');
      await page.waitForURL(/#\/messages\/\w+/);
      await page.locator('.entry-title', { hasText: 'Failed (5.1.1)' }).waitFor();
      await page.getByText('by keys').first().waitFor();
    });
  });

  it('goes from view to view and to a message by keys alone', async () => {
    await withPage('#/', async (page) => {
      await compose(page, 'ok@simulator.test');
      const press = async (...keys: string[]) => {
        for (const key of keys) await page.keyboard.press(key);
      };
      await page.getByRole('heading', { level: 1 }).focus();
      await press('g', 'm');
      await page.getByRole('heading', { level: 1, name: 'Messages' }).waitFor();
      await page.locator('.row').first().waitFor();
      await press('j', 'j', 'k', 'Enter');
      await page.getByRole('heading', { name: 'What happened', exact: true }).waitFor();
      await expect.poll(() => page.evaluate('document.activeElement.tagName')).toBe('H1');
      await press('/');
      await page.keyboard.type('ok@simulator.test');
      await press('Enter');
      await page.waitForURL(/q=ok%40simulator\.test/);
      await page.getByRole('heading', { level: 1 }).focus();
      await press('?');
      await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
      await press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await press('g', 'c');
      await page.getByRole('heading', { level: 1, name: 'Compose' }).waitFor();
      // The way through by Tab: skip link first, and focus is always to be seen.
      await page.reload();
      await page.getByRole('heading', { level: 1 }).waitFor();
      await press('Tab');
      expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to content');
      await press('Enter');
      await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('main');
      expect(await page.evaluate('location.hash')).toBe('#/compose');
    });
  });

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
    ['dark', 360],
  ] as const)(
    'axe finds nothing on any view, and none is wider than the window: %s, %i px',
    async (colorScheme, width) => {
      const { page, complaints, close } = await visit(browser, server.url, {
        colorScheme,
        viewport: { width, height: 800 },
      });
      const found: Record<string, readonly string[]> = {};
      const look = async (name: string): Promise<void> => {
        const wide = await overflow(page);
        const results = [...(await axe(page)), ...(wide > 0 ? [`wider by ${wide} px`] : [])];
        if (results.length > 0) found[name] = results;
      };
      try {
        await compose(
          page,
          `a-rather-long-local-part-of-an-address@some-department.example.org\n5.2.2@simulator.test\n4.2.1@simulator.test`,
        );
        await page.locator('.entry-title', { hasText: 'Put off' }).first().waitFor();
        await look('message');
        await page.getByRole('button', { name: 'Bounce', exact: true }).click();
        await page.getByRole('dialog').waitFor();
        await look('dialog');
        await page.keyboard.press('Escape');
        await page.getByRole('link', { name: 'Read the report' }).first().click();
        await page.getByRole('heading', { name: 'The report' }).waitFor();
        await look('report');
        await page.getByText('How this is known').first().click();
        for (const tab of ['Fields', 'The original', 'Source', /^Checks/]) {
          await page.getByRole('tab', { name: tab }).click();
          await look(`report: ${String(tab)}`);
        }
        await page.getByRole('button', { name: /Show the source/ }).click();
        await page.getByRole('region', { name: 'Source of the message' }).waitFor();
        await look('content');
        for (const view of [
          '',
          'messages',
          'messages?q=nobody',
          'queue',
          'compose',
          'explain',
          'suppressed',
          'nowhere',
        ]) {
          await page.goto(`${server.url}#/${view}`);
          await page.getByRole('heading', { level: 1 }).waitFor();
          await page.locator('.loading').waitFor({ state: 'detached' });
          await look(view);
        }
        await page.goto(`${server.url}#/explain`);
        await page.getByRole('button', { name: 'Try an example' }).click();
        await page.locator('.report-view').waitFor();
        await look('explained');
        expect(found).toEqual({});
        expect(complaints).toEqual([]);
      } finally {
        await close();
      }
    },
  );

  it('shows how webhooks are doing, and sends again what one did not take', async () => {
    let status = 410;
    const taken: string[] = [];
    const receiver = createServer((request, response) => {
      if (status === 204) taken.push(String(request.headers['webhook-id']));
      response.writeHead(status).end();
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const { port } = receiver.address() as AddressInfo;
    const secret = `whsec_${Buffer.from('0123456789abcdef01234567').toString('base64')}`;
    const hooked = await firstStart(
      `[[webhook]]\nname = "crm"\nurl = "http://127.0.0.1:${port}/"\nsecret = "${secret}"\nevents = ["failed"]`,
    );
    const { page, complaints, close } = await visit(browser, hooked.url);
    try {
      const list = page.getByRole('list', { name: 'Webhooks' });
      await list.getByText('up to date').waitFor();
      await fetch(new URL('api/v1/messages', hooked.url), {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ from: '', recipients: [{ address: '550@simulator.test' }], raw: 'a: b\n\n' }),
      });
      await list.getByText('1 dead letter').waitFor();
      await list.getByText('failing').waitFor();
      await list.getByText('answered 410').waitFor();
      expect(await axe(page)).toEqual([]);
      status = 204;
      await page.getByRole('button', { name: 'Send again what crm did not take' }).click();
      await list.getByText('up to date').waitFor();
      expect([taken.length, complaints]).toEqual([1, []]);
    } finally {
      await close();
      await hooked.stop();
      receiver.close();
    }
  });

  it('keeps the theme that was chosen', async () => {
    await withPage('#/', async (page) => {
      const background = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor');
      await page.emulateMedia({ colorScheme: 'dark' });
      const dark = await background();
      await page.getByRole('button', { name: /Switch to light/ }).click();
      await expect.poll(background).not.toBe(dark);
      const light = await background();
      await page.reload();
      await page.getByRole('button', { name: /Switch to dark/ }).click();
      await expect.poll(background).toBe(dark);
      expect(light).not.toBe(dark);
    });
  });

  it('comes back by itself when the server does', async () => {
    const { page, close } = await visit(browser, server.url);
    try {
      await page.getByText('Live', { exact: true }).waitFor();
      await server.restart();
      await page.getByText('Live', { exact: true }).waitFor();
      await compose(page, 'ok@simulator.test');
      await page.locator('.entry-title', { hasText: 'Delivered (2.1.5)' }).waitFor();
    } finally {
      await close();
    }
  });
});

it.skipIf(chromiumPath !== undefined)(
  'skipped: the page is tried in Chromium (a Debian package), which is not here',
  () => undefined,
);
