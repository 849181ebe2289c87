export { formatComment, splitComments, type SplitComments } from './comments.ts';
export type { DateDeparture } from './date-reader.ts';
export { formatDate, parseDate, type DateTime } from './date.ts';
export { DeliveryStatusError, type DeliveryStatusErrorCode } from './error.ts';
export { formatFields, parseFields, receivedFields, type ParsedField, type ParsedFields } from './fields.ts';
export { formatDeliveryStatus, formatGlobalDeliveryStatus } from './format.ts';
export { toAsciiDeliveryStatus, toGlobalDeliveryStatus } from './global.ts';
export { escapeHarmful, replaceHarmful } from './harmful.ts';
export { assertDeliveryStatus, parseDeliveryStatus, parseGlobalDeliveryStatus } from './parse.ts';
export {
  formatSmtpDiagnostic,
  parseDiagnostic,
  parseSmtpReply,
  statusForReply,
  type SmtpReply,
  type SmtpStage,
} from './smtp-reply.ts';
export { forgetSource } from './source.ts';
export { isStatusCode, parseStatusCode, type StatusParts } from './status-code.ts';
export { decodeStatusBody, type DecodedBody } from './transfer-encoding.ts';
export type {
  Action,
  DeliveryStatus,
  Field,
  GroupSource,
  HintCode,
  Issue,
  IssueCode,
  LocalizedDiagnostic,
  MessageFields,
  ParsedDeliveryStatus,
  RecipientFields,
  StatusCode,
  TypedValue,
} from './types.ts';
export { mailboxValue, mtaName, plainAddress, plainMtaName, receivedFromMta } from './values.ts';
