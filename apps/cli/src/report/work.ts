import { Readable } from 'node:stream';
import { filesOf } from '../input/files.ts';
import { isSmall, readWhole, streamMessages, type Input, type InputMessage } from '../input/messages.ts';

/** A piece of work: files to read, or messages of a file that is too big to be read in one go. */
export type Work =
  | { readonly kind: 'files'; readonly files: readonly string[] }
  | { readonly kind: 'messages'; readonly messages: readonly InputMessage[] };

const FILES = 64;
const OCTETS = 2 ** 19;

/** Cuts the input into pieces of work, in its order. */
export async function* workOf(paths: readonly string[], input: Input): AsyncGenerator<Work> {
  let files: string[] = [];
  let size = 0;
  for (const file of filesOf(paths, input.complain)) {
    if (isSmall(file)) {
      files.push(file.path);
      size += file.size ?? 0;
      if (files.length < FILES && size < OCTETS) continue;
    }
    if (files.length > 0) yield { kind: 'files', files };
    files = [];
    size = 0;
    if (!isSmall(file)) yield* gathered(streamMessages(file, input));
  }
  if (files.length > 0) yield { kind: 'files', files };
}

async function* gathered(messages: AsyncIterable<InputMessage>): AsyncGenerator<Work> {
  let group: InputMessage[] = [];
  let size = 0;
  for await (const message of messages) {
    group.push(message);
    size += message.octets.length;
    if (size < OCTETS) continue;
    yield { kind: 'messages', messages: group };
    group = [];
    size = 0;
  }
  if (group.length > 0) yield { kind: 'messages', messages: group };
}

/** The messages of a piece of work. */
export async function messagesOf(work: Work, complain: (message: string) => void): Promise<readonly InputMessage[]> {
  if (work.kind === 'messages') return work.messages;
  const messages: InputMessage[] = [];
  // Standard input is no file, so it is never asked for.
  const stdin = (): AsyncIterable<Uint8Array> => Readable.from([]);
  for (const file of work.files) {
    const whole = readWhole(file, complain);
    if (whole !== undefined) messages.push(...whole);
    else
      for await (const message of streamMessages({ path: file, size: undefined }, { stdin, complain }))
        messages.push(message);
  }
  return messages;
}
