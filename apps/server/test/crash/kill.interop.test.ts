import { expect, it } from 'vitest';
import { planned } from '../torture/plan.ts';
import { points, torture } from '../torture/torture.ts';

// Many more kills: `npm run torture`.
it('RFC 3464 §3: killed at every point of its work, the server loses nothing it took, and owes each report once', async () => {
  const { problems, figures } = await torture({ kills: 2 * points.length });
  expect(problems).toEqual([]);
  expect(figures['messages that got 250']).toBeGreaterThan(0);
  expect(figures['reports found (groups)']).toBeGreaterThan(0);
}, 180_000);

it('a store that writes reports apart from what owes them is found out', async () => {
  const { problems } = await torture({ kills: 12, points: ['settling', 'after-commit'], broken: 'reports-later' });
  expect(problems.join('\n')).toContain('owed report missing');
}, 180_000);

it('its messages ask for every NOTIFY value in every case', () => {
  const cases = Array.from({ length: 54 }, (_, number) => planned(number));
  expect(new Set(cases.flatMap(({ rcpt }) => rcpt.map((line) => line.replaceAll(/\d/g, '')))).size).toBe(45);
  expect(cases[0]).toMatchObject({ rcpt: ['RCPT TO:<ok+0@hop.example>'], relayed: ['ok+0@hop.example'], owed: [] });
  // RFC 3461 §5.2.2(b): a hop without DSN, SUCCESS asked for.
  expect(cases[2]).toMatchObject({ owed: ['relayed ok+2@hop.example'] });
  expect(cases[9]).toMatchObject({ owed: ['failed no+9@hop.example'] });
  expect(cases[10]).toMatchObject({ owed: [] });
});
