import type { SimulatedHost } from '../simulation/network.ts';

/** What a scripted host answers; by default it takes everything. Replies are whole lines without CRLF. */
export interface Script {
  readonly greeting?: string;
  /** EHLO keywords; `undefined`: EHLO is not known. */
  readonly extensions: readonly string[] | undefined;
  readonly rcpt?: (address: string) => string;
  /** The reply to content; `CUT` breaks the connection instead. */
  readonly content?: string;
  /** Takes connections and never says a word. */
  readonly silent?: boolean;
  /** LMTP: one reply per recipient after the content. */
  readonly lmtp?: boolean;
}

/** What a scripted host heard: command lines, and content as one line in brackets. */
export interface Heard {
  readonly lines: string[];
  readonly contents: string[];
}

/** Lets a simulated host speak SMTP from a script, sharing no code with the server under test. */
export async function runScript(host: SimulatedHost, port: number, script: Script): Promise<Heard> {
  const heard: Heard = { lines: [], contents: [] };
  await host.listen({ host: '0.0.0.0', port }, (connection) => {
    let text = '';
    let data: string[] | undefined;
    let accepted = 0;
    const say = (line: string) => connection.write(new TextEncoder().encode(`${line}\r\n`));
    const command = (line: string): void => {
      heard.lines.push(line);
      const verb = line.slice(0, 4).toUpperCase();
      if (verb === 'EHLO' || verb === 'LHLO') return void say(hello(script.extensions));
      if (verb === 'RCPT') {
        const reply = script.rcpt?.(/<([^>]*)>/.exec(line)?.[1] ?? '') ?? '250 recipient ok';
        if (reply.startsWith('2')) accepted++;
        return void say(reply);
      }
      if (verb === 'MAIL') accepted = 0;
      if (verb === 'DATA') {
        if (accepted === 0) return void say('503 no recipients');
        data = [];
        return void say('354 send message');
      }
      say(verb === 'QUIT' ? '221 bye' : '250 ok');
      if (verb === 'QUIT') connection.end();
    };
    connection.attach({
      data(octets) {
        text += new TextDecoder('latin1').decode(octets);
        for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
          const line = text.slice(0, end);
          text = text.slice(end + 2);
          if (data === undefined) command(line);
          else if (line === '.') {
            heard.contents.push(data.join('\r\n'));
            data = undefined;
            if (script.content === 'CUT') {
              connection.destroy();
              return;
            }
            for (let i = 0; i < (script.lmtp === true ? accepted : 1); i++)
              say(script.content ?? '250 message accepted');
          } else data.push(line.startsWith('.') ? line.slice(1) : line);
        }
      },
      closed: () => undefined,
    });
    if (script.silent !== true) say(script.greeting ?? `220 ${host.name} ready`);
  });
  return heard;
}

function hello(extensions: readonly string[] | undefined): string {
  if (extensions === undefined) return '502 command not implemented';
  const lines = ['at your service', ...extensions];
  return lines.map((line, index) => `250${index === lines.length - 1 ? ' ' : '-'}${line}`).join('\r\n');
}
