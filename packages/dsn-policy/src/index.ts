export { planAlias, type AliasPlan, type Copy } from './alias.ts';
export { decideNotifications, type Notifications, type PostmasterNotice } from './decide.ts';
export {
  isNullReversePath,
  type Attempt,
  type Delayed,
  type Delivered,
  type Entry,
  type Envelope,
  type Expanded,
  type Failed,
  type Outcome,
  type Recipient,
  type RecipientOutcome,
  type Relayed,
  type RemoteReply,
  type SitePolicy,
} from './envelope.ts';
export type { NextHop, Obstacle, RelayMessage, RelayPolicy, RelayRecipient } from './hop.ts';
export {
  planConfidentialForward,
  planList,
  type Diversion,
  type MailingList,
  type Post,
  type Redistribution,
} from './list.ts';
export { messageFields, type Reporter } from './message-fields.ts';
export { orcptFor } from './orcpt.ts';
export { globalRecipientFields, recipientFields, statusOf, type AddressedRecipient } from './recipient-fields.ts';
export { planRelay, type RelayPlan, type RelayTransaction } from './relay.ts';
export { reportEnvelope, type ReportEnvelope } from './report-envelope.ts';
export { returnedContent, type ReturnedContent } from './returned.ts';
