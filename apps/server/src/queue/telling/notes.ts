import type { Content, Message, Recipient } from '../../model.ts';
import type { NewMessage } from '../../ports.ts';
import { readWhole } from '../content.ts';

/**
 * Notes are messages that this server keeps in the queue for itself until several of them are told together: there they
 * are as safe as the mail, and one transaction stores them with the outcome that they tell of.
 */
export type NoteKind = (typeof kinds)[number];

/** For the postmaster's digest; a report that is held; the sender behind a return path of ours. */
const kinds = ['digest', 'held', 'sent'] as const;

/** A note: a value, and octets that belong to it. */
export interface Note {
  readonly kind: NoteKind;
  readonly id: string;
  readonly value: unknown;
  readonly octets: Uint8Array;
  readonly dueAtMs: number;
  /** Notes with the same word wait under one destination, and are claimed together. */
  readonly group?: string;
}

/** Others have a destination of their own, so that no limit per destination keeps some of them back. */
const PREFIX = 'note:';

/** The kind of note that waits under a destination key; undefined if it is the key of a next hop. */
export function noteKind(destination: string): NoteKind | undefined {
  if (!destination.startsWith(PREFIX)) return undefined;
  return kinds.find((kind) => destination.startsWith(`${PREFIX}${kind}:`));
}

/** Whether something waits under this destination key that is no message. */
export function isNote(destination: string): boolean {
  return destination.startsWith(PREFIX);
}

/** The end of the span of time that holds `nowMs`: spans follow the clock, so that a restart changes nothing. */
export function spanEnd(nowMs: number, spanMs: number): number {
  return (Math.floor(nowMs / spanMs) + 1) * spanMs;
}

/** A note as a message for the queue. */
export function noteMessage({ kind, id, value, octets, dueAtMs, group = id }: Note, nowMs: number): NewMessage {
  const head = new TextEncoder().encode(`${JSON.stringify(value)}\n`);
  const message: Message = {
    id,
    reversePath: '',
    mailParameters: '',
    arrivedAtMs: nowMs,
    origin: 'report',
    sizeOctets: head.length + octets.length,
  };
  const recipient: Recipient = {
    n: 0,
    address: '',
    parameters: '',
    destination: `${PREFIX}${kind}:${group}`,
    attempts: 0,
    dueAtMs,
    retryAtMs: dueAtMs,
    delayReported: true,
  };
  return { message, recipients: [recipient], content: octets.length === 0 ? [head] : [head, octets] };
}

/** Reads a note back. */
export async function readNote(content: Content): Promise<Pick<Note, 'value' | 'octets'>> {
  const whole = await readWhole(content);
  const end = whole.indexOf(10);
  const value: unknown = JSON.parse(new TextDecoder().decode(whole.subarray(0, end)));
  return { value, octets: whole.subarray(end + 1) };
}
