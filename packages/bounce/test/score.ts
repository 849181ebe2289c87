import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readBounce, REASONS, type Bounce } from '@dsnkit/bounce';

/** One message of the collection, with what is known of it. */
export interface Known {
  readonly file: string;
  readonly corpus: string;
  readonly kind: string | null;
  readonly isBounce: boolean | null;
  readonly standardDsn: boolean;
  readonly recipients: readonly string[] | null;
  readonly perRecipient: readonly { readonly status: string | null; readonly reason: string | null }[] | null;
  readonly portsAgree?: boolean;
  readonly wrappedFile?: string;
  /** The mail system that wrote it. */
  readonly mta: string | null;
}

interface Reference {
  readonly file: string;
  readonly rawDsn: readonly { readonly status: string | null }[];
  readonly consensus: readonly string[] | null;
}

const folder = fileURLToPath(new URL('../../../../shared/corpus/', import.meta.url));

/** True if the collection is there. */
export const hasCorpus = existsSync(`${folder}truth.json`);

const references = new Map<string, Reference>();

/** Every message of the collection. */
export function readKnown(): readonly Known[] {
  for (const reference of JSON.parse(readFileSync(`${folder}reference.json`, 'utf8')) as Reference[])
    references.set(reference.file, reference);
  return JSON.parse(readFileSync(`${folder}truth.json`, 'utf8')) as Known[];
}

/** The octets of a file of the collection. */
export function readMessage(file: string): Uint8Array {
  return new Uint8Array(readFileSync(`${folder}${file}`));
}

/** Three files in ten are held back: rules are written without a look at them. By the hash of the name, so that nobody chooses. */
export function isHeldBack(file: string): boolean {
  let hash = 0x811c9dc5;
  for (const octet of new TextEncoder().encode(file)) hash = Math.imul(hash ^ octet, 0x01000193) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
  return ((hash ^ (hash >>> 13)) >>> 0) % 10 < 3;
}

/** Right answers of how many, and the files with wrong ones. */
export interface Tally {
  right: number;
  of: number;
  readonly wrong: string[];
}

export type Figure = 'bounce or not' | 'false alarms' | 'recipients' | 'status class' | 'reason';
export type Score = Readonly<Record<Figure, Tally>>;

/** What the collections call a bounce: they count notices of delay among them. */
function tellsOfUndelivered({ isBounce, recipients }: Bounce): boolean {
  return isBounce || recipients.some(({ action }) => action === 'delayed');
}

/** Score messages, as `read` reads them; those that it has nothing for don't count. */
export function score(
  messages: readonly Known[],
  read: (known: Known) => Bounce | undefined = ({ file }) => readBounce(readMessage(file)),
): Score {
  const figures: Score = {
    'bounce or not': tally(),
    'false alarms': tally(),
    recipients: tally(),
    'status class': tally(),
    reason: tally(),
  };
  for (const known of messages) {
    const bounce = read(known);
    if (bounce === undefined) continue;
    const reference = references.get(known.file);
    const undelivered = tellsOfUndelivered(bounce);
    if (known.isBounce !== null) add(figures['bounce or not'], known.file, undelivered === known.isBounce, bounce.kind);
    if (known.isBounce === false) add(figures['false alarms'], known.file, !undelivered, bounce.kind);
    const expected = known.recipients ?? reference?.consensus ?? null;
    if (expected !== null && known.isBounce !== false) {
      const found = addresses(bounce.recipients.map(({ address }) => address));
      add(
        figures.recipients,
        known.file,
        found === addresses(expected),
        `${found} != ${addresses(expected)} (${bounce.format})`,
      );
    }
    scoreStatus(figures['status class'], known, reference, bounce);
    if (known.portsAgree === true) scoreReason(figures.reason, known, bounce);
  }
  return figures;
}

/** A standard report is scored against its own fields, anything else against what is asserted. */
function scoreStatus(figure: Tally, known: Known, reference: Reference | undefined, bounce: Bounce): void {
  const source = known.standardDsn ? (reference?.rawDsn ?? []) : (known.perRecipient ?? []);
  const expected = source.map(({ status }) => status?.charAt(0) ?? '').filter((digit) => digit !== '');
  if (expected.length === 0 || known.isBounce === false) return;
  const found = bounce.recipients.map(({ status }) => status?.charAt(0) ?? '');
  add(
    figure,
    known.file,
    [...found].sort().join() === [...expected].sort().join(),
    `${found.join()} != ${expected.join()} ${bounce.recipients[0]?.reason ?? ''}`,
  );
}

function scoreReason(figure: Tally, known: Known, bounce: Bounce): void {
  const expected = (known.perRecipient ?? []).map(({ reason }) => reason).filter((reason) => reason !== null);
  if (expected.length === 0) return;
  const named = (reason: string): boolean =>
    (reason === 'vacation' && bounce.kind === 'auto-reply') ||
    (reason === 'feedback' && bounce.kind === 'feedback') ||
    (reason === 'delivered' && bounce.kind === 'success') ||
    bounce.recipients.some((recipient) => REASONS[recipient.reason].sisimai.includes(reason));
  const found = bounce.recipients.map(({ reason }) => reason).join();
  add(
    figure,
    known.file,
    expected.every(named),
    `${found} != ${expected.join()} [${bounce.format}] ${bounce.recipients[0]?.evidence.find(({ of }) => of === 'reason')?.by ?? ''} / ${(bounce.recipients[0]?.diagnosticCode?.value ?? bounce.recipients[0]?.reply?.lines.join(' ') ?? '').slice(0, 90)}`,
  );
}

function addresses(list: readonly string[]): string {
  return [...new Set(list.map((address) => address.toLowerCase()))].sort().join();
}

function add(figure: Tally, file: string, right: boolean, note: string): void {
  figure.of++;
  if (right) figure.right++;
  else figure.wrong.push(`${file}: ${note}`);
}

function tally(): Tally {
  return { right: 0, of: 0, wrong: [] };
}
