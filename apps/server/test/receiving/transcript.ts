import { World, type SimulatedServer } from '../scenarios/world.ts';
import type { SimulatedHost } from '../simulation/network.ts';
import { userTable } from '../support/users.ts';
import { Dialogue } from './dialogue.ts';

/**
 * Dialogues with the whole server on the simulated network, in a text file:
 *
 *     # title                         @ a line of the server's configuration (its name is mx.example.org)
 *     U: name password                a user
 *     > 198.51.100.7 [587]            a client connects from that address to that port; by default 25
 *     C: what the client says         S: what the server says; `*` stands for anything, `...` for any lines
 *     ! tls                           the client begins TLS
 *     ! wait 30s                      time goes by
 *     ! closed / ! open               whether the connection is
 *
 * C lines are sent one at a time, or together where no S line stands between them; S lines are all that is said.
 */
export interface Transcript {
  readonly title: string;
  readonly config: string;
  readonly users: string;
  readonly steps: readonly Step[];
}

interface Step {
  readonly kind: 'C' | 'S' | '>' | '!';
  readonly text: string;
}

export function parseTranscript(source: string): Transcript {
  const lines = source.split('\n');
  const after = (mark: string) => lines.filter((line) => line.startsWith(mark)).map((line) => line.slice(mark.length));
  const users = after('U: ').map((line) => {
    const [name = '', password = '', ...senders] = line.split(' ');
    return userTable(name, password, senders.length === 0 ? '' : `senders = ${JSON.stringify(senders)}`);
  });
  const steps = lines.flatMap((line): Step[] => {
    const [, kind, text = ''] = /^([CS>!]):? ?(.*)$/.exec(line) ?? [];
    return kind === undefined ? [] : [{ kind: kind as Step['kind'], text }];
  });
  return { title: after('# ')[0] ?? '', config: after('@ ').join('\n'), users: users.join('\n'), steps };
}

/** What was said and what should have been, step by step. */
export interface Played {
  readonly said: readonly string[];
  readonly expected: readonly string[];
  readonly server: SimulatedServer;
}

export async function play(transcript: Transcript): Promise<Played> {
  const world = new World();
  const server = await world.server('mx.example.org', '', {
    listen: transcript.config,
    ...(transcript.users === '' ? {} : { users: transcript.users }),
  });
  const said: string[] = [];
  const expected: string[] = [];
  const hosts = new Map<string, SimulatedHost>();
  let dialogue: Dialogue | undefined;
  for (let at = 0; at < transcript.steps.length;) {
    const { kind, text } = transcript.steps[at]!;
    if (kind === '>') {
      const [address = '', port = '25'] = text.split(' ');
      const host = hosts.get(address) ?? world.network.host(`client-${address}`, address);
      hosts.set(address, host);
      dialogue = await Dialogue.open(world.clock, host, 'mx.example.org', Number(port));
      at++;
    } else if (kind === '!') {
      if (text === 'tls') await dialogue!.startTls();
      else if (text.startsWith('wait ')) await world.clock.advance(Number(/\d+/.exec(text)![0]) * 1_000);
      else {
        await world.clock.advance(50);
        said.push(dialogue!.closed ? 'closed' : 'open');
        expected.push(text);
      }
      at++;
    }
    const sent: string[] = [];
    for (; transcript.steps[at]?.kind === 'C'; at++) sent.push(transcript.steps[at]!.text);
    if (sent.length > 0) dialogue!.send(new TextEncoder().encode(sent.map((line) => `${line}\r\n`).join('')));
    const wanted: string[] = [];
    for (; transcript.steps[at]?.kind === 'S'; at++) wanted.push(transcript.steps[at]!.text);
    const heard = (await dialogue?.hear()) ?? '';
    const lines = heard.split('\r\n').slice(0, -1);
    const gap = wanted.indexOf('...');
    if (gap >= 0) lines.splice(gap, Math.max(0, lines.length - wanted.length + 1), '...');
    said.push(...lines.map((line, index) => (matches(wanted[index], line) ? wanted[index]! : line)));
    expected.push(...wanted);
  }
  return { said, expected, server };
}

function matches(pattern: string | undefined, line: string): boolean {
  if (pattern === undefined) return false;
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(line);
}
