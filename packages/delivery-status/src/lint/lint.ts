import { splitComments } from '../comments.ts';
import { receivedFields, type ParsedField } from '../fields.ts';
import { IssueList } from '../issues.ts';
import { FINAL_RECIPIENT, KNOWN_FIELDS, ORIGINAL_RECIPIENT, knownField, type KnownField } from '../known-fields.ts';
import { lookupStatus } from '../registry/lookup.ts';
import { parseDiagnostic } from '../smtp-reply.ts';
import type {
  DeliveryStatus,
  Field,
  HintCode,
  Issue,
  MessageFields,
  ParsedDeliveryStatus,
  RecipientFields,
  StatusCode,
  TypedValue,
} from '../types.ts';
import { isQualified } from '../values.ts';

/**
 * Look for what the grammar allows, but a careful sender does not do: names without a domain, types that nobody registered,
 * codes of an unusual class, replies without their origin. Departures from the grammar are in the issues of the parser.
 *
 * RFC 3464 §2.3.3, RFC 3464 §2.4, RFC 3463 §3, RFC 3461 §9.
 *
 * @example lintDeliveryStatus(parsed).map(({ code }) => code) // ['unqualified-name']
 */
export function lintDeliveryStatus(status: DeliveryStatus | ParsedDeliveryStatus): readonly Issue[] {
  return lint(status, false);
}

/**
 * As {@link lintDeliveryStatus}, for message/global-delivery-status: addresses need no escapes there.
 *
 * RFC 6533 §4.1.
 *
 * @example lintGlobalDeliveryStatus(parsed).length // 0
 */
export function lintGlobalDeliveryStatus(status: DeliveryStatus | ParsedDeliveryStatus): readonly Issue[] {
  return lint(status, true);
}

function lint(status: DeliveryStatus | ParsedDeliveryStatus, isGlobal: boolean): readonly Issue[] {
  const issues = new IssueList();
  new GroupLint(status.message, issues).run();
  for (const recipient of status.recipients) {
    const group = new GroupLint(recipient, issues);
    group.run();
    group.lintRecipient(recipient, isGlobal);
  }
  return issues.items;
}

class GroupLint {
  readonly #group: Readonly<Record<string, unknown>>;
  readonly #extensions: readonly Field[];
  readonly #fields: readonly ParsedField[];
  readonly #firstLine: number;
  readonly #issues: IssueList;

  constructor(group: Partial<MessageFields> | Partial<RecipientFields>, issues: IssueList) {
    this.#group = group;
    this.#extensions = group.extensions ?? [];
    this.#fields = receivedFields(group);
    this.#firstLine = this.#fields[0]?.line ?? 1;
    this.#issues = issues;
  }

  /** What holds for groups of both kinds. */
  run(): void {
    for (const field of KNOWN_FIELDS) {
      const value = this.#group[field.key];
      if (field.kind === 'typed' && value !== undefined) this.#lintTyped(field, value as TypedValue);
    }
    for (const { name, line } of this.#extensions) {
      if (!EXTENSION_NAMES.test(name)) this.#hint('unregistered-extension', name, line);
    }
    this.#lintOrder();
  }

  lintRecipient(recipient: Partial<RecipientFields>, isGlobal: boolean): void {
    const { action, status, diagnosticCode, remoteMta } = recipient;
    if (status !== undefined) this.#lintStatus(status, action);
    if (diagnosticCode?.type.toLowerCase() === 'smtp') {
      if (parseDiagnostic(diagnosticCode).replyCode === undefined)
        this.#hint('diagnostic-without-code', 'Diagnostic-Code');
      else if (remoteMta === undefined) this.#hint('diagnostic-without-remote-mta', 'Diagnostic-Code');
    }
    if (!isGlobal) return;
    for (const [name, address] of [
      ['Original-Recipient', recipient.originalRecipient],
      ['Final-Recipient', recipient.finalRecipient],
    ] as const) {
      if (address?.type.toLowerCase() === 'utf-8' && address.value.includes('\\x{'))
        this.#hint('escaped-address', name);
    }
  }

  #lintOrder(): void {
    let last = 0;
    for (const { name, line } of this.#fields) {
      const index = knownField(name)?.index ?? last;
      if (index < last) {
        this.#hint('field-order', name, line);
        return;
      }
      last = index;
    }
  }

  #lintTyped(field: KnownField, { type, value }: TypedValue): void {
    const isAddress = (field.bit & (ORIGINAL_RECIPIENT | FINAL_RECIPIENT)) !== 0;
    const known = isAddress ? ADDRESS_TYPES : field.key === 'diagnosticCode' ? DIAGNOSTIC_TYPES : MTA_TYPES;
    const lower = type.toLowerCase();
    if (type !== '' && !lower.startsWith('x-') && !known.has(lower)) this.#hint('unregistered-type', field.name);
    if (lower === 'dns' && !isAddress && !isQualified(splitComments(value).text))
      this.#hint('unqualified-name', field.name);
  }

  #lintStatus(status: StatusCode, action: RecipientFields['action'] | undefined): void {
    const { class: digit, entry, usualClass } = lookupStatus(status);
    if (entry === undefined) this.#hint('unregistered-status', 'Status');
    else if (entry.deprecated) this.#hint('deprecated-status', 'Status');
    else if (!usualClass) this.#hint('unusual-class', 'Status');
    // RFC 3464 §2.3.3: "failed" goes with 4.x.x as well, after a message was given up; only success contradicts it.
    const fits =
      action === undefined || (action === 'failed' ? digit !== 2 : action === 'delayed' ? digit === 4 : digit === 2);
    // RFC 3886 §3.3.4: 2.1.9 says that the message was relayed.
    if (!fits || (status === '2.1.9' && action !== 'relayed')) this.#hint('status-contradicts-action', 'Status');
  }

  #hint(code: HintCode, name: string, line = this.#lineOf(name)): void {
    this.#issues.add(code, line, { name });
  }

  #lineOf(name: string): number {
    return this.#fields.find((field) => field.name.toLowerCase() === name.toLowerCase())?.line ?? this.#firstLine;
  }
}

/** IANA, DSN Types. `unknown` is RFC 3464 §2.3.1; type `smtp` for an MTA is RFC 1894's. */
const ADDRESS_TYPES: ReadonlySet<string> = new Set(['rfc822', 'x400', 'utf-8', 'unknown']);
const MTA_TYPES: ReadonlySet<string> = new Set(['dns', 'x400', 'smtp']);
const DIAGNOSTIC_TYPES: ReadonlySet<string> = new Set(['smtp']);

/** Experimental, of a foreign environment, or of a transport. RFC 3464 §2.4. */
const EXTENSION_NAMES = /^(?:x-|x400-|smtp-)/i;
