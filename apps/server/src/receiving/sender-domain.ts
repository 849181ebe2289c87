import type { Reply } from '@dsnkit/smtp';
import type { Resolver } from '../ports.ts';

/** RFC 7505 §4.2. */
const NULL_MX: Reply = { code: 550, status: '5.7.27', lines: ['The domain of the sender takes no mail'] };
const NOWHERE: Reply = { code: 550, status: '5.1.8', lines: ['The domain of the sender can not be found'] };
const NOT_NOW: Reply = { code: 450, status: '4.1.8', lines: ['The domain of the sender can not be looked up now'] };

/**
 * Why mail from a domain is not taken: a report about it would reach nobody (RFC 6409 §3.2, RFC 7505 §4.2). Undefined: a
 * report would find a host.
 */
export async function senderRefusal(domain: string, resolver: Resolver): Promise<Reply | undefined> {
  const exchangers = await resolver.mx(domain);
  switch (exchangers.kind) {
    case 'hosts':
      return undefined;
    case 'null-mx':
      return NULL_MX;
    case 'no-such-domain':
      return NOWHERE;
    case 'trouble':
      return NOT_NOW;
    case 'none':
  }
  // RFC 5321 §5.1: without MX a host of that name is its own exchanger.
  const host = await resolver.addresses(domain);
  if (host.kind === 'addresses') return undefined;
  return host.kind === 'trouble' ? NOT_NOW : NOWHERE;
}
