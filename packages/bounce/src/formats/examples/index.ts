import type { TextFormat } from '../format.ts';
import { COURIER } from '../courier.ts';
import { COURIER_EXAMPLES } from './courier.ts';
import { DOMINO } from '../domino.ts';
import { DOMINO_EXAMPLES } from './domino.ts';
import { EXCHANGE } from '../exchange.ts';
import { EXCHANGE_EXAMPLES } from './exchange.ts';
import { EXIM } from '../exim.ts';
import { EXIM_EXAMPLES } from './exim.ts';
import {
  INTERSCAN,
  MAILMARSHAL,
  MAILFOUNDRY,
  SURFCONTROL,
  ZOHO,
  SES_TEXT,
  KUNDENSERVER,
  IRONPORT,
} from '../gateways.ts';
import {
  INTERSCAN_EXAMPLES,
  MAILMARSHAL_EXAMPLES,
  MAILFOUNDRY_EXAMPLES,
  SURFCONTROL_EXAMPLES,
  ZOHO_EXAMPLES,
  SES_TEXT_EXAMPLES,
  KUNDENSERVER_EXAMPLES,
  IRONPORT_EXAMPLES,
} from './gateways.ts';
import { GOOGLE } from '../google.ts';
import { GOOGLE_EXAMPLES } from './google.ts';
import { GROUPWISE } from '../groupwise.ts';
import { GROUPWISE_EXAMPLES } from './groupwise.ts';
import { AU, DOCOMO, MFILTER } from '../japan.ts';
import { AU_EXAMPLES, DOCOMO_EXAMPLES, MFILTER_EXAMPLES } from './japan.ts';
import { LISTS, FML } from '../lists.ts';
import { LISTS_EXAMPLES, FML_EXAMPLES } from './lists.ts';
import { LMTP } from '../lmtp.ts';
import { LMTP_EXAMPLES } from './lmtp.ts';
import { OPENSMTPD } from '../opensmtpd.ts';
import { OPENSMTPD_EXAMPLES } from './opensmtpd.ts';
import { POSTFIX } from '../postfix.ts';
import { POSTFIX_EXAMPLES } from './postfix.ts';
import { QMAIL } from '../qmail.ts';
import { QMAIL_EXAMPLES } from './qmail.ts';
import { SENDMAIL } from '../sendmail.ts';
import { SENDMAIL_EXAMPLES } from './sendmail.ts';
import { DRAGONFLY, IMAIL, XMAIL, JAMES, POWERMTA, MESSAGING_SERVER, MAIL2000 } from '../servers.ts';
import {
  DRAGONFLY_EXAMPLES,
  IMAIL_EXAMPLES,
  XMAIL_EXAMPLES,
  JAMES_EXAMPLES,
  POWERMTA_EXAMPLES,
  MESSAGING_SERVER_EXAMPLES,
  MAIL2000_EXAMPLES,
} from './servers.ts';
import { YAHOO } from '../yahoo.ts';
import { YAHOO_EXAMPLES } from './yahoo.ts';
import type { FormatExample } from './example.ts';

/** Bodies in each format, and what has to be read from them: they run as tests, and stay out of what is bundled. */
export const FORMAT_EXAMPLES: ReadonlyMap<TextFormat, readonly FormatExample[]> = new Map([
  [COURIER, COURIER_EXAMPLES],
  [DOMINO, DOMINO_EXAMPLES],
  [EXCHANGE, EXCHANGE_EXAMPLES],
  [EXIM, EXIM_EXAMPLES],
  [INTERSCAN, INTERSCAN_EXAMPLES],
  [MAILMARSHAL, MAILMARSHAL_EXAMPLES],
  [MAILFOUNDRY, MAILFOUNDRY_EXAMPLES],
  [SURFCONTROL, SURFCONTROL_EXAMPLES],
  [ZOHO, ZOHO_EXAMPLES],
  [SES_TEXT, SES_TEXT_EXAMPLES],
  [KUNDENSERVER, KUNDENSERVER_EXAMPLES],
  [IRONPORT, IRONPORT_EXAMPLES],
  [GOOGLE, GOOGLE_EXAMPLES],
  [GROUPWISE, GROUPWISE_EXAMPLES],
  [AU, AU_EXAMPLES],
  [DOCOMO, DOCOMO_EXAMPLES],
  [MFILTER, MFILTER_EXAMPLES],
  [LISTS, LISTS_EXAMPLES],
  [FML, FML_EXAMPLES],
  [LMTP, LMTP_EXAMPLES],
  [OPENSMTPD, OPENSMTPD_EXAMPLES],
  [POSTFIX, POSTFIX_EXAMPLES],
  [QMAIL, QMAIL_EXAMPLES],
  [SENDMAIL, SENDMAIL_EXAMPLES],
  [DRAGONFLY, DRAGONFLY_EXAMPLES],
  [IMAIL, IMAIL_EXAMPLES],
  [XMAIL, XMAIL_EXAMPLES],
  [JAMES, JAMES_EXAMPLES],
  [POWERMTA, POWERMTA_EXAMPLES],
  [MESSAGING_SERVER, MESSAGING_SERVER_EXAMPLES],
  [MAIL2000, MAIL2000_EXAMPLES],
  [YAHOO, YAHOO_EXAMPLES],
]);
