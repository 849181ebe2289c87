import type { RemoteReply } from '@dsnkit/dsn-policy';

/** RFC 5321 §4.5.3.1.5 allows 512 octets in a reply line; beyond twice that, and fifty lines, nothing is told. */
const MOST_LINES = 50;
const LONGEST_LINE = 1024;

/** The characters of all replies in a report, and those of one that it may have however many there are. */
const MOST_TOGETHER = 1_048_576;
const LEAST_EACH = 1024;

/**
 * A reply of decent size, in one that has the shape of the whole: the last lines are the last. A host may answer as much as
 * it likes for each of very many recipients, and all of it would stand in one report.
 *
 * @param among - So many recipients share the report.
 */
export function boundedReply(remote: RemoteReply, among: number): RemoteReply {
  const [first = '', ...rest] = remote.lines.map((line) => line.slice(0, LONGEST_LINE).toWellFormed());
  let room = Math.max(LEAST_EACH, Math.floor(MOST_TOGETHER / among)) - first.length;
  const over = rest.findIndex((line) => (room -= line.length) < 0);
  const isWhole = over === -1 && rest.length < MOST_LINES;
  const fit = over === -1 ? rest : rest.slice(0, over);
  const kept = isWhole ? rest : [...fit.slice(0, MOST_LINES - 2), ...rest.slice(-1)];
  const lines: RemoteReply['lines'] = [first, ...kept];
  const mta = remote.mta.replace(/[^!-~\u00a0-\uffff]/g, '?').slice(0, 255);
  // A field may not be empty.
  return { ...remote, mta: mta === '' ? '?' : mta, lines: lines.some((line) => line.trim() !== '') ? lines : ['?'] };
}
