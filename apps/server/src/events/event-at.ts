import type { MailEvent, NewEvent } from '../model.ts';

/** Completes an event with the message of which it tells, and its time. */
export function eventAt(event: NewEvent, messageId: string, atMs: number): MailEvent {
  return { ...event, messageId, atMs };
}
