import type { World } from './world.ts';

let agents = 0;

/** Submits one message as a client on a host of its own; gives the last line of each reply. */
export async function submit(
  world: World,
  server: string,
  envelope: readonly string[],
  content = 'From: Alice <alice@sender.example>\r\nSubject: hello\r\nMessage-ID: <m1@sender.example>\r\n\r\nHello.\r\n',
): Promise<readonly string[]> {
  const agent = world.host(`agent-${++agents}.example`);
  const connection = await world.clock.during(agent.connect({ host: server, port: 25, timeoutMs: 1_000 }));
  const waiting = ['EHLO agent.example', ...envelope, 'DATA', `${content}.`];
  const replies: string[] = [];
  let text = '';
  const say = (line: string | undefined) => {
    if (line === undefined) connection.end();
    else connection.write(new TextEncoder().encode(`${line}\r\n`));
  };
  connection.attach({
    data(octets) {
      text += new TextDecoder().decode(octets);
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        if (line[3] === '-') continue;
        replies.push(line);
        say(waiting.shift());
      }
    },
    closed: () => undefined,
  });
  await world.clock.runUntil(() => replies.length > envelope.length + 3, 60_000).catch(() => undefined);
  return replies;
}
