import type { Config, ReportConfig } from '../../config.ts';
import { makeLanguages } from '../../notification/language.ts';
import type { Claim, Clock, Crypto, EventSink, IdSource, QueueStore } from '../../ports.ts';
import { makeReturnPaths, type ReturnPaths } from '../../routing/return-path.ts';
import type { Router } from '../../routing/router.ts';
import { makeMaking, type Making } from './making.ts';
import type { NoteKind } from './notes.ts';
import { makePostmaster } from './postmaster.ts';
import { makeNoteWork } from './note-work.ts';
import { makeReporter, type Reporter, type ReportFiles } from './report.ts';
import { makeReturnedMail, type ReturnedMail } from '../returned.ts';
import { makeTeller, type Teller } from './tell.ts';
import { makeTurns } from '../turns.ts';

/** What telling of outcomes works with. */
export interface TellingParts {
  readonly hostname: string;
  readonly report: ReportConfig;
  readonly files?: ReportFiles;
  readonly store: QueueStore;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly events: EventSink;
  readonly router: Router;
  /** Return paths of our own, if a route has them; the router knows them. */
  readonly paths: ReturnPaths | undefined;
  readonly expect: (atMs: number) => void;
  /** How many clients waited at once of late. */
  readonly clients: () => number;
  readonly trouble: (error: unknown) => void;
}

/** All that tells of outcomes, put together. */
export interface Telling {
  readonly tell: Teller;
  readonly note: (kind: NoteKind, claim: Claim) => Promise<void>;
  readonly returned: ReturnedMail;
  readonly simplify: Reporter['simplify'];
  readonly making: Making;
}

/**
 * Puts together what tells senders and the postmaster of outcomes.
 *
 * @throws {RangeError} if `[report]` names a language for which there are no texts
 */
export function makeTelling(parts: TellingParts): Telling {
  const { hostname, report: config, files, ids, router, clock, trouble, paths, store } = parts;
  const now = () => clock.now();
  const reporter = makeReporter({
    ...{ hostname, ids, router, now, trouble },
    style: { languages: makeLanguages(config, files?.texts), html: config.html },
    dkimKeys: files?.dkimKeys ?? [],
    maxPerMinute: config.maxPerMinute,
    turn: makeTurns(clock, parts.clients),
  });
  const { digestEveryMs: everyMs } = config;
  const { post, report, simplify } = reporter;
  const making = makeMaking();
  const postmaster = makePostmaster({ hostname, ids, now, post, everyMs });
  return {
    simplify,
    making,
    tell: makeTeller({ returnedMaxOctets: config.returnedMaxOctets, now, report, keep: postmaster.keep, trouble }),
    returned: makeReturnedMail({
      ...{ hostname, store, router, now, trouble, memoryMs: config.returnPathMemoryMs },
      ...(paths === undefined ? {} : { paths }),
    }),
    note: makeNoteWork({ ...parts, reporter, postmaster, making, digestEveryMs: everyMs ?? DEFAULT_DIGEST_MS }),
  };
}

/** For notes of a time when digests were wanted. */
const DEFAULT_DIGEST_MS = 3_600_000;

/**
 * The return paths of this host, if a route has them or one had: as long as there is a key, what comes back is known.
 *
 * @throws {TypeError} if a route wants them and there is no key
 */
export function returnPathsOf(
  { hostname, routes }: Pick<Config, 'hostname' | 'routes'>,
  key: Uint8Array | undefined,
  crypto: Crypto | undefined,
): ReturnPaths | undefined {
  if (key !== undefined && crypto !== undefined) return makeReturnPaths(hostname, key, crypto);
  if (routes.some(({ verp }) => verp === true)) throw new TypeError('verp needs a key and crypto');
  return undefined;
}
