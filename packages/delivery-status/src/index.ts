export { formatComment, splitComments, type SplitComments } from './comments.ts';
export { formatDate, parseDate, type DateDeparture, type DateTime } from './date.ts';
export { DeliveryStatusError, type DeliveryStatusErrorCode } from './error.ts';
export { formatFields, parseFields, receivedFields, type ParsedFields } from './fields.ts';
export { formatDeliveryStatus, formatGlobalDeliveryStatus } from './format.ts';
export { assertDeliveryStatus, parseDeliveryStatus, parseGlobalDeliveryStatus } from './parse.ts';
export {
  formatSmtpDiagnostic,
  parseDiagnostic,
  parseSmtpReply,
  statusForReply,
  type SmtpReply,
  type SmtpStage,
} from './smtp-reply.ts';
export { isStatusCode, parseStatusCode, type StatusParts } from './status-code.ts';
export type {
  Action,
  DeliveryStatus,
  Field,
  GroupSource,
  Issue,
  IssueCode,
  LintCode,
  LocalizedDiagnostic,
  MessageFields,
  ParsedDeliveryStatus,
  RecipientFields,
  StatusCode,
  TypedValue,
} from './types.ts';
