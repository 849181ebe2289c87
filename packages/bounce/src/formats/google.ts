import type { TextFormat } from './format.ts';

/** Gmail, Google Workspace and Google Groups. */
export const GOOGLE: TextFormat = {
  name: 'google',
  marks: [
    'technical details of permanent failure',
    'technical details of temporary failure',
    'delivery to the following recipient failed permanently',
    'delivery to the following recipients failed permanently',
    'delivery to the following recipient has been delayed',
    'the group you tried to contact',
    'the response from the remote server was',
    'the response was',
    'there was a problem delivering your message to',
    'there was a temporary problem delivering your message to',
    'google tried to deliver your message',
    'gmail will retry for',
    'the group you tried',
    'address not found',
    'message blocked',
    'message not delivered',
    'delivery incomplete',
  ],
};
