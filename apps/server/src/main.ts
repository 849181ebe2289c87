#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { keepHangUps } from './adapters/process/hang-ups.ts';
import { usage } from './usage.ts';

await main();

async function main(): Promise<void> {
  const options = readOptions();
  if (options === undefined) return;
  // The store needs node:sqlite.
  if (!atLeast(22, 13)) {
    onOwnNode();
    return;
  }
  if (options.command === 'hash-password') {
    const { printHashes } = await import('./adapters/commands/hash-password.ts');
    await printHashes(options.words[0]);
    return;
  }
  if (options.command === 'store') {
    const { storeCommand } = await import('./adapters/commands/store.ts');
    process.exitCode = await storeCommand(options.words);
    return;
  }
  if (options.command === 'route') {
    const { printRoutes } = await import('./adapters/commands/route.ts');
    printRoutes(options.words[0] ?? '', options.words.slice(1));
    return;
  }
  if (options.command === 'migrate') {
    const { printMigration } = await import('./adapters/commands/migrate.ts');
    await printMigration(options.words[0] ?? '');
    return;
  }
  if (options.command === 'check-config') {
    const { printCheck } = await import('./adapters/commands/check-config.ts');
    await printCheck(options.words[0] ?? '');
    return;
  }
  // With a terminal that closes, local mode ends.
  const onHangUp = options.config === undefined ? () => undefined : keepHangUps();
  const { run } = await import('./run.ts');
  await run(options.config, onHangUp);
}

function atLeast(major: number, minor: number): boolean {
  const [ourMajor = 0, ourMinor = 0] = process.versions.node.split('.').map(Number);
  return ourMajor > major || (ourMajor === major && ourMinor >= minor);
}

/** In a checkout the repository's own Node takes over from one that is too old; elsewhere one line says what is needed. */
function onOwnNode(): void {
  const own = fileURLToPath(new URL('../../../node_modules/.bin/node', import.meta.url));
  if (!existsSync(own)) {
    fail(`needs Node 22.13 or later; this is ${process.versions.node}`);
    return;
  }
  // Over the channel the child sees our end, however sudden, and ends too: see run.ts.
  const child = spawn(own, process.argv.slice(1), { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  child.once('exit', (code, signal) => {
    process.exitCode = code ?? (signal === null ? 1 : 128);
    if (child.connected) child.disconnect();
  });
}

interface Options {
  readonly config: string | undefined;
  readonly command: Command | 'store' | 'route' | undefined;
  /** What follows the command. */
  readonly words: readonly string[];
}

function readOptions(): Options | undefined {
  try {
    const { values, positionals } = parseArgs({
      options: { config: { type: 'string' }, help: { type: 'boolean', short: 'h' }, version: { type: 'boolean' } },
      allowPositionals: true,
    });
    const [command, ...words] = positionals;
    if (values.help === true) console.log(usage());
    else if (values.version === true) console.log(version());
    else if (command === 'store') return { config: values.config, command, words };
    else if (command === 'route' && words.length < 2) fail('route needs a FILE and an ADDRESS; see dsnd --help');
    else if (command === 'route') return { config: values.config, command, words };
    else if ((command === 'check-config' || command === 'migrate') && words.length === 0)
      fail(`${command} needs a FILE; see dsnd --help`);
    else if (isCommand(command) && words.length <= 1) return { config: values.config, command, words };
    else fail(`${JSON.stringify(positionals.join(' '))} is no command; see dsnd --help`);
  } catch (error) {
    fail(error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error));
  }
  return undefined;
}

type Command = 'hash-password' | 'check-config' | 'migrate';

function isCommand(word: string | undefined): word is Command | undefined {
  return word === undefined || word === 'hash-password' || word === 'check-config' || word === 'migrate';
}

function version(): string {
  const { version: text } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return `dsnd ${text} (Node ${process.versions.node})`;
}

function fail(what: string): void {
  console.error(`dsnd: ${what}`);
  process.exitCode = 2;
}
