import {
  parseDiagnostic,
  plainAddress,
  plainMtaName,
  type Action,
  type RecipientFields,
  type SmtpReply,
  type TypedValue,
} from '@dsnkit/delivery-status';
import type { MimePart, ParsedReport } from '@dsnkit/multipart-report';
import type { Mail } from '../mail.ts';
import { ownReason } from '../own-reason.ts';
import { judge, type Facts, type Words } from '../recipient.ts';
import { declaredAddress, recipientAddress } from '../recipient-address.ts';
import { readBlocks, type Block } from '../text/blocks.ts';
import { findHost } from '../text/host.ts';
import { findCommand } from '../text/marks.ts';
import { findReply, readReply } from '../text/reply.ts';
import { exchangeFor, readTranscript, type Exchange } from '../text/transcript.ts';
import { placer, type Window } from '../text/window.ts';
import type { BouncedRecipient, Evidence } from '../types.ts';
import { groupEvidence } from './group-evidence.ts';

/** Words for people that stand beside fields: they tell the command, and what the fields leave out. */
export interface Beside extends Window {
  readonly blocks: readonly Block[];
  readonly byAddress: ReadonlyMap<string, Block>;
  readonly exchanges: readonly Exchange[];
}

type Group = Partial<RecipientFields>;

/** The recipients of a standard report: what fields declare counts, what the words beside them say completes it. */
export function readReport(report: ParsedReport, mail: Mail): BouncedRecipient[] {
  const groups = report.deliveryStatus?.recipients ?? [];
  const beside = openBeside(report, mail);
  const evidence = groupEvidence(report, mail);
  const action = usualAction(groups);
  return groups.flatMap((group, index) => {
    const address = addressFor(group, mail, groups.length, beside);
    return address === '' ? [] : [judge(factsOf(group, address, beside, evidence(index), action))];
  });
}

/** What fields declare of one recipient, completed by words beside them. */
export function factsOf(
  fields: Group,
  address: string,
  beside: Beside,
  evidence: { readonly list: readonly Evidence[]; readonly diagnostic: (by: string) => Evidence },
  action: Action,
): Facts {
  const { diagnosticCode, remoteMta } = fields;
  const { text, byAddress, exchanges, place } = beside;
  const block = blockFor(byAddress, fields, address);
  const exchange = exchangeFor(exchanges, address);
  const from = block?.spans[0]?.start ?? 0;
  const to = block?.spans.at(-1)?.end ?? Math.min(text.length, 3000);
  const inText = (by: string, at = 0): Evidence => ({ of: 'reason', source: 'text', ...place(at), by });
  const words: Words[] = [];
  const list = [...evidence.list];
  const own = ownReason(fields);
  if (own !== undefined) words.push({ text: own, evidence: (by) => ({ of: 'reason', source: 'field', by }) });
  let reply = diagnosticCode === undefined ? undefined : replyOf(diagnosticCode);
  if (diagnosticCode !== undefined && (isLocal(diagnosticCode.type) || diagnosticCode.value.length > 3)) {
    const said = `${isLocal(diagnosticCode.type) ? `${diagnosticCode.type};` : ''}${unfolded(diagnosticCode.value)}`;
    words.push({ text: said, evidence: (by) => evidence.diagnostic(by) });
  }
  if (reply === undefined && exchange !== undefined) {
    ({ reply } = exchange);
    list.push({ of: 'reply', source: 'text', ...place(exchange.at), by: '<<<' });
    words.push({ text: exchange.text, evidence: (by, at = 0) => inText(by, exchange.at + at) });
  }
  if (reply === undefined) {
    const found = findReply(text, from, to);
    if (found !== undefined) {
      ({ reply } = found);
      list.push({ of: 'reply', source: 'text', ...place(found.start), by: block === undefined ? 'text' : 'paragraph' });
    }
  }
  // Beside a reason of its own, a dsnkit server's words are those of the status, and those for another recipient.
  if (text !== '' && own === undefined)
    words.push({ text: text.slice(from, to), evidence: (by, at = 0) => inText(by, from + at) });
  if (fields.statusComment !== undefined)
    words.push({ text: fields.statusComment, evidence: (by) => ({ of: 'reason', source: 'field', by }) });
  const marked = findCommand(text, from, to);
  const command = (exchange?.about === undefined ? exchange?.stage : undefined) ?? marked?.stage;
  if (marked !== undefined && exchange === undefined)
    list.push({ of: 'command', source: 'text', ...place(marked.at), by: marked.stage });
  const host = remoteMta === undefined ? findHost(text, from, to) : plainMtaName(remoteMta);
  const expired = block === undefined ? -1 : findExpired(fields, text, from, to);
  if (expired >= 0) list.push({ of: 'action', source: 'text', ...place(expired), by: EXPIRED });
  return {
    address,
    fields: expired >= 0 ? { ...fields, action: 'failed' } : fields,
    action,
    reply,
    words,
    command,
    host: host === '' ? undefined : host,
    confidence: 'high',
    evidence: list,
  };
}

