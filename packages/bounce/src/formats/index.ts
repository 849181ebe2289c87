import type { TextFormat } from './format.ts';
import { COURIER } from './courier.ts';
import { DOMINO } from './domino.ts';
import { EXCHANGE } from './exchange.ts';
import { EXIM } from './exim.ts';
import {
  INTERSCAN,
  MAILMARSHAL,
  MAILFOUNDRY,
  SURFCONTROL,
  ZOHO,
  SES_TEXT,
  KUNDENSERVER,
  IRONPORT,
} from './gateways.ts';
import { GOOGLE } from './google.ts';
import { GROUPWISE } from './groupwise.ts';
import { AU, DOCOMO, MFILTER } from './japan.ts';
import { LISTS, FML } from './lists.ts';
import { LMTP } from './lmtp.ts';
import { OPENSMTPD } from './opensmtpd.ts';
import { POSTFIX } from './postfix.ts';
import { QMAIL } from './qmail.ts';
import { SENDMAIL } from './sendmail.ts';
import { DRAGONFLY, IMAIL, XMAIL, JAMES, POWERMTA, MESSAGING_SERVER, MAIL2000 } from './servers.ts';
import { YAHOO } from './yahoo.ts';

export type { TextFormat } from './format.ts';

/** Every text format; a new one is one more name here. */
export const TEXT_FORMATS: readonly TextFormat[] = [
  QMAIL,
  POSTFIX,
  SENDMAIL,
  GOOGLE,
  YAHOO,
  EXCHANGE,
  DOMINO,
  GROUPWISE,
  COURIER,
  OPENSMTPD,
  AU,
  DOCOMO,
  MFILTER,
  LISTS,
  FML,
  LMTP,
  DRAGONFLY,
  INTERSCAN,
  IMAIL,
  MAILMARSHAL,
  MAILFOUNDRY,
  SURFCONTROL,
  XMAIL,
  JAMES,
  POWERMTA,
  MESSAGING_SERVER,
  ZOHO,
  SES_TEXT,
  MAIL2000,
  KUNDENSERVER,
  IRONPORT,
  EXIM,
];
