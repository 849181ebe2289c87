export {
  type MailCommand,
  type RcptCommand,
  formatMailCommand,
  formatRcptCommand,
  parseMailCommand,
  parseRcptCommand,
} from './command.ts';
export { parseDateTime, parseDay } from './date-time.ts';
export { EsmtpParameterError, type EsmtpParameterErrorCode, type ReplyHint } from './error.ts';
export { assertPathLimits, commandLineLimit } from './limits.ts';
export { type MailParameters, readMailParameters } from './mail-parameters.ts';
export { type DeliverBy, ENVID_GENERATED, ENVID_LIMIT, type MessageTracking } from './mail-values.ts';
export { type Notify, formatNotify, notifyOn, parseNotify } from './notify.ts';
export { ORCPT_GENERATED, ORCPT_LIMIT, type TypedAddress, type Utf8Context, formatOrcpt, parseOrcpt } from './orcpt.ts';
export { type EsmtpParameter, formatParameters, parseParameters } from './parameter.ts';
export { type Path, type PathVerb, isMailbox, parseForwardPath, parseMailbox, parseReversePath } from './path.ts';
export { type RcptParameters, type RecipientValidSince, readRcptParameters } from './rcpt-parameters.ts';
export {
  type Announced,
  MAIL_PARAMETERS,
  type MailKeyword,
  RCPT_PARAMETERS,
  type RcptKeyword,
  type RegisteredParameter,
} from './registry.ts';
