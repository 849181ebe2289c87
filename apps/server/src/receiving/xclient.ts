import type { Reply } from '@dsnkit/smtp';
import type { ListenConfig } from '../config.ts';
import { isIpv4, isIpv6 } from '../routing/ip-address.ts';
import type { Logins } from './auth/login.ts';
import { saslPrep } from './auth/saslprep.ts';
import { newClient, type Client } from './client.ts';

const BAD_VALUE: Reply = { code: 501, status: '5.5.4', lines: ['Bad value'] };

/** Stands for an address that the proxy does not know. */
const UNKNOWN_ADDRESS = '0.0.0.0';

/**
 * Who a proxy says that it speaks for: ADDR, HELO, NAME and LOGIN of XCLIENT. What it leaves out stays as it was;
 * `[UNAVAILABLE]` and `[TEMPUNAVAIL]` mean that it does not know. PROTO, ports and destination say nothing that we use, but
 * a proxy whose ports are none has gone wrong.
 *
 * With ADDR the proxy steps aside: many pass on from then on what their client says, which must not give itself another
 * address or login, nor be taken for somebody as whom the proxy had logged in.
 */
export async function introduce(
  proxy: Client,
  attributes: ReadonlyMap<string, string>,
  listener: ListenConfig,
  logins: Logins | undefined,
): Promise<Client | Reply> {
  const address = addressOf(attributes.get('ADDR') ?? proxy.address);
  const helo = attributes.get('HELO');
  if (address === undefined || (helo !== undefined && !/^[!-~]{1,255}$/.test(helo))) return BAD_VALUE;
  if (!isPort(attributes.get('PORT')) || !isPort(attributes.get('DESTPORT'))) return BAD_VALUE;
  const introducedAs = known(helo) ?? proxy.introducedAs;
  const before = attributes.has('ADDR') ? undefined : proxy;
  const hostName = attributes.has('NAME') ? known(attributes.get('NAME')) : before?.hostName;
  const login = attributes.get('LOGIN');
  const user = login === undefined ? before?.user : await userOf(known(login), logins);
  return {
    ...newClient(address, listener),
    proxy: before?.proxy === true,
    ...(introducedAs === undefined ? {} : { introducedAs }),
    ...(hostName === undefined ? {} : { hostName }),
    ...(user === undefined ? {} : { user }),
  };
}

/** The proxy has checked the password; the list may still say what the user may send as. */
async function userOf(name: string | undefined, logins: Logins | undefined): Promise<Client['user']> {
  if (name === undefined || name === '') return undefined;
  return (await logins?.find(saslPrep(name) ?? name)) ?? { name };
}

function known(value: string | undefined): string | undefined {
  return value === undefined || /^\[(?:UNAVAILABLE|TEMPUNAVAIL)\]$/i.test(value) ? undefined : value;
}

/** As Postfix judges it: a number up to 65535 without leading zeros. */
function isPort(value: string | undefined): boolean {
  const port = known(value);
  return port === undefined || (/^(?:0|[1-9]\d{0,4})$/.test(port) && Number(port) <= 65_535);
}

function addressOf(value: string): string | undefined {
  const address = known(value);
  if (address === undefined) return UNKNOWN_ADDRESS;
  const plain = /^IPV6:/i.test(address) ? address.slice('IPV6:'.length) : address;
  return isIpv4(plain) || isIpv6(plain) ? plain : undefined;
}
