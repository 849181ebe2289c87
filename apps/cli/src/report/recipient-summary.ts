import { recipientAddress, type BouncedRecipient, type Reason } from '@dsnkit/bounce';
import { parseDiagnostic, receivedFields, type RecipientFields, type TypedValue } from '@dsnkit/delivery-status';
import { isoDate } from './iso-date.ts';
import { judgementOf, type Judgement } from './judgement.ts';

/** What `dsn inspect --json` tells of one recipient. What is unknown is null. */
export interface RecipientSummary {
  /** The plain address: of Original-Recipient, which is the one that the sender used, else of Final-Recipient. RFC 3464 §2.3.1. */
  readonly address: string | null;
  readonly originalRecipient: TypedValue | null;
  readonly finalRecipient: TypedValue | null;
  /** One of the five of RFC 3464 §2.3.3; a word that is none of them is given as it came, in lower case. */
  readonly action: string | null;
  readonly status: string | null;
  readonly remoteMta: TypedValue | null;
  readonly diagnostic: TypedValue | null;
  readonly replyCode: number | null;
  readonly lastAttemptDate: string | null;
  readonly willRetryUntil: string | null;
  /** Why it failed or is late, of the closed list of @dsnkit/bounce; null where nothing is to tell. */
  readonly reason: Reason | null;
  /** `permanent`, `transient` or `unknown`. */
  readonly permanence: string | null;
  /** What the sender should do. */
  readonly advice: string | null;
}

/** A recipient as its fields have it. */
class FieldSummary implements RecipientSummary {
  protected readonly fields: Partial<RecipientFields>;
  #address: string | undefined;

  constructor(fields: Partial<RecipientFields>) {
    this.fields = fields;
  }

  get address(): string | null {
    return (this.#address ??= this.readAddress()) || null;
  }

  get originalRecipient(): TypedValue | null {
    return this.fields.originalRecipient ?? null;
  }

  get finalRecipient(): TypedValue | null {
    return this.fields.finalRecipient ?? null;
  }

  get action(): string | null {
    return this.fields.action ?? unknownAction(this.fields);
  }

  get status(): string | null {
    return this.fields.status ?? null;
  }

  get remoteMta(): TypedValue | null {
    return this.fields.remoteMta ?? null;
  }

  get diagnostic(): TypedValue | null {
    return this.fields.diagnosticCode ?? null;
  }

  get replyCode(): number | null {
    return this.judgement?.replyCode ?? null;
  }

  get lastAttemptDate(): string | null {
    return isoDate(this.fields.lastAttemptDate);
  }

  get willRetryUntil(): string | null {
    return isoDate(this.fields.willRetryUntil);
  }

  get reason(): Reason | null {
    return this.judgement?.reason ?? null;
  }

  get permanence(): string | null {
    return this.judgement?.permanence ?? null;
  }

  get advice(): string | null {
    return this.judgement?.advice ?? null;
  }

  toJSON(): RecipientSummary {
    return plainRecipient(this);
  }

  protected readAddress(): string {
    return recipientAddress(this.fields);
  }

  protected get judgement(): Judgement | undefined {
    return undefined;
  }
}

/** Of a report that names recipients and judges none: an MDN or a complaint. */
export class NamedSummary extends FieldSummary {
  constructor(original: TypedValue | null, final: TypedValue | null) {
    super({
      ...(original === null ? {} : { originalRecipient: original }),
      ...(final === null ? {} : { finalRecipient: final }),
    });
  }
}

/**
 * Of a standard report. It is judged when that is asked for first. Where no field says what the other host said, as
 * OpenSMTPD has it, the words for people do.
 */
export class ReportedSummary extends FieldSummary {
  readonly #fromWords: () => BouncedRecipient | undefined;
  #judgement: Judgement | undefined;

  constructor(fields: Partial<RecipientFields>, fromWords: () => BouncedRecipient | undefined) {
    super(fields);
    this.#fromWords = fromWords;
  }

