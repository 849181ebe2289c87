import type { Action } from '@dsnkit/delivery-status';
import type { Explanation } from './explanation.ts';

/** One of the five actions; undefined for any other word. RFC 3464 §2.3.3. */
export function explainAction(word: string): Explanation | undefined {
  const action = word.toLowerCase();
  const row = ACTIONS.get(action);
  if (row === undefined) return undefined;
  const [headline, final, status, owed] = row;
  const facts = [
    ['final', final],
    ['status', status],
    ['sentWith', owed],
    ['clause', 'RFC 3464 §2.3.3'],
  ] as const;
  return { kind: 'action', subject: action, headline, facts };
}

type Row = readonly [headline: string, final: string, status: string, owed: string];

const ACTIONS: ReadonlyMap<string, Row> = new Map<Action, Row>([
  [
    'failed',
    [
      'the message was not delivered, and the reporting host will not try again',
      'yes: no further report about this recipient is to be expected',
      '5.X.X, or 4.X.X when time ran out over a passing trouble',
      'NOTIFY with FAILURE, or without NOTIFY',
    ],
  ],
  [
    'delayed',
    [
      'the message has not been delivered yet; the reporting host goes on trying',
      'no: another report may follow, whatever it says',
      '4.X.X',
      'NOTIFY with DELAY, or without NOTIFY; no host is obliged to send one',
    ],
  ],
  [
    'delivered',
    [
      'the message lies in the mailbox, or with the mailing list; nobody need have read it',
      'yes',
      '2.X.X',
      'NOTIFY with SUCCESS',
    ],
  ],
  [
    'relayed',
    [
      'the message went on to a host that confirms nothing; whether it arrives stays open',
      'no success can be expected from there on, a failure may still come',
      '2.X.X',
      'NOTIFY with SUCCESS, where the next host does not announce DSN',
    ],
  ],
  [
    'expanded',
    [
      'the address is an alias of several, and the message went on to all of them',
      'no: failures of single members may follow',
      '2.X.X',
      'NOTIFY with SUCCESS, at an alias; never at a mailing list',
    ],
  ],
]);
