import type { Reason } from '../reasons.ts';

/** Replies of servers, and the reason that the words alone give: each runs as a test. */
export const REPLY_EXAMPLES: readonly (readonly [Reason, readonly string[]])[] = [
  ['user-unknown', [
    '550 5.1.1 <u@x.example>... User unknown',
    '550 No such user here',
    '550 sorry, no mailbox here by that name (#5.1.1)',
    '551 User not found',
    '550-5.1.1 The email account that you tried to reach does not exist.',
    '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup',
  ]],
  ['user-unknown', [
    '550 Requested action not taken: mailbox unavailable',
    '550 <u@x.example>: Recipient address rejected.',
    '450 4.1.1 <u@x.example>: Recipient address rejected: unverified address: Address verification in progress',
  ]],
  ['user-moved', [
    '551 User has moved to another address',
    '551 5.1.6 Mailbox has moved',
  ]],
  ['mailbox-disabled', [
    '550 5.2.1 The email account that you tried to reach is disabled.',
    '550 Mailbox currently suspended',
    '554 Account has been locked',
    '550 5.2.1 mailbox disabled, not accepting messages',
  ]],
  ['mailbox-full', [
    '552 5.2.2 <u@x.example>: Mailbox full',
    '452 4.2.2 The email account that you tried to reach is over quota',
    '550 user is over quota',
    '554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException',
  ]],
  ['recipient-filtered', [
    '550 5.7.1 Rejected by recipient\'s filter',
    '554 Blocked by the recipient',
  ]],
  ['suppressed', [
    'Amazon SES has suppressed sending to this address because it is on the suppression list',
    'Not delivering to previously bounced address',
  ]],
  ['authentication-failed', [
    '550 5.7.1 Email rejected per DMARC policy for x.example',
    '550 5.7.23 SPF check failed',
    '550-5.7.26 This mail is unauthenticated, which poses a security risk to the sender',
  ]],
  ['no-reverse-dns', [
    '550 5.7.25 The IP address sending this message does not have a PTR record setup',
    '450 4.7.1 Client host rejected: cannot find your reverse hostname',
  ]],
  ['bad-reputation', [
    '550-5.7.1 likely suspicious due to the very low reputation of the sending IP',
    '421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints',
  ]],
  ['address-blocked', [
    '554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org',
    '550 5.7.606 Access denied, banned sending IP [192.0.2.1].',
    '550 zen.example.test Listed by CSS',
  ]],
  ['sender-rejected', [
    '553 5.1.8 <u@x.example>... Domain of sender address u@x.example does not exist',
    '501 5.1.8 Sender address rejected',
    '450 4.1.8 <u@nowhere.example>: Sender address rejected: Domain not found',
    '450 4.1.7 <u@x.example>: Sender address rejected: unverified address: connection refused',
    '550 5.7.1 Sender blocked',
  ]],
  ['relaying-denied', [
    '554 5.7.1 <u@x.example>: Relay access denied',
    '550 5.7.1 Unable to relay',
    '553 sorry, that domain isn\'t in my list of allowed rcpthosts (#5.7.1)',
  ]],
  ['too-many-connections', [
    '421 4.7.0 Too many concurrent SMTP connections',
    '550 Ip frequency limited',
    '421 too many connections from 192.0.2.1',
  ]],
  ['rate-limited', [
    '450 4.2.1 The user you are trying to contact is receiving mail too quickly.',
    '452 4.5.3 Too many recipients',
    '421 4.7.28 our system has detected an unusual amount: sending rate',
  ]],
  ['greylisted', [
    '451 4.7.1 Greylisting in action, please come back later',
    '450 4.2.0 Recipient address rejected: Greylisted',
  ]],
  ['message-too-large', [
    '552 5.3.4 Message size exceeds fixed limit',
    '552 Message too large',
    '550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient',
  ]],
  ['virus', [
    '550 5.7.1 Virus found in message',
    '554 5.6.0 message infected',
  ]],
  ['spam', [
    '550 5.7.1 Rejected by spam filter',
    '554 Rejected due to high probability of spam',
    '550 5.7.1 Message content rejected',
    '554 5.7.1 This message is spam',
  ]],
  ['content', [
    '554 5.6.1 Message has a prohibited attachment',
    '550 5.6.0 Improper use of 8-bit data in message header',
    '554 Bare LF in message',
  ]],
  ['not-compliant', [
    '550-5.7.1 This message is not RFC 5322 compliant',
    '550 5.7.1 Messages missing a valid Message-ID: missing Message-ID',
  ]],
  ['tls-required', [
    '530 5.7.0 Must issue a STARTTLS command first',
    '554 5.7.10 Encryption needed',
  ]],
  ['policy', [
    '550 Denied by policy',
    '554 5.7.9 Message not accepted for policy reasons.',
    '550 5.7.0 Local Policy Violation',
  ]],
  ['security', [
    '530 5.7.0 Authentication required',
    '550 Unauthenticated senders not allowed',
    '535 5.7.8 Authentication credentials invalid',
  ]],
  ['complaint', [
    'The recipient complained about this message: spam complaint',
  ]],
  ['host-accepts-no-mail', [
    '556 5.1.10 Recipient address has null MX',
    '550 Host does not accept mail',
    'Sorry, I couldn\'t find a mail exchanger or IP address. (#5.4.4)',
  ]],
  ['host-unknown', [
    '550 5.1.2 <u@nowhere.example>... Host unknown (Name server: nowhere.example: host not found)',
    '450 4.1.2 <u@nowhere.example>: Recipient address rejected: Domain not found',
    'Unrouteable address',
    'Sorry, I couldn\'t find any host named nowhere.example. (#5.1.2)',
  ]],
  ['network-error', [
    'connect to mx.x.example[192.0.2.1]:25: No route to host',
    'Name service error for name=x.example type=MX: Malformed or unexpected name server reply',
    'CNAME lookup failed temporarily. (#4.4.3)',
  ]],
  ['routing-loop', [
    '554 5.4.6 Too many hops',
    '554 5.4.14 Hop count exceeded - possible mail loop',
    '554 5.3.5 Local configuration error: mail loops back to myself',
  ]],
  ['expired', [
    'connect to mx.x.example[192.0.2.1]:25: Connection timed out',
    'retry timeout exceeded',
    '554 5.4.7 Delivery expired (message too old)',
  ]],
  ['mail-system', [
    '451 4.3.0 Temporary server error. Please try again later',
    '421 Service not available',
    'Unable to contact LDAP server. (#4.4.3)',
  ]],
  ['system-full', [
    '452 4.3.1 Insufficient system storage',
    '452 4.4.5 Insufficient disk space; try again later',
  ]],
  ['delivery-program', [
    'Command died with status 1: "/usr/bin/procmail"',
    'X-Unix; 70 mailer died with signal 11',
  ]],
  ['protocol', [
    '504 Command parameter not implemented',
    '503 5.5.1 Bad sequence of commands',
    '501 Syntax error in parameters',
  ]],
  ['expired', [
    "I'm not going to try again; this message has been in the queue too long.",
  ]],
  ['sender-rejected', [
    '550 5.7.1 Access denied',
  ]],
  ['user-unknown', [
    '550 <u@x.example>: no such account here',
    '511 sorry, no mailbox here by that name',
    '550 L\'utilisateur inexistant',
    '550 El usuario no existe',
    '550 Empfänger existiert nicht',
    '550 Utente inesistente',
    '550 нет такого адреса',
    '550 用户未找到',
    '550 5.1.1 recipient does not exists',
    '550 that user does not exist',
    '550 5.1.0 Address rejected: unable to find recipient',
  ]],
  ['mailbox-disabled', [
    '550 5.2.1 This mailbox has been deactivated',
    '554 user has been suspended: x',
    '550 conta bloqueada',
    '550 Konto deaktiviert',
    '550 recipient\'s account is disabled',
    '450 account temporarily blocked',
  ]],
  ['mailbox-full', [
    '552 Quota exceeded (mailbox for user is full)',
    '452 4.2.2 recipient\'s inbox is full',
    '552 RCPT TO: user\'s mailbox is full',
    '422 The mailbox has exceeded its quota',
    '550 casella di posta piena',
    '552 Boîte de réception pleine',
    '552 el buzón está lleno: cuota superada',
    '550 邮箱已满',
    '554 5.2.2 Speicherplatz ist voll',
    '552 out of mailbox space',
  ]],
  ['message-too-large', [
    '552 5.3.4 message size exceeded',
    '552 Message was too large',
    '554 Nachricht ist zu groß',
    '552 メールサイズが制限を超えています',
    '523 the message exceeds our limit',
  ]],
  ['virus', [
    '554 5.7.1 infected attachment was found',
    '550 ウイルスが検出されました',
  ]],
  ['spam', [
    '550 message scored 12.1: deemed spam',
    '554 5.7.1 spam detection software refused it',
    '550 considéré comme spam',
    '554 похоже на спам',
    '550 垃圾邮件',
  ]],
  ['authentication-failed', [
    '550 5.7.1 failing DMARC',
    '550 SPF unauthorized mail is prohibited',
    '550 denied by SPF',
    '550 rejected by SPF',
    '554 DKIM test failed',
  ]],
  ['no-reverse-dns', [
    '554 missing PTR',
    '550 client has no reverse',
    '554 5.7.1 your server lacks reverse records',
    '450 4.7.1 hostname lookup failed: forward confirmed name needed',
  ]],
  ['address-blocked', [
    '554 5.7.1 connecting IP is blacklisted',
    '550 source refused: listed in Spamhaus.org',
    '554 access denied for this host',
    '550 denied by access list',
    '554 from dynamic range',
  ]],
  ['relaying-denied', [
    '550 5.7.1 relaying disallowed',
    '550 not an open relay',
    '551 we do not handle mail for that',
    '550 relay attempt',
  ]],
  ['rate-limited', [
    '451 4.7.1 your sending quota is used up',
    '450 message rate too high',
    '452 4.5.3 recipient limit',
    '451 you are sending messages too fast',
  ]],
  ['too-many-connections', [
    '421 maximum number of concurrent links from this client',
    '421 4.7.0 too many parallel ones',
    '421 concurrency limit',
  ]],
  ['greylisted', [
    '451 Temporary greylist',
    '450 4.2.0 greylisting, first-time sender',
  ]],
  ['host-unknown', [
    '550 5.1.2 domain name does not exist',
    '554 unable to find host x.example',
    '550 dominio inexistente',
  ]],
  ['network-error', [
    '451 4.4.2 connection was closed',
    '441 4.4.1 no servers could be reached',
    '451 DNS resolution',
  ]],
  ['mail-system', [
    '451 4.3.0 internal resource failure',
    '432 4.3.2 system is busy',
    '421 service temporarily off',
    '451 database failure',
  ]],
  ['system-full', [
    '452 4.3.1 server is full',
    '452 partition full',
  ]],
  ['tls-required', [
    '530 5.7.0 must be encrypted',
    '454 4.7.0 TLS policy of the host',
  ]],
  ['delivery-program', [
    '550 pipe command of the user',
    '554 5.3.0 script failed',
  ]],
  ['protocol', [
    '500 5.5.2 command line too long',
    '503 5.5.1 improper pipelining',
  ]],
  ['suppressed', [
    '550 recipient on our bounce list',
    '550 5.7.1 previously unsubscribed',
  ]],
]; // prettier-ignore