  override get diagnostic(): TypedValue | null {
    return super.diagnostic ?? ownWords(this.fields) ?? quoted(this.#inWords);
  }

  override get replyCode(): number | null {
    const { diagnosticCode } = this.fields;
    if (this.#judgement !== undefined || diagnosticCode === undefined) return super.replyCode;
    return parseDiagnostic(diagnosticCode).replyCode ?? null;
  }

  protected override get judgement(): Judgement {
    return (this.#judgement ??= this.#judge());
  }

  #judge(): Judgement {
    const bounced = this.#inWords;
    if (bounced === undefined) return judgementOf(this.fields);
    const { reason, permanence, advice, reply } = bounced;
    return { reason, permanence, advice, replyCode: reply?.replyCode ?? null };
  }

  get #inWords(): BouncedRecipient | undefined {
    const { action, diagnosticCode } = this.fields;
    if (diagnosticCode !== undefined || (action !== 'failed' && action !== 'delayed')) return undefined;
    return this.#fromWords();
  }
}

/** Of any other bounce: what its words say stands where the fields of a report would. */
export class BouncedSummary extends FieldSummary {
  readonly #bounced: BouncedRecipient;

  constructor(bounced: BouncedRecipient) {
    super(bounced);
    this.#bounced = bounced;
  }

  override get remoteMta(): TypedValue | null {
    const { remoteMta, remoteHost } = this.#bounced;
    return remoteMta ?? (remoteHost === undefined ? null : { type: 'dns', value: remoteHost });
  }

  override get diagnostic(): TypedValue | null {
    return super.diagnostic ?? quoted(this.#bounced);
  }

  protected override readAddress(): string {
    return this.#bounced.address;
  }

  protected override get judgement(): Judgement {
    const { reason, permanence, advice, diagnosticCode, reply } = this.#bounced;
    const declared = diagnosticCode && parseDiagnostic(diagnosticCode).replyCode;
    return { reason, permanence, advice, replyCode: declared ?? reply?.replyCode ?? null };
  }
}

/** What a dsnkit server says of its own where no other host answered: no Diagnostic-Code of type smtp (RFC 3461 §9.2). */
function ownWords({ extensions = [] }: Partial<RecipientFields>): TypedValue | null {
  const field = extensions.find(({ name }) => name.toLowerCase() === 'x-dsnkit-reason');
  return field === undefined ? null : { type: 'x-dsnkit', value: field.value };
}

/** A reply that words quote, as a diagnostic. */
function quoted(bounced: BouncedRecipient | undefined): TypedValue | null {
  const { replyCode, status, lines = [] } = bounced?.reply ?? {};
  const words = [replyCode, status, ...lines].filter(Boolean).join(' ');
  return words === '' ? null : { type: 'smtp', value: words };
}

/** All that is told of a recipient, as plain data. */
export function plainRecipient(recipient: RecipientSummary): RecipientSummary {
  // What it means goes before the reply code, which is then known.
  const { reason, permanence, advice } = recipient;
  const { address, originalRecipient, finalRecipient, action, status, remoteMta, diagnostic } = recipient;
  const { replyCode, lastAttemptDate, willRetryUntil } = recipient;
  return {
    address,
    originalRecipient,
    finalRecipient,
    action,
    status,
    remoteMta,
    diagnostic,
    replyCode,
    lastAttemptDate,
    willRetryUntil,
    reason,
    permanence,
    advice,
  };
}

/** The word that stands where one of the five actions belongs; lint tells of it. */
function unknownAction(fields: Partial<RecipientFields>): string | null {
  const field = receivedFields(fields).find(({ name }) => name.toLowerCase() === 'action');
  return /^[^\s;(]+/.exec(field?.value ?? '')?.[0].toLowerCase() ?? null;
}

/** `rfc822; a@b.example` as MDNs and feedback reports have it. */
export function typedText(text: string | undefined): TypedValue | null {
  if (text === undefined) return null;
  const at = text.indexOf(';');
  return { type: at < 0 ? '' : text.slice(0, at).trim().toLowerCase(), value: text.slice(at + 1).trim() };
}
