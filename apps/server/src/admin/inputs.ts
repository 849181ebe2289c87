import { parseDateTime, parseDay } from '@dsnkit/esmtp-parameters';
import * as v from 'valibot';

/** Values of requests, as texts of a query or of JSON. */

const said = <S extends v.GenericSchema>(schema: S, words: string) => v.pipe(schema, v.description(words));

/** At most this long, and without control characters. */
export function line(maxLength: number, words: string) {
  return v.pipe(
    v.string(),
    v.maxLength(maxLength),
    v.regex(/^[^\u0000-\u001f\u007f]*$/, 'has a control character'),
    v.description(words),
  );
}

/** The same for what becomes an address: without all that ends a line for some reader, as with SMTP. */
export function addressLine(maxLength: number, words: string) {
  return v.pipe(
    v.string(),
    v.maxLength(maxLength),
    v.regex(/^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$/, 'has a control character'),
    v.description(words),
  );
}

export const id = v.pipe(v.string(), v.regex(/^[A-Za-z0-9]{1,64}$/, 'is no queue id'), v.description('Queue id'));

export const limit = v.optional(
  v.pipe(
    v.string(),
    v.regex(/^([1-9]\d{0,2}|1000)$/, 'is not allowed: expected 1 to 1000'),
    v.description('At most so many, 1 to 1000'),
    v.transform(Number),
  ),
  '50',
);

export const cursor = v.optional(line(500, 'next of the page before'));

/** A cursor that is a place in numbers: of anything else nothing would follow, as if that were the end. */
export const place = v.optional(
  v.pipe(
    v.string(),
    v.regex(/^\d{1,16}(:-?\d{1,16}){0,3}$/, 'is not allowed: expected next of the page before'),
    v.description('next of the page before'),
  ),
);

/** A time as a text, or a day, which begins at 00:00 UTC. */
export function time(words: string) {
  return v.pipe(
    v.string(),
    v.check((text) => timeOf(text) !== undefined, 'is no RFC 3339 time'),
    v.description(words),
  );
}

/** A time in the query. */
export function instant(words: string) {
  return v.optional(v.pipe(time(`${words}, as 2026-01-31T12:00:00Z`), v.transform(timeOf)));
}

/** RFC 3339 §5.6: a day, or a time with seconds and the distance from UTC; a space may stand between the two. */
export function timeOf(text: string): number | undefined {
  return (parseDay(text) ?? parseDateTime(text.replace(' ', 'T')))?.getTime();
}

export const address = addressLine(1000, 'An address, without angle brackets');
export const destination = line(1000, 'A destination, as the queue names it: smtp://mx.example.net:25');

const recipient = v.optional(said(address, 'Only this recipient of the message'));

/** What an action is about: a message, one recipient of it, or all that waits for a destination. */
export const target = {
  messageId: v.optional(id),
  recipient,
  destination: v.optional(destination),
};

/** The conditions of all targets. */
export function oneTarget({
  messageId,
  recipient: named,
  destination: hop,
}: {
  readonly messageId?: string | undefined;
  readonly recipient?: string | undefined;
  readonly destination?: string | undefined;
}): boolean {
  return (messageId === undefined) !== (hop === undefined) && (named === undefined || messageId !== undefined);
}

export const TARGET_RULE = 'needs either messageId (and recipient, for one of several) or destination';
