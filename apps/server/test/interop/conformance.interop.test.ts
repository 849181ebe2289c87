import { readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runDsn } from '../support/commands.ts';
import { freePort, startDsnd, temporaryFolder } from '../support/dsnd.ts';
import { startExim } from '../support/exim.ts';
import { hasHaraka, startHaraka } from '../support/haraka.ts';
import { startOpenSmtpd } from '../support/opensmtpd.ts';
import { hasPostfix, startPostfix } from '../support/postfix.ts';
import { hasUnpacked } from '../support/unpacked.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const document = join(root, 'docs/conformance.md');
const domain = 'probe.test';

interface Candidate {
  readonly name: string;
  readonly available: boolean;
  /** It passes mail on, so that relaying and reports can be looked at. */
  readonly relays: boolean;
  readonly start: (folder: string, port: number, hop: number) => Promise<{ stop: () => unknown }>;
}

const CANDIDATES: readonly Candidate[] = [
  {
    name: 'dsnkit',
    available: true,
    relays: true,
    start: (folder, port, hop) =>
      startDsnd(
        folder,
        `hostname = "dsnkit.local.example"
store = "sqlite:./queue"
[[listen]]
address = "127.0.0.1:${port}"
[[route]]
match = "*"
to = "smtp://127.0.0.1:${hop}"
`,
        port,
      ),
  },
  {
    name: 'Postfix',
    available: hasPostfix,
    relays: true,
    start: (folder, port, hop) => startPostfix(folder, port, [`${domain} relay:[127.0.0.1]:${hop}`]),
  },
  {
    name: 'Exim',
    available: hasUnpacked('exim'),
    relays: true,
    start: (_, port, hop) => startExim(port, { [domain]: hop }),
  },
  {
    name: 'OpenSMTPD',
    available: hasUnpacked('opensmtpd'),
    relays: true,
    start: (_, port, hop) => startOpenSmtpd(port, { [domain]: hop }),
  },
  { name: 'Haraka', available: hasHaraka, relays: true, start: startHaraka },
  { name: 'smtp-server', available: true, relays: false, start: (_, port) => startSmtpServer(port) },
];

/** A library to build servers with; what it is here takes everything and keeps nothing. */
async function startSmtpServer(port: number): Promise<{ stop: () => Promise<void> }> {
  const server = new SMTPServer({
    name: 'smtp-server.local.example',
    hideDSN: false,
    disabledCommands: ['AUTH', 'STARTTLS'],
    logger: false,
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  expect((server.server.address() as AddressInfo).port).toBe(port);
  return { stop: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** Runs `dsn`; gives what it printed. */
async function dsn(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runDsn(args);
  if (code !== 0 && code !== 1) throw new Error(`dsn ${args.join(' ')}: ${stderr}`);
  return stdout;
}

async function probe({ name, relays, start }: Candidate, home: string): Promise<string> {
  const folder = temporaryFolder('dsnd-probe-');
  const port = await freePort();
  const hop = await freePort();
  const server = await start(folder.path, port, hop);
  const card = join(home, `${name}.json`);
  try {
    const delivery = ['--deliver', '--domain', domain, '--listen', `127.0.0.1:${hop}`, '--wait', '20'];
    const address = ['--from', `probe@${domain}`, '--to', `someone@${domain}`, '--helo', 'probe.invalid'];
    await dsn('probe', `127.0.0.1:${port}`, ...address, ...(relays ? delivery : []), '-q', '--json', '-o', card);
  } finally {
    await server.stop();
    folder.remove();
  }
  return `${name}=${card}`;
}

/** `server, check -> cell` of the table. */
function cellsOf(markdown: string): Map<string, string> {
  const [head = [], , ...rows] = markdown
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const cells = rows.flatMap(([clause, check, ...results]) =>
    results.map((result, at) => [`${head[at + 2]}, ${clause} ${check}`, result] as const),
  );
  return new Map(cells);
}

/**
 * `npm run conformance` writes docs/conformance.md; without DSNKIT_CONFORMANCE=write this checks that it is current, as
 * far as the servers are installed here.
 */
describe('docs/conformance.md', () => {
  const home = temporaryFolder('dsnd-cards-');
  const present = CANDIDATES.filter(({ available }) => available);
  let matrix = '';

  beforeAll(async () => {
    for (const { name, available } of CANDIDATES) if (!available) console.log(`${name} is not installed: left out`);
    const cards = await Promise.all(present.map((candidate) => probe(candidate, home.path)));
    matrix = await dsn('matrix', ...cards);
  });
  afterAll(() => home.remove());

  it('says what dsn probe finds today', () => {
    const published = readFileSync(document, 'utf8');
    if (process.env['DSNKIT_CONFORMANCE'] === 'write') {
      expect(present).toHaveLength(CANDIDATES.length);
      writeFileSync(document, published.slice(0, published.indexOf('\n| clause')) + '\n' + matrix);
      return;
    }
    const found = cellsOf(matrix);
    const said = cellsOf(published);
    expect(found.size).toBeGreaterThan(50);
    expect(Object.fromEntries([...found].filter(([key]) => said.get(key) !== found.get(key)))).toEqual({});
  });

  it('has seen mail go through every server that relays', () => {
    const check = 'RFC 3461 §5.2.1 no ENVID, RET or NOTIFY is invented';
    const shown = cellsOf(matrix);
    const relaying = present.filter(({ relays }) => relays).map(({ name }) => name);
    expect(relaying.filter((name) => shown.get(`${name}, ${check}`) === '–')).toEqual([]);
  });

  it('finds nothing to complain of in this server', () => {
    const own = [...cellsOf(matrix)].filter(([key, cell]) => key.startsWith('dsnkit,') && cell === '**no**');
    expect(own).toEqual([]);
  });
});
