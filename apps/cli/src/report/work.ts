import { Readable } from 'node:stream';
import { filesOf, type InputFile } from '../input/files.ts';
import { isMboxFile, mboxGroups } from '../input/mbox-file.ts';
import { isSmall, readWhole, streamMessages, type Input, type InputMessage } from '../input/messages.ts';
import { reasonOf } from '../input/reason.ts';
import { Room } from '../input/room.ts';
import { Teller, type BatchResult, type View } from './batch.ts';

/** A piece of work: files to read, or messages of a file that is too big to be read in one go. */
export type Work =
  | { readonly kind: 'files'; readonly files: readonly string[] }
  /** They may be overwritten once the next piece is asked for. */
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
    if (!isSmall(file)) yield* large(file, input);
  }
  if (files.length > 0) yield { kind: 'files', files };
}

function large(file: InputFile, input: Input): AsyncGenerator<Work> | Generator<Work> {
  return file.size !== undefined && isMboxFile(file.path)
    ? fromMbox(file.path, input)
    : gathered(streamMessages(file, input));
}

function* fromMbox(file: string, { complain }: Input): Generator<Work> {
  let index = 0;
  try {
    for (const group of mboxGroups(file))
      yield { kind: 'messages', messages: group.map((octets) => ({ file, index: ++index, octets })) };
  } catch (error) {
    complain(`${file}: ${reasonOf(error)}`);
  }
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

const room = new Room();

/** Does a piece of work. Files are told one by one, since the next one takes the room of the last. */
export async function perform(work: Work, view: View, complain: (message: string) => void): Promise<BatchResult> {
  const teller = new Teller(view);
  if (work.kind === 'messages') return teller.tell(work.messages).result();
  // Standard input is no file, so it is never asked for.
  const stdin = (): AsyncIterable<Uint8Array> => Readable.from([]);
  for (const file of work.files) {
    const whole = readWhole(file, complain, room);
    if (whole !== undefined) teller.tell(whole);
    else
      for await (const message of streamMessages({ path: file, size: undefined }, { stdin, complain }))
        teller.tell([message]);
  }
  return teller.result();
}
