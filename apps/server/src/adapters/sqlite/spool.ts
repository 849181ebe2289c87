import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Content } from '../../model.ts';
import { StoreError } from '../../ports.ts';
import type { Spool, SpooledContent } from '../../ports.ts';
import type { Room } from './room.ts';

const pieceOctets = 65_536;

/** The files that hold content too large for memory. */
export class SpoolDirectory {
  readonly #directory: string;
  readonly #room: Room;
  /** Finished content that no message names yet. */
  readonly #finished = new Set<string>();
  /** Content of messages that may have been accepted, though we heard otherwise. */
  readonly #tried = new Set<string>();
  /** Files that are being written. */
  readonly #open = new Set<FileHandle>();
  readonly #removals = new Set<Promise<unknown>>();
  #count = 0;

  constructor(directory: string, room: Room) {
    this.#directory = directory;
    this.#room = room;
  }

  /**
   * Makes the directory, and removes what no message names: left over when a process ended while receiving.
   *
   * @throws {StoreError} 'corrupt' if content is missing that a message names
   */
  async open(named: readonly string[]): Promise<void> {
    const keep = new Set(named);
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const there = await readdir(this.#directory);
    const missing = keep.difference(new Set(there));
    for (const name of missing) throw new StoreError('corrupt', `The store is damaged: spool/${name} is missing`);
    for (const name of there) {
      if (!keep.has(name)) await rm(this.#path(name), { force: true });
      // Names count on, so that a name is never used twice while its content stands.
      this.#count = Math.max(this.#count, Number.parseInt(name, 36) || 0);
    }
    await syncDirectory(this.#directory);
  }

  /** Begins a new content. */
  async create(): Promise<Spool> {
    const name = (++this.#count).toString(36).padStart(8, '0');
    const file = await failing(open(this.#path(name), 'wx', 0o600));
    this.#open.add(file);
    let sizeOctets = 0;
    return {
      write: async (octets) => {
        const complaint = this.#room.complaint(octets.length);
        if (complaint !== undefined) throw new StoreError('full', complaint);
        await failing(writeAll(file, octets));
        sizeOctets += octets.length;
      },
      finish: async (): Promise<SpooledContent> => {
        await failing(file.sync());
        await failing(this.#close(file));
        await failing(syncDirectory(this.#directory));
        this.#finished.add(name);
        return { kind: 'spooled', name, sizeOctets };
      },
      discard: async () => {
        const unfinished = await this.#close(file);
        // A commit that failed may yet lie on the disk, and come up with the next start: what is left over goes then.
        if (this.#tried.delete(name)) this.#finished.delete(name);
        else if (this.#finished.delete(name) || unfinished) await this.#remove(name);
      },
    };
  }

  /** A message that is being accepted names the content: it is not discarded any more. */
  take(name: string): void {
    this.#finished.delete(name);
    this.#tried.delete(name);
  }

  /** The message was not accepted after all; `isSure` if nothing can have been written of it. */
  giveBack(name: string, isSure: boolean): void {
    this.#finished.add(name);
    if (!isSure) this.#tried.add(name);
  }

  isFinished(name: string): boolean {
    return this.#finished.has(name);
  }

  /** Removes content that no message names. What can't be removed now goes when the queue is opened the next time. */
  removeLater(name: string): void {
    const removal = this.#remove(name).catch(() => undefined);
    this.#removals.add(removal);
    void removal.then(() => this.#removals.delete(removal));
  }

  /** Waits for the removals that are under way, and gives up what was not finished. */
  async close(): Promise<void> {
    await Promise.all([...this.#removals, ...[...this.#open].map((file) => this.#close(file))]);
  }

  async content(name: string): Promise<Content> {
    const path = this.#path(name);
    const { size } = await failing(stat(path));
    return {
      sizeOctets: size,
      read: () => createReadStream(path, { highWaterMark: pieceOctets }),
      readInPlace: () => readInPlace(path),
    };
  }

  /** False: it was closed before. */
  async #close(file: FileHandle): Promise<boolean> {
    const wasOpen = this.#open.delete(file);
    if (wasOpen) await file.close();
    return wasOpen;
  }

  async #remove(name: string): Promise<void> {
    await rm(this.#path(name), { force: true });
  }

  #path(name: string): string {
    return join(this.#directory, name);
  }
}

/** Makes the names in a directory durable. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  await handle.sync().finally(() => handle.close());
}

async function writeAll(file: FileHandle, octets: Uint8Array): Promise<void> {
  for (let offset = 0; offset < octets.length;) {
    const { bytesWritten } = await file.write(octets, offset, octets.length - offset);
    offset += bytesWritten;
  }
}

/** Says what the file system reported in the words of the store. */
export async function failing<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new StoreError(code === 'ENOSPC' || code === 'EDQUOT' ? 'full' : 'io', `The store failed: ${message}`);
  }
}

/** Two pieces of memory in turn, so that the next can be read while the last is on its way. */
async function* readInPlace(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  try {
    const room = [Buffer.allocUnsafeSlow(pieceOctets), Buffer.allocUnsafeSlow(pieceOctets)] as const;
    for (let turn = 0; ; turn ^= 1) {
      const piece = turn === 0 ? room[0] : room[1];
      const { bytesRead } = await file.read(piece, 0, pieceOctets, null);
      if (bytesRead === 0) return;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
