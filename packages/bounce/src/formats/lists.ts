import type { TextFormat } from './format.ts';

/** Mailing list managers: what they refuse of a post. */
export const LISTS: TextFormat = {
  name: 'mailing-list',
  marks: [
    'posting to this list is restricted',
    'you are not a member of the mailing list',
    'you are not allowed to post to this mailing list',
    'you are not subscribed to',
    'list-owner',
    'is awaiting moderator approval',
    'loop alert',
    'duplicated message-id in',
    'you are not permitted to post',
    'your mail to the list',
    'the message was rejected by the list',
    'the reason it is being held',
    'this list only accepts mail from',
  ],
  reason: 'sender-rejected',
};

/** fml: what it tells the owner of a list. */
export const FML: TextFormat = {
  name: 'fml',
  marks: ['duplicated message-id in'],
  reason: 'routing-loop',
};
