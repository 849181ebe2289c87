import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { AwsClient } from 'aws4fetch';
import type { BodiesConfig } from '../../src/config.ts';
import { freePort, waitFor } from './dsnd.ts';

/** OpenStack Swift with its middleware for the protocol of Amazon S3, and one bucket. */
export interface Swift {
  readonly config: Required<BodiesConfig>;
  /** Takes what answers clients away; the objects stay. */
  stop(): Promise<void>;
  /** Brings it back, at the same port. */
  start(): Promise<void>;
  dispose(): Promise<void>;
}

const KINDS = ['account', 'container', 'object'] as const;
const USER = 'test:tester';
const SECRET = 'testing-secret';

/** Why there is no Swift here; undefined if there is one. */
export function swiftMissing(): string | undefined {
  const programs = [...KINDS, 'proxy'].map((kind) => `swift-${kind}-server`);
  const lacking = programs.filter((name) => spawnSync('which', [name]).status !== 0);
  if (lacking.length > 0) return `${lacking.join(', ')} of Debian's Swift are not here`;
  return hasAttributes() ? undefined : 'the files of this folder have no extended attributes';
}

function hasAttributes(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'dsnkit-swift-'));
  const program = `import os; os.setxattr(${JSON.stringify(folder)}, 'user.swift.metadata', b'x')`;
  const { status } = spawnSync('python3', ['-c', program]);
  rmSync(folder, { recursive: true, force: true });
  return status === 0;
}

/** Starts one in a folder of its own, and makes a bucket. */
export async function startSwift(): Promise<Swift> {
  const home = mkdtempSync(join(tmpdir(), 'dsnkit-swift-'));
  const children: ChildProcess[] = [];
  mkdirSync(join(home, 'devices', 'd1'), { recursive: true });
  for (const kind of KINDS) {
    const port = await freePort();
    makeRing(home, kind, port);
    writeFileSync(join(home, `${kind}.conf`), storageConf(home, kind, port));
    children.push(run(home, kind));
  }
  const port = await freePort();
  writeFileSync(join(home, 'proxy.conf'), proxyConf(home, port));
  const endpoint = `http://127.0.0.1:${port}`;
  let proxy: ChildProcess | undefined;
  const stop = async (): Promise<void> => {
    const stopped = proxy;
    proxy = undefined;
    if (stopped !== undefined) await end(stopped);
  };
  const start = async (): Promise<void> => {
    proxy = run(home, 'proxy');
    const client = new AwsClient({
      ...{ accessKeyId: USER, secretAccessKey: SECRET, service: 's3', region: 'us-east-1', retries: 0 },
    });
    const isDone = async (method: string, path: string): Promise<boolean> => {
      const answer = await client.fetch(`${endpoint}/mail${path}`, { method }).catch(() => undefined);
      await answer?.arrayBuffer();
      return answer !== undefined && [200, 204, 409].includes(answer.status);
    };
    // All of its servers have to be there.
    await waitFor(async () => {
      for (const [method, path] of [
        ['PUT', ''],
        ['PUT', '/probe'],
        ['GET', '/probe'],
        ['DELETE', '/probe'],
      ] as const)
        if (!(await isDone(method, path))) return false;
      return true;
    });
  };
  await start();
  return {
    config: {
      ...{ endpoint, bucket: 'mail', region: 'us-east-1', prefix: 'dsnd/', accessKey: USER, secretKey: SECRET },
      secretKeyFile: join(home, 'secret'),
    },
    stop,
    start,
    async dispose() {
      await Promise.all([stop(), ...children.map(end)]);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function makeRing(home: string, kind: string, port: number): void {
  const builder = (...words: string[]): unknown =>
    execFileSync('swift-ring-builder', [`${kind}.builder`, ...words], { cwd: home, stdio: 'pipe' });
  builder('create', '2', '1', '0');
  builder('add', `r1z1-127.0.0.1:${port}/d1`, '1');
  // Exit code 1 says that there was something to warn of: one copy, as wanted.
  spawnSync('swift-ring-builder', [`${kind}.builder`, 'rebalance'], { cwd: home });
}

function storageConf(home: string, kind: string, port: number): string {
  return `[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${port}
devices = ${home}/devices
mount_check = false
swift_dir = ${home}
user = ${userInfo().username}
workers = 0
[pipeline:main]
pipeline = ${kind}-server
[app:${kind}-server]
use = egg:swift#${kind}
`;
}

function proxyConf(home: string, port: number): string {
  return `[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${port}
swift_dir = ${home}
user = ${userInfo().username}
workers = 0
[pipeline:main]
pipeline = catch_errors gatekeeper proxy-logging cache listing_formats s3api tempauth copy slo dlo versioned_writes proxy-logging proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:tempauth]
use = egg:swift#tempauth
user_${USER.replace(':', '_')} = ${SECRET} .admin
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
${['catch_errors', 'gatekeeper', 'proxy-logging', 'listing_formats', 's3api', 'copy', 'slo', 'dlo', 'versioned_writes']
  .map((name) => `[filter:${name}]\nuse = egg:swift#${name.replace('proxy-logging', 'proxy_logging')}\n`)
  .join('')}`;
}

function run(home: string, kind: string): ChildProcess {
  return spawn(`swift-${kind}-server`, [join(home, `${kind}.conf`)], { cwd: home, stdio: 'ignore' });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
