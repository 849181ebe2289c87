export { SmtpError, type SmtpErrorCode } from './error.ts';
export { type Limits, type ServerExtensions, readLimits } from './extensions.ts';
export { type Reply, formatReply } from './reply.ts';
export { type ReceivedReply, ReplyReader } from './reply-reader.ts';
export { ClientSession, type ClientSessionOptions } from './client-session.ts';
export type * from './client-events.ts';
export { ServerSession } from './server-session.ts';
export type { ServerSessionOptions } from './server-state.ts';
export type * from './server-events.ts';
