import { hostname } from 'node:os';
import type { ReceivedReply } from '@dsnkit/smtp';
import type { Dialogue } from './dialogue.ts';

/** EHLO keywords in upper case, with what follows them. */
export type Extensions = ReadonlyMap<string, string>;

/** Greets with EHLO or LHLO, and with HELO a server that does not know EHLO. RFC 5321 §3.2. */
export async function greet(
  dialogue: Dialogue,
  name: string,
  lmtp: boolean,
): Promise<{ readonly reply: ReceivedReply; readonly extensions: Extensions }> {
  const reply = await dialogue.command(`${lmtp ? 'LHLO' : 'EHLO'} ${name}`);
  if (reply.code >= 500 && !lmtp) return { reply: await dialogue.command(`HELO ${name}`), extensions: new Map() };
  return { reply, extensions: reply.code < 300 ? extensionsOf(reply) : new Map() };
}

/** The keywords that a reply to EHLO lists. RFC 5321 §4.1.1.1. */
export function extensionsOf(reply: ReceivedReply): Extensions {
  const extensions = new Map<string, string>();
  for (const line of reply.raw.slice(1)) {
    const [keyword = '', ...words] = line.slice(4).trim().split(' ');
    if (keyword !== '') extensions.set(keyword.toUpperCase(), words.join(' '));
  }
  return extensions;
}

/** What this host calls itself; its address literal where the name would not do. RFC 5321 §4.1.3. */
export function ownName(): string {
  const name = hostname();
  return /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(name) ? name : '[127.0.0.1]';
}
