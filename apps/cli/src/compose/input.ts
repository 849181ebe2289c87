import type { Action } from '@dsnkit/delivery-status';

/** What `dsn compose` reads, as schema/report.schema.json has it; null is the same as absent. */
export interface ComposeInput {
  readonly header?: HeaderInput | null;
  /** A file, or what is known of the header. */
  readonly original?: string | HeaderInput | null;
  readonly return?: 'full' | 'headers' | 'none' | null;
  readonly global?: boolean | null;
  readonly languages?: readonly string[] | null;
  readonly text?: string | null;
  readonly html?: string | null;
  readonly language?: string | null;
  readonly translations?:
    readonly { readonly language: string; readonly text?: string; readonly html?: string }[] | null;
  readonly report: ReportInput;
  readonly recipients: readonly RecipientInput[];
}

export interface HeaderInput {
  readonly messageId?: string | null;
  readonly subject?: string | null;
  readonly from?: string | null;
  readonly to?: string | null;
  readonly date?: string | null;
}

/** `{type, value}`, or the value alone. */
export type TypedInput = string | { readonly type: string; readonly value: string };

export interface ReportInput {
  readonly originalEnvelopeId?: string | null;
  readonly reportingMta: TypedInput;
  readonly dsnGateway?: TypedInput | null;
  readonly receivedFromMta?: TypedInput | null;
  readonly arrivalDate?: string | null;
  readonly deliverByDate?: string | null;
  readonly extensions?: readonly FieldInput[] | null;
}

export interface FieldInput {
  readonly name: string;
  readonly value: string;
}

export interface RecipientInput {
  readonly address?: string | null;
  readonly finalRecipient?: TypedInput | null;
  readonly originalRecipient?: TypedInput | null;
  readonly action: Action;
  readonly status?: string | null;
  readonly remoteMta?: TypedInput | null;
  readonly diagnostic?: TypedInput | null;
  readonly localizedDiagnostics?: readonly { readonly language: string; readonly text: string }[] | null;
  readonly lastAttemptDate?: string | null;
  readonly finalLogId?: string | null;
  readonly willRetryUntil?: string | null;
  readonly extensions?: readonly FieldInput[] | null;
}
