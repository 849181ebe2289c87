import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { Backlog } from './backlog.ts';
import type { Round } from './backlog.ts';
import { QueueDatabase } from './queue-database.ts';
import type { Answer, Batch, Operation, Read, Reply, WorkerOptions } from './messages.ts';
import { toStoreError } from './schema.ts';

const port = parentPort;
if (port === null) throw new Error('This file is the worker of the SQLite queue; it is not run by itself');

const backlog = new Backlog();
/** The contents of a batch, until all of its operations are done that brought some. */
interface Load {
  readonly contents: ArrayBuffer;
  operations: number;
}
const loads = new Map<Operation, Load>();
const database = open(workerData as WorkerOptions);
if (database !== undefined) {
  port.on('message', (batch: Batch) => {
    backlog.add(unpack(batch));
    // What arrives while a transaction is committed shares the next one.
    while (!backlog.isEmpty) {
      const round = backlog.next();
      work(database, round);
      unload(round);
      addArrived();
    }
  });
}

/** Gives contents back: the collector of this thread, which makes few objects, would leave megabytes lying about. */
function unload({ accepts, writes }: Round): void {
  if (loads.size === 0) return;
  for (const operation of [...accepts, ...writes]) {
    const load = loads.get(operation);
    if (load === undefined) continue;
    loads.delete(operation);
    load.operations -= 1;
    if (load.operations === 0) load.contents.transfer(0);
  }
}

function open(options: WorkerOptions): QueueDatabase | undefined {
  try {
    const opened = new QueueDatabase(options);
    say({ kind: 'ready', spooled: opened.spooled() });
    return opened;
  } catch (error) {
    say({ kind: 'refused', failure: refusal(error) });
    return undefined;
  }
}

function addArrived(): void {
  for (;;) {
    const next = port === null ? undefined : receiveMessageOnPort(port);
    if (next === undefined) return;
    backlog.add(unpack((next as { readonly message: Batch }).message));
  }
}

/** Gives each operation its texts, and each message that is not spooled its content. */
function unpack({ operations, contents, ends, texts }: Batch): readonly Operation[] {
  const unpacked = JSON.parse(operations) as readonly Operation[];
  let next = 0;
  for (const operation of unpacked) {
    if (operation.kind === 'accept-held') {
      for (const message of operation.messages) {
        message.envelope = texts[next++] ?? '';
        message.recipients = texts[next++] ?? '';
      }
    } else if ('messages' in operation) {
      for (const message of operation.messages) message.envelope = texts[next++] ?? '';
    }
    if ('events' in operation && operation.events !== undefined) operation.events = texts[next++];
  }
  if (contents === undefined) return unpacked;
  const load: Load = { contents, operations: 0 };
  let index = 0;
  let start = 0;
  for (const operation of unpacked) {
    if (!('messages' in operation) || operation.messages.length === 0) continue;
    load.operations += 1;
    loads.set(operation, load);
    for (const message of operation.messages) {
      if (message.spool !== null) continue;
      const end = ends[index++] ?? start;
      message.content = new Uint8Array(contents, start, end - start);
      start = end;
    }
  }
  return unpacked;
}

function work(queue: QueueDatabase, { accepts, writes, reads }: Round): void {
  if (accepts.length + writes.length > 0) {
    const failures = queue.write([...accepts, ...writes]);
    const counts = { accepts: accepts.length, writes: writes.length };
    say({ kind: 'written', ...counts, failures, ...queue.takeAftermath() });
  }
  if (reads.length === 0) return;
  const answers = reads.map((read) => answer(queue, read));
  say({ kind: 'answered', answers, ...queue.takeAftermath() }, pack(answers));
  if (reads.some(({ kind }) => kind === 'close')) port?.close();
}

function answer(queue: QueueDatabase, read: Read): Answer {
  try {
    return { value: evaluate(queue, read) };
  } catch (error) {
    return { refusal: refusal(error) };
  }
}

function evaluate(queue: QueueDatabase, read: Read): unknown {
  switch (read.kind) {
    case 'claim':
      return queue.claim(read);
    case 'content':
      return queue.content(read.messageId);
    case 'claim-message':
      return queue.claimMessage(read);
    case 'journal':
      return queue.journal(read.ask);
    case 'inspect':
      return queue.inspect(read.ask);
    case 'next-due':
      return queue.nextDueAtMs(read.except);
    case 'counts':
      return queue.counts();
    case 'probe':
      queue.probe();
      return undefined;
    case 'close':
      queue.close();
      return undefined;
  }
}

/** Puts the content of all answers into one buffer: to hand many over costs more than to copy them. */
function pack(answers: readonly Answer[]): ArrayBuffer[] {
  const found: { content: Uint8Array<ArrayBuffer> }[] = [];
  for (const given of answers) {
    const value = 'value' in given ? given.value : undefined;
    for (const part of Array.isArray(value) ? (value as readonly unknown[]) : [value]) {
      if (hasContent(part)) found.push(part);
    }
  }
  if (found.length === 0) return [];
  const octets = new Uint8Array(found.reduce((sum, { content }) => sum + content.length, 0));
  let offset = 0;
  for (const part of found) {
    octets.set(part.content, offset);
    part.content = octets.subarray(offset, (offset += part.content.length));
  }
  return [octets.buffer];
}

function hasContent(part: unknown): part is { content: Uint8Array<ArrayBuffer> } {
  return (part as { readonly content?: unknown } | undefined)?.content instanceof Uint8Array;
}

function refusal(error: unknown): { readonly code: ReturnType<typeof toStoreError>['code']; readonly message: string } {
  const { code, message } = toStoreError(error);
  return { code, message };
}

function say(reply: Reply, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(reply, transfer);
}
