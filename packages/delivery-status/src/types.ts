/** A `type ";" value` pair, as in `dns; mx.example.net`: the type in lower case, the value as it was written. RFC 3464 §2.1.2. */
export interface TypedValue {
  /** Lower-cased by the parser, since types compare case-insensitively. `''` where a received field named none. */
  readonly type: string;
  readonly value: string;
}

/** What the reporting MTA did for a recipient. RFC 3464 §2.3.3. */
export type Action = 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded';

/** An enhanced status code, class "." subject "." detail. RFC 3463 §2. */
export type StatusCode = `${2 | 4 | 5}.${number}.${number}`;

/** One header-style field: its name as spelled, its value unfolded and trimmed. RFC 3464 §2.1.1. */
export interface Field {
  readonly name: string;
  readonly value: string;
  /** 1-based line in the text it was read from; absent on fields made by a program. */
  readonly line?: number;
  /** The octets it was read from. A formatter gives them back if name and value still say the same. */
  readonly source?: string;
}

/** Diagnostic text in a language the sender may read. RFC 6533 §4.1. */
export interface LocalizedDiagnostic {
  /** An RFC 5646 language tag. */
  readonly language: string;
  readonly text: string;
}

/** Where a group stood. Formatters copy from it every field whose meaning has not changed. */
export interface GroupSource {
  /** 1-based line of the first character of `text`. */
  readonly line: number;
  /** Everything from the end of the group before to the end of this one, blank lines included. */
  readonly text: string;
}

/** The fields that speak of the message. RFC 3464 §2.2. */
export interface MessageFields {
  /** The ENVID of the message, decoded. RFC 3464 §2.2.1. */
  readonly originalEnvelopeId?: string;
  /** Who tried to deliver, relay or gateway the message. RFC 3464 §2.2.2. */
  readonly reportingMta: TypedValue;
  /** Who made a DSN of the report of another mail system. RFC 3464 §2.2.3. */
  readonly dsnGateway?: TypedValue;
  /** The host that handed the message to the reporting MTA. RFC 3464 §2.2.4. */
  readonly receivedFromMta?: TypedValue;
  /** When the message came to the reporting MTA. RFC 3464 §2.2.5. */
  readonly arrivalDate?: Date;
  /** RFC 2852 §5. */
  readonly deliverByDate?: Date;
  /** `for;` seconds or `until;` date-time, as requested. RFC 4865 §5.1.2. */
  readonly futureReleaseRequest?: string;
  /** Fields that this package does not know, in order of appearance. RFC 3464 §2.4. */
  readonly extensions?: readonly Field[];
  readonly source?: GroupSource;
}

/** The fields that speak of one recipient. RFC 3464 §2.3. */
export interface RecipientFields {
  /** The address that the sender used, from ORCPT. RFC 3464 §2.3.1. */
  readonly originalRecipient?: TypedValue;
  /** The address for which the report is given. RFC 3464 §2.3.2. */
  readonly finalRecipient: TypedValue;
  readonly action: Action;
  /** Text in parentheses after the action, as in `delivered (to mailbox)`. */
  readonly actionComment?: string;
  /** RFC 3464 §2.3.4. */
  readonly status: StatusCode;
  /** Text in parentheses after the code. RFC 3464 §2.3.4. */
  readonly statusComment?: string;
  /** The host whose answer decided. RFC 3464 §2.3.5. */
  readonly remoteMta?: TypedValue;
  /** That answer as it came, such as an SMTP reply. RFC 3464 §2.3.6. */
  readonly diagnosticCode?: TypedValue;
  /** One per language. RFC 6533 §4.1. */
  readonly localizedDiagnostics?: readonly LocalizedDiagnostic[];
  /** RFC 3464 §2.3.7. */
  readonly lastAttemptDate?: Date;
  /** The last name of the message in the log of the final MTA. RFC 3464 §2.3.8. */
  readonly finalLogId?: string;
  /** Only where the action is `delayed`. RFC 3464 §2.3.9. */
  readonly willRetryUntil?: Date;
  /** The address given to the remote server. RFC 3461 §6.3(j). */
  readonly smtpRemoteRecipient?: string;
  /** Fields that this package does not know, in order of appearance. RFC 3464 §2.4. */
  readonly extensions?: readonly Field[];
  readonly source?: GroupSource;
}

/** A delivery status that says all that RFC 3464 §3 requires. */
export interface DeliveryStatus {
  readonly message: MessageFields;
  readonly recipients: readonly [RecipientFields, ...RecipientFields[]];
}

/** One departure from the specification. Parsers report these, they do not throw them. */
export interface Issue {
  readonly code: IssueCode;
  /** 1-based, within the text parsed. */
  readonly line: number;
  /** The field that it is about, if it is about one. */
  readonly field?: string;
  /** As in `RFC 3464 §2.3.4`. */
  readonly clause: string;
  readonly message: string;
  /** What was made of it, if the meaning could be saved. */
  readonly repaired?: string;
}

/** Every way in which a document may depart from the specification. Codes are never renamed. */
export type IssueCode =
  | 'bare-cr'
  | 'byte-order-mark'
  | 'mixed-line-ends'
  | 'missing-final-line-end'
  | 'extra-blank-line'
  | 'missing-blank-line'
  | 'stray-blank-line'
  | 'orphan-continuation'
  | 'unindented-continuation'
  | 'not-a-field'
  | 'space-before-colon'
  | 'line-too-long'
  | 'control-character'
  | 'non-ascii'
  | 'duplicate-field'
  | 'misplaced-field'
  | 'missing-field'
  | 'no-recipients'
  | 'missing-type'
  | 'missing-value'
  | 'unclosed-comment'
  | 'unknown-action'
  | 'tracking-action'
  | 'text-after-action'
  | 'bad-status'
  | 'status-class'
  | 'status-spacing'
  | 'status-leading-zero'
  | 'text-after-status'
  | 'bad-date'
  | 'obsolete-date'
  | 'wrong-weekday'
  | 'retry-date-without-delay'
  | 'bad-language'
  | 'duplicate-language'
  | 'localized-without-diagnostic'
  | 'non-ascii-type'
  | 'bad-future-release'
  | 'encoded-body'
  | 'too-many-fields'
  | 'too-many-issues'
  | HintCode;

/** What `lintDeliveryStatus` adds: forms within the grammar that hint at a mistake. */
export type HintCode =
  | 'unregistered-status'
  | 'deprecated-status'
  | 'unusual-class'
  | 'status-contradicts-action'
  | 'unregistered-type'
  | 'unqualified-name'
  | 'diagnostic-without-remote-mta'
  | 'diagnostic-without-code'
  | 'unregistered-extension'
  | 'field-order'
  | 'escaped-address';

/** What was understood of a delivery status, and every departure seen on the way. */
export interface ParsedDeliveryStatus {
  readonly message: Partial<MessageFields>;
  readonly recipients: readonly Partial<RecipientFields>[];
  readonly issues: readonly Issue[];
}

/** The actions, all of them. RFC 3464 §2.3.3. */
export const ACTIONS: ReadonlySet<string> = new Set<Action>(['failed', 'delayed', 'delivered', 'relayed', 'expanded']);
