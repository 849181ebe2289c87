import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StatusCode } from '@dsnkit/delivery-status';
import { describe, expect, it } from 'vitest';
import { meaningOf } from '../../src/admin/field-meanings.ts';
import { localModeConfig } from '../../src/config.ts';
import { replyForCode, replyForStatus, type SimulatedReply } from '../../src/delivery/simulator-replies.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const page = (name: string): string => readFileSync(resolve(root, name), 'utf8');
const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n);

describe('docs/bounce-testing.md', () => {
  const rows = Array.from(page('docs/bounce-testing.md').matchAll(/^\| ((?:`[\d.]+@` *)+)\| `([^`]+)`/gm));
  const listed = new Map(
    rows.flatMap(([, names = '', reply = '']) =>
      Array.from(names.matchAll(/`([\d.]+)@`/g), ([, name = '']): [string, string] => [name, reply]),
    ),
  );
  const inWords = ({ code, status, lines }: SimulatedReply): string => `${code} ${status} ${lines.join(' ')}`;

  it('lists replies as the simulator gives them', () => {
    expect(listed.size).toBeGreaterThan(50);
    for (const [name, reply] of listed)
      expect([
        name,
        inWords(name.includes('.') ? replyForStatus(name as StatusCode) : replyForCode(Number(name))),
      ]).toEqual([name, reply]);
  });

  it('leaves out none that says more than its code', () => {
    const codes = upTo(200).map((n) => [String(400 + n), replyForCode(400 + n)] as const);
    const statuses = [4, 5].flatMap((type) =>
      upTo(8).flatMap((subject) => upTo(60).map((detail) => `${type}.${subject}.${detail}` as StatusCode)),
    );
    const all = [...codes, ...statuses.map((status) => [status, replyForStatus(status)] as const)];
    const telling = all.filter(([, { lines }]) => !(lines[0] ?? '').endsWith('as the recipient asks for'));
    expect(telling.map(([name]) => name).filter((name) => !listed.has(name))).toEqual([]);
  });

  it('tells the times of local mode', () => {
    const { retry } = localModeConfig('');
    expect(retry.delaysMs.map((ms) => ms / 1000)).toEqual([2, 3, 5, 15, 60]);
    expect([retry.delayedAfterMs / 1000, retry.expireAfterMs / 60_000]).toEqual([4, 10]);
  });
});

it('docs/reading-reports.md gives each field the meaning and clause that the page of the server gives it', () => {
  const rows = Array.from(
    page('docs/reading-reports.md').matchAll(/^\| `([A-Z][\w-]+)` +\| (.*?) +\| (RFC \d+ §\S+) +\|$/gm),
  );
  expect(rows.length).toBeGreaterThan(15);
  for (const [, name = '', meaning, clause] of rows)
    expect([name, meaningOf(name)]).toEqual([name, { meaning, clause }]);
});

describe('links', () => {
  const documents = readdirSync(resolve(root, 'docs')).flatMap((name) =>
    name.endsWith('.md') ? [`docs/${name}`] : [],
  );
  it.each(['README.md', 'ARCHITECTURE.md', 'apps/server/README.md', 'apps/cli/README.md', ...documents])(
    'of %s lead to files that are there',
    (name) => {
      const links = Array.from(page(name).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g), ([, link = '']) => link);
      const away = links.filter((link) => !existsSync(resolve(root, dirname(name), link)));
      expect(away).toEqual([]);
    },
  );
});
