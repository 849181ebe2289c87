import { closeSync, openSync, readSync } from 'node:fs';
import { isMbox, MboxSplitter } from './mbox.ts';

/** So much is read at a time. */
const ROOM_OCTETS = 2 ** 19;

/** Longer than any `From ` line. */
const START_OCTETS = 2048;

/** Whether a file is an mbox as it stands; false also for one that can't be read. */
export function isMboxFile(path: string): boolean {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    const start = Buffer.alloc(START_OCTETS);
    return isMbox(start.subarray(0, readSync(descriptor, start)));
  } catch {
    return false;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/**
 * The messages of an mbox file of any size, some at a time. They are views on memory that is used again and again, and so
 * are kept only until the next ones are asked for.
 */
export function* mboxGroups(path: string, roomOctets = ROOM_OCTETS): Generator<readonly Uint8Array[]> {
  const room = Buffer.allocUnsafeSlow(roomOctets);
  const splitter = new MboxSplitter();
  const descriptor = openSync(path, 'r');
  try {
    for (let kept = 0; ; kept = splitter.keep(room)) {
      const length = readSync(descriptor, room, kept, roomOctets - kept, null);
      if (length === 0) break;
      const messages = [...splitter.take(room.subarray(0, kept + length))];
      if (messages.length > 0) yield messages;
    }
    yield [...splitter.end()];
  } finally {
    closeSync(descriptor);
  }
}
