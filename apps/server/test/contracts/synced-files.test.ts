import { readdirSync, readlinkSync } from 'node:fs';
import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FileMailboxes } from '../../src/adapters/files/file-mailboxes.ts';
import { openSqliteQueueStore } from '../../src/adapters/sqlite/queue-store.ts';
import { contentOf } from '../../src/queue/content.ts';
import { octets } from './queue-samples.ts';

let directory = '';
/** What was synced, in its order; for directories also what lay in them then. */
let synced: string[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dsnd-synced-'));
  synced = [];
  const handle = await open(directory, 'r');
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  for (const method of ['sync', 'datasync'] as const) {
    const original = Object.getOwnPropertyDescriptor(prototype, method)?.value as FileHandle['sync'];
    vi.spyOn(prototype, method).mockImplementation(async function (this: FileHandle) {
      const path = readlinkSync(`/proc/self/fd/${this.fd}`);
      const { size } = await this.stat();
      const isDirectory = (await this.stat()).isDirectory();
      const what = isDirectory ? `of ${readdirSync(path).length}` : `${size} octets`;
      synced.push(`${relative(directory, path).replace(/\d.*|0000.*/, 'NAME')}: ${what}`);
      await original.call(this);
    });
  }
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(directory, { recursive: true });
});

describe.skipIf(process.platform !== 'linux')('what a power cut must not take (skips where there is no /proc)', () => {
  it('RFC 5321 §4.2.5: a large content is synced whole, and then its name, before it can be accepted', async () => {
    const store = await openSqliteQueueStore(directory);
    const spool = await store.spool();
    await spool.write(octets('large'));
    await spool.write(octets(' and more'));
    synced = [];
    await spool.finish();
    expect(synced).toEqual(['spool/NAME: 14 octets', 'spool: of 1']);
    await store.close();
  });

  it('a message in a Maildir is synced whole, and then its name, before it counts as delivered', async () => {
    const mailboxes = new FileMailboxes();
    const delivery = { directory, folder: 'bob@example.org', prefix: octets('Return-Path: <>\r\n') };
    await mailboxes.deliver({ ...delivery, key: '1.q1n0', content: contentOf([octets('first')]) });
    synced = [];
    await mailboxes.deliver({ ...delivery, key: '1.q2n0', content: contentOf([octets('second')]) });
    expect(synced).toEqual(['bob@example.org/tmp/NAME: 23 octets', 'bob@example.org/new: of 2']);
  });
});
