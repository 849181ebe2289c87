import { splitHeader } from '@dsnkit/multipart-report';
import type { Content, Message } from '../../model.ts';
import { composeDigest, digestField, type Unreported } from '../../notification/digest.ts';
import type { IdSource, NewMessage } from '../../ports.ts';
import { readStart } from '../content.ts';
import { noteMessage, spanEnd } from './notes.ts';
import type { Reporter } from './report.ts';

/** What telling the postmaster works with. */
export interface PostmasterParts {
  readonly hostname: string;
  readonly ids: IdSource;
  readonly now: () => number;
  readonly post: Reporter['post'];
  /** At most one digest in each span of this length; `undefined`: none at all. */
  readonly everyMs: number | undefined;
}

/** Keeps what no sender is told until the postmaster is. */
export interface Postmaster {
  /** Notes for the queue: they are stored with the outcomes that they tell of. */
  readonly keep: (
    message: Message,
    failures: readonly Unreported[],
    content: () => Promise<Content>,
  ) => Promise<readonly NewMessage[]>;
  /** The digest of what was kept. */
  readonly digest: (failures: readonly Unreported[]) => Promise<NewMessage>;
}

/** Failures that one digest lists. Of more the count is told, and the log has each. */
const MOST_LISTED = 100;

/** The header of a digest is short. */
const LOOKED_AT_OCTETS = 65_536;

/**
 * Makes the postmaster's notes.
 *
 * No loop can come of them: a digest goes from `<>` with NOTIFY=NEVER, at most one in each span, and what becomes of a
 * digest, by whatever way it went on, is never kept for another one.
 */
export function makePostmaster({ hostname, ids, now, post, everyMs }: PostmasterParts): Postmaster {
  let span = 0;
  let listed = 0;
  let uncounted = 0;
  const postmaster = `postmaster@${hostname}`;
  return {
    async keep(message, failures, content) {
      if (everyMs === undefined || (await isDigest(message, content))) return [];
      const nowMs = now();
      const dueAtMs = spanEnd(nowMs, everyMs);
      if (dueAtMs !== span) {
        span = dueAtMs;
        listed = 0;
      }
      const some = failures.slice(0, Math.max(0, MOST_LISTED - listed));
      listed += some.length;
      uncounted += failures.length - some.length;
      if (some.length === 0) return [];
      const note = { kind: 'digest', id: ids.next(), value: some, octets: new Uint8Array(), dueAtMs } as const;
      return [noteMessage(note, nowMs)];
    },
    async digest(failures) {
      const nowMs = now();
      const id = ids.next();
      const content = composeDigest({ hostname, postmaster, id, nowMs, failures, uncounted });
      uncounted = 0;
      const message = { id, reversePath: '', mailParameters: '', arrivedAtMs: nowMs, origin: 'report' } as const;
      return post(message, postmaster, content);
    },
  };
}

/** A digest of this server or another one's, as it left it or as a copy from an alias or a list. */
async function isDigest(message: Message, content: () => Promise<Content>): Promise<boolean> {
  if (message.reversePath !== '') return false;
  const { headers } = splitHeader(await readStart(await content(), LOOKED_AT_OCTETS));
  return headers.some(({ name }) => name.toLowerCase() === digestField.toLowerCase());
}
