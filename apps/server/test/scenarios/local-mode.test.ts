import { describe, expect, it } from 'vitest';
import { welcome } from '../../src/local-mode.ts';
import { World } from './world.ts';

const CONFIG = `
[[route]]
match = "simulator.test"
to = "simulator:"
[[route]]
match = "*"
to = "maildir:mail"
[retry]
delays = ["2s", "4s"]
`;

async function greeted(tables: string, { firstStart = true } = {}) {
  const world = new World();
  const server = await world.server('mx.example.org', tables);
  const lines: string[] = [];
  let following = 0;
  const done = welcome({
    ...{ network: world.host('agent.example'), host: 'mx.example.org', port: 25, firstStart, mailDirectory: 'mail' },
    write: (line) => void lines.push(line),
    wait: (ms) => new Promise((resolve) => void world.clock.after(ms, resolve)),
    follow(sink) {
      following++;
      const from = server.events.length;
      return () => {
        following--;
        for (const event of server.events.slice(from)) sink.emit(event);
      };
    },
  });
  return { world, server, lines, following: () => following, done };
}

describe('local mode', () => {
  it('shows at its first start what becomes of one message, and where the reports of it are', async () => {
    const { world, server, lines, following, done } = await greeted(CONFIG);
    await world.clock.during(done);
    const text = lines.join('\n');
    const story = (address: string): string =>
      new RegExp(`^  ${address.replace('.', '\\.')}\\n((?:    .*\\n?)+)`, 'm').exec(text)?.[1] ?? '';
    expect(story('ok@simulator.test')).toMatch(/s {2}delivered \(2\.\d\.\d\)\n/);
    expect(story('no-dsn@simulator.test')).toMatch(/s {2}relayed \(2\.\d\.\d\)\n/);
    expect(story('550@simulator.test')).toMatch(/s {2}failed: 5\.1\.1 .*\n.*report to the sender: failed\n/);
    expect(story('5.2.2@simulator.test')).toMatch(/failed: 5\.2\.2 .*\n.*no report: none was asked for\n/);
    expect(story('4.2.1@simulator.test')).toMatch(/put off: 4\.2\.1 .*; again in \d+ s\n/);
    const reports = server.delivered.filter(({ folder }) => folder === 'you@example.test');
    expect(reports.length).toBeGreaterThan(0);
    expect(text).toContain(
      `\n${reports.length} reports went to <you@example.test>: look in mail/you@example.test/new/\n`,
    );
    expect(following()).toBe(0);
    await world.clock.during(server.stop());
  });

  it('says where it is, and sends nothing, at any later start', async () => {
    const { world, server, lines, done } = await greeted(CONFIG, { firstStart: false });
    await world.clock.during(done);
    expect(lines[0]).toContain('SMTP on mx.example.org:25. Nothing leaves this machine.');
    expect(server.events).toEqual([]);
  });

  it('tells why, where its own first message is refused, and stays up', async () => {
    const { world, lines, following, done } = await greeted('[[route]]\nmatch = "nowhere.example"\nto = "discard:"\n');
    await world.clock.during(done);
    expect(lines.join('\n')).toMatch(/\nIt did not go: 550 5\.\d\.\d .*\n\nThe server stays up; /);
    expect(following()).toBe(0);
  });
});
