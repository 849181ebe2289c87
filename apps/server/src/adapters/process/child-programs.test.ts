import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ChildPrograms } from './child-programs.ts';

async function* input(...pieces: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield await Promise.resolve(new TextEncoder().encode(piece));
}

const run = (script: string, more: { timeoutMs?: number; environment?: Record<string, string> } = {}) =>
  new ChildPrograms().run({
    command: [process.execPath, '-e', script],
    environment: more.environment ?? {},
    input: input('Subject: x\r\n', '\r\nbody\r\n'),
    timeoutMs: more.timeoutMs ?? 20_000,
  });

describe('ChildPrograms', () => {
  it('gives the program its input to the octet, and no shell reads its words', async () => {
    const script = 'process.stdin.on("data",(d)=>process.stdout.write(JSON.stringify(d.toString())))';
    expect(await run(script)).toEqual({ exitCode: 0, said: '"Subject: x\\r\\n\\r\\nbody\\r\\n"' });
  });

  it('gives it an environment of its own', async () => {
    const { said } = await run('console.log(Object.keys(process.env).filter((k)=>k!=="PATH").join())', {
      environment: { SENDER: 'a@b' },
    });
    expect(said.trim()).toBe('SENDER');
  });

  it('tells the exit code of a program that reads nothing, and keeps 4096 octets of what it says', async () => {
    const { exitCode, said } = await run('process.stderr.write("x".repeat(10000),()=>process.exit(75))');
    expect([exitCode, said.length]).toEqual([75, 4096]);
  });

  it('RFC 5321 §6.1: the end of the program counts, though what it left running keeps its input and output open', async () => {
    const script = `const how = { stdio: 'inherit', detached: true };
      const words = ['-e', 'setTimeout(() => {}, 600_000)'];
      const { pid } = require('node:child_process').spawn(process.execPath, words, how);
      process.stdout.write(String(pid), () => process.exit(0));`;
    const { exitCode, said } = await run(script);
    process.kill(Number(said));
    expect(exitCode).toBe(0);
  });

  it('ends what takes too long with all that it has started: nothing of it delivers while it is tried again', async () => {
    const left: Promise<unknown>[] = [];
    const server = createServer(
      (socket) =>
        void left.push(
          once(
            socket.on('error', () => undefined),
            'close',
          ),
        ),
    );
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const started = `require('node:net').connect(${port}, '127.0.0.1').on('close', () => process.exit())`;
    const script = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(started)}]);
      setInterval(() => {}, 1000);`;
    // However slow the machine is, in one of these times the program has started the other.
    for (let timeoutMs = 500; left.length === 0; timeoutMs *= 2) {
      await expect(run(script, { timeoutMs })).rejects.toThrow(/SIGKILL/);
    }
    await Promise.all(left);
    server.close();
  }, 60_000);

  it('programs end with this process, after which their mail is tried again', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const program = `require('node:net').connect(${port}, '127.0.0.1').on('close', () => process.exit())`;
    const call = `{ command: [process.execPath, '-e', ${JSON.stringify(program)}], environment: {}, input, timeoutMs: 600_000 }`;
    const script = `import { ChildPrograms } from ${JSON.stringify(import.meta.resolve('./child-programs.ts'))};
      async function* input() {}
      process.stdin.on('end', () => process.exit()).resume();
      await new ChildPrograms().run(${call.replace('input,', 'input: input(),')});`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    const [socket] = (await once(server, 'connection')) as [Socket];
    const closed = once(socket.on('error', () => undefined).resume(), 'close');
    parent.stdin.end();
    await closed;
    server.close();
  }, 60_000);

  it('RFC 5321 §6.1: a message that can not be read to its end is not delivered by halves', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield* input('Subject: x\r\n\r\nthe first half');
      throw new Error('the disk failed');
    }
    const command = [process.execPath, '-e', 'process.stdin.resume()'] as const;
    const call = { command, environment: {}, input: broken(), timeoutMs: 20_000 };
    await expect(new ChildPrograms().run(call)).rejects.toThrow(/SIGKILL|could not be read/);
  });

  it('RFC 5321 §4.5.4.1: out of descriptors it rejects, to be tried again, and the server goes on', async () => {
    const script = `import { openSync } from 'node:fs';
      import { ChildPrograms } from ${JSON.stringify(import.meta.resolve('./child-programs.ts'))};
      async function* input() {}
      const fill = () => { for (;;) openSync('/dev/null'); };
      try { fill(); } catch {}
      const call = { command: ['/bin/cat'], environment: {}, input: input(), timeoutMs: 20_000 };
      await new ChildPrograms().run(call).catch(({ code }) => console.log(code));
      setTimeout(() => console.log('goes on'), 100);`;
    const limited = ['-c', 'ulimit -n 100; exec "$0" "$@"', process.execPath, '--input-type=module', '-e', script];
    const child = spawn('sh', limited, { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    for await (const piece of child.stdout) said += String(piece);
    expect(said).toBe('EMFILE\ngoes on\n');
  });

  it('rejects when the program is not there or takes too long', async () => {
    const programs = new ChildPrograms();
    await expect(
      programs.run({ command: ['/no/such/program'], environment: {}, input: input(), timeoutMs: 1000 }),
    ).rejects.toThrow(/ENOENT/);
    await expect(run('setInterval(()=>{},1000)', { timeoutMs: 200 })).rejects.toThrow(/SIGKILL/);
  });
});
