import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import {
  DeliveryStatusError,
  formatDate,
  plainMtaName,
  toAsciiDeliveryStatus,
  type DeliveryStatus,
  type Field,
} from '@dsnkit/delivery-status';
import {
  decodeHeaderText,
  deriveBoundary,
  formatReport,
  ReportError,
  selectReturned,
  splitHeader,
  type HumanReadable,
  type ReturnedContent,
} from '@dsnkit/multipart-report';
import { readInput } from '../input/read-all.ts';
import { reasonOf } from '../input/reason.ts';
import { EXIT, type Context, type ExitCode } from '../terminal/terminal.ts';
import { UsageError } from '../usage-error.ts';
import { withSoundLineEnds } from '../wire/content.ts';
import { withFlags, type ComposeFlags } from './flags.ts';
import type { ComposeInput, HeaderInput } from './input.ts';
import { assertSchema, reportSchemaText, type Schema } from './schema.ts';
import { readDate, statusOf } from './status.ts';
import { subjectFor, textFor } from './text.ts';

export interface ComposeOptions extends ComposeFlags {
  readonly schema?: true;
  readonly output?: string;
}

/** Longer messages come back as headers, unless `full` is asked for. RFC 3461 §6.2 */
const RETURNED_MAX_OCTETS = 50_000;

/** Writes a report. */
export async function compose(
  file: string | undefined,
  options: ComposeOptions,
  { terminal }: Context,
): Promise<ExitCode> {
  if (options.schema === true) {
    terminal.out(reportSchemaText());
    return EXIT.fine;
  }
  const stdin = (): AsyncIterable<Uint8Array> => terminal.input();
  const document = file === undefined ? undefined : readDocument(file, await readInput(file, stdin));
  const input = withFlags(document, options);
  const status = statusOf(input);
  const original = await originalOf(input, stdin);
  const octets = write(input, status, original);
  if (options.output === undefined || options.output === '-') terminal.out(octets);
  else save(options.output, octets);
  return EXIT.fine;
}

function readDocument(file: string, octets: Uint8Array): ComposeInput {
  let value: unknown;
  const text = new TextDecoder().decode(octets).trim();
  try {
    value = JSON.parse(text);
  } catch {
    const isSeveral = /^\{.*\}\r?\n\s*\{/.test(text);
    throw new UsageError(
      `${file}: ${isSeveral ? 'several JSON documents; one report is written at a time' : 'not a JSON document'}`,
    );
  }
  try {
    assertSchema(value, JSON.parse(reportSchemaText()) as Schema);
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`${file}: ${error.message}`) : error;
  }
  return value as ComposeInput;
}

/** The message as octets, or a header made of what is known of it. */
async function originalOf(
  { original }: ComposeInput,
  stdin: () => AsyncIterable<Uint8Array>,
): Promise<Uint8Array | undefined> {
  if (original == null) return undefined;
  if (typeof original === 'string') return withSoundLineEnds(await readInput(original, stdin));
  const { messageId, subject, from, to, date } = original;
  const fields = [
    ['From', from],
    ['To', to],
    ['Date', date],
    ['Message-ID', messageId],
    ['Subject', subject],
  ] as const;
  const lines = fields.flatMap(([name, value]) =>
    value == null ? [] : [`${name}: ${value.replace(/[\r\n]+/g, ' ')}\r\n`],
  );
  return lines.length === 0 ? undefined : Buffer.from(lines.join(''));
}

function write(input: ComposeInput, status: DeliveryStatus, original: Uint8Array | undefined): Uint8Array {
  const global = input.global === true;
  const human = humanOf(input, status);
  const headers = headersOf(input, status, original);
  const returned = original === undefined ? undefined : returnedOf(input, status, original);
  const seed = headers.find(({ name }) => name === 'Message-ID')?.value ?? '';
  const texts = [human, ...(human.translations ?? [])].flatMap(({ text = '', html = '' }) => [text, html]);
  try {
    return formatReport(
      {
        headers,
        humanReadable: human,
        deliveryStatus: global ? status : toAsciiDeliveryStatus(status),
        ...(returned && { returned }),
      },
      {
        boundary: deriveBoundary(seed, [...texts, returned?.octets ?? '']),
        returnPath: global ? 'smtputf8' : '7bit',
        smtputf8: global,
      },
    );
  } catch (error) {
    if (!(error instanceof ReportError) && !(error instanceof DeliveryStatusError)) throw error;
    throw new UsageError(`no such report can be written: ${error.message}`);
  }
}

function humanOf(input: ComposeInput, status: DeliveryStatus): HumanReadable {
  const { text, html, language, translations } = input;
  if (text != null || html != null) {
    return {
      ...(text == null ? {} : { text }),
      ...(html == null ? {} : { html }),
      ...(language == null ? {} : { language }),
      ...(translations == null ? {} : { translations }),
    };
  }
  const [first = 'en', ...others] = input.languages ?? ['en'];
  const rest = others.map((one) => ({ language: one, text: textFor(status, one) }));
  return {
    text: textFor(status, first),
    ...(input.languages == null ? {} : { language: first }),
    ...(rest.length === 0 ? {} : { translations: rest }),
  };
}

function returnedOf(input: ComposeInput, status: DeliveryStatus, original: Uint8Array): ReturnedContent | undefined {
  if (input.return === 'none') return undefined;
  const whole = typeof input.original === 'string';
  if (input.return === 'full' && whole) return { kind: 'message', octets: original };
  return selectReturned(original, {
    ret: input.return === 'headers' || !whole ? 'HDRS' : 'FULL',
    actions: status.recipients.map(({ action }) => action),
    maxOctets: RETURNED_MAX_OCTETS,
  });
}

/** What is not given is made: the report goes to the sender of the original, in answer to it. */
function headersOf(input: ComposeInput, status: DeliveryStatus, original: Uint8Array | undefined): Field[] {
  const header: HeaderInput = input.header ?? {};
  const known = original === undefined ? [] : splitHeader(original).headers;
  const valueOf = (name: string): string | undefined => known.find((field) => field.name.toLowerCase() === name)?.value;
  const host = plainMtaName(status.message.reportingMta);
  const sender = /<([^<>]+)>/.exec(valueOf('return-path') ?? '')?.[1] ?? valueOf('from');
  const to = header.to ?? sender;
  if (to === undefined) throw new UsageError('compose: --to is needed where no original tells the sender');
  const about = valueOf('subject');
  const messageId = /<[^<>]*>/.exec(valueOf('message-id') ?? '')?.[0];
  const references = [valueOf('references'), messageId].filter((one) => one !== undefined).join(' ');
  const date = header.date == null ? new Date() : readDate(header.date, 'header.date');
  const subject = header.subject ?? subjectFor(status, input.languages?.[0] ?? 'en', about && decodeHeaderText(about));
  return [
    { name: 'From', value: header.from ?? `Mail Delivery System <postmaster@${host}>` },
    { name: 'To', value: to },
    { name: 'Date', value: formatDate(date) },
    { name: 'Message-ID', value: header.messageId ?? `<${randomUUID()}@${host}>` },
    { name: 'Subject', value: subject },
    ...(messageId === undefined ? [] : [{ name: 'In-Reply-To', value: messageId }]),
    ...(references === '' ? [] : [{ name: 'References', value: references }]),
    { name: 'Auto-Submitted', value: 'auto-replied' },
  ];
}

function save(file: string, octets: Uint8Array): void {
  try {
    writeFileSync(file, octets);
  } catch (error) {
    throw new UsageError(`--output ${file}: ${reasonOf(error)}`);
  }
}
