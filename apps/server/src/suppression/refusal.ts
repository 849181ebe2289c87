import { formatDate } from '@dsnkit/delivery-status';
import type { Reply } from '@dsnkit/smtp';
import type { Suppression } from '../ports.ts';

/** The reply to RCPT for an address on the list: whose list it is, why, and until when. */
export function refusalOf({ status, untilMs, sinceMs }: Suppression): Reply {
  const why = status === undefined ? '' : `; mail to it failed with ${status}`;
  const until = untilMs === undefined ? '' : ` until ${formatDate(new Date(untilMs))}`;
  return {
    ...{ code: 550, status: '5.1.1' },
    lines: [
      `This server keeps the address on its suppression list${until}`,
      `It stands there since ${formatDate(new Date(sinceMs))}${why}`,
    ],
  };
}
