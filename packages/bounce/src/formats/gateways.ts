import type { TextFormat } from './format.ts';

/** Trend Micro InterScan. */
export const INTERSCAN: TextFormat = {
  name: 'interscan',
  marks: ['sent >>> rcpt to', 'unable to deliver message to <', 'sent <<<', 'received <<<'],
};

/** MailMarshal. */
export const MAILMARSHAL: TextFormat = {
  name: 'mailmarshal',
  marks: ['could not be delivered because of', 'the following recipients were affected'],
};

/** MailFoundry. */
export const MAILFOUNDRY: TextFormat = {
  name: 'mailfoundry',
  marks: [
    'delivery failed for the following reason',
    'this has been a permanent failure',
    'has been a permanent failure',
  ],
};

/** SurfControl. */
export const SURFCONTROL: TextFormat = {
  name: 'surfcontrol',
  marks: [
    'a transcript of the attempts to send the message follows',
    'the number of attempts made',
    'failed to send to identified host',
  ],
};

/** Zoho Mail. */
export const ZOHO: TextFormat = {
  name: 'zoho',
  marks: ['error_code :', '[status: error, address:', 'the message could not be delivered to the following'],
};

/** Amazon SES and WorkMail, as mail. */
export const SES_TEXT: TextFormat = {
  name: 'amazon',
  marks: ['an error occurred while trying to deliver the mail to the following recipients', 'technical report:'],
};

/** IONOS, GMX and WEB.DE. */
export const KUNDENSERVER: TextFormat = {
  name: 'ionos',
  marks: ['the following address failed:', 'for the following reason:', 'smtp error from remote server after'],
};

/** Cisco IronPort and what it became. */
export const IRONPORT: TextFormat = {
  name: 'ironport',
  marks: ['the reason for the problem:', 'the following message to <'],
};