/**
 * Where a report that declares a delay says that it is over; -1 if it does not. OpenSMTPD declares `delayed` for a message
 * that it lets go at the end of its time, and its only sign is this reason in place of a reply.
 */
function findExpired({ action, status }: Group, text: string, from: number, to: number): number {
  if (action !== 'delayed' || status !== '4.4.7') return -1;
  const at = text.indexOf(EXPIRED, from);
  return at < to ? at : -1;
}

const EXPIRED = 'Envelope expired';

/** The words for people of a report, cut into what they say of each recipient. */
function openBeside({ humanReadable, ranges }: ParsedReport, mail: Mail): Beside {
  const text = (humanReadable.text ?? '').slice(0, 20_000);
  const part = ranges.human === undefined ? undefined : partAt(mail.opened.root, ranges.human.start);
  const place =
    part === undefined
      ? (): { offset: number; line: number } => ({ offset: 0, line: 1 })
      : placer(mail, part, part.parts.length > 0 ? undefined : text);
  return besideOf(text, place);
}

/** Words for people, cut into what they say of each recipient. */
export function besideOf(text: string, place: Window['place']): Beside {
  const blocks = readBlocks(text, text.length);
  const byAddress = new Map(blocks.map((block) => [block.address.toLowerCase(), block]));
  return { text, place, blocks, byAddress, exchanges: readTranscript(text, 0, text.length) };
}

function partAt(part: MimePart, start: number): MimePart | undefined {
  if (part.range.start === start) return part;
  for (const inner of part.parts) {
    const found = partAt(inner, start);
    if (found !== undefined) return found;
  }
  return undefined;
}

function blockFor(
  blocks: Beside['byAddress'],
  { originalRecipient, finalRecipient }: Group,
  address: string,
): Block | undefined {
  for (const wanted of [
    address,
    originalRecipient && plainAddress(originalRecipient),
    finalRecipient && plainAddress(finalRecipient),
  ]) {
    const block = wanted === undefined ? undefined : blocks.get(wanted.toLowerCase());
    if (block !== undefined) return block;
  }
  return undefined;
}

/** What fields declare; else what the rest of the message says of its only recipient. */
function addressFor(group: Group, mail: Mail, groups: number, { blocks }: Beside): string {
  const declared = declaredAddress(group);
  if (declared !== '') return declared;
  if (groups === 1) {
    const [failed] = mail.signals.failedRecipients;
    if (failed !== undefined) return failed;
    if (group.finalRecipient === undefined && blocks.length === 1) return blocks[0]?.address ?? '';
  }
  return group.finalRecipient === undefined ? '' : recipientAddress(group);
}

/** A field tells; where it fails to, one of another group; else the usual news. */
function usualAction(groups: readonly Group[]): Action {
  return groups.find((group) => group.action !== undefined)?.action ?? 'failed';
}

/** The reply in a diagnostic; a mail system's own words may quote one. */
function replyOf(diagnostic: TypedValue): SmtpReply | undefined {
  const { type, value } = diagnostic;
  if (isLocal(type)) return findReply(value, 0, value.length)?.reply;
  const reply = parseDiagnostic(diagnostic);
  if (reply.replyCode === undefined && reply.status === undefined) return undefined;
  return reply.status === undefined ? readReply(value) : reply;
}

/** Diagnostics of programs, which are no replies. */
function isLocal(type: string): boolean {
  return type === 'x-unix' || type === 'x-postfix' || type === 'x-notes';
}

function unfolded(value: string): string {
  return value.includes('\n') ? value.replace(/\s*\n\s*/g, ' ') : value;
}
