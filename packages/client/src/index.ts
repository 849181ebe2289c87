export type { Connection } from './connection.ts';
export type { Credentials } from './authenticate.ts';
export { ClientError, type ClientErrorCode } from './error.ts';
export type { Message, Occasion, Recipient } from './message.ts';
export { submit, type SubmitOptions, type Submitted, type SubmittedRecipient } from './submit.ts';
