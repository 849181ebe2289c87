import type { ProviderRule } from './rule.ts';

/** What single providers mean by their words and codes. They come before all other rules, in this order. */
export const PROVIDERS: readonly ProviderRule[] = [
  {
    provider: 'NTT docomo',
    hosts: ['docomo.ne.jp'],
    says: [
      // Said after the content: the recipient's settings for senders refuse it.
      { reason: 'sender-rejected', words: ['unknown user'], after: ['content', 'data'], examples: ['550 Unknown user ann@example.org'] },
    ],
  },
  {
    provider: 'au by KDDI',
    hosts: [],
    says: [
      // The reply to the content names nobody, and begins with the colon that a name would stand before.
      { reason: 'recipient-filtered', words: ['550 : user unknown', '550: : user unknown'], examples: ['550 : User unknown'] },
    ],
  },
  {
    provider: 'cPanel',
    hosts: [],
    says: [
      // Guesses at blacklists too; what it knows is that nothing answered.
      { reason: 'host-unknown', words: ['the account or domain may not exist'], examples: ['The mail server could not deliver mail to ann@example.org.  The account or domain may not exist, they may be blacklisted, or missing the proper dns entries.'] },
    ],
  },
  {
    provider: 'sysexits',
    hosts: [],
    // What sendmail writes under X-Unix: the exit status of the program.
    says: [
      { reason: 'user-unknown', words: ['x-unix;67'], examples: ['x-unix;67'] },
      { reason: 'host-unknown', words: ['x-unix;68'], examples: ['x-unix;68'] },
      { reason: 'mail-system', words: ['x-unix;77', 'x-unix;78'], examples: ['x-unix;77'] },
    ],
  },
  {
    provider: 'Microsoft 365',
    hosts: ['outlook.com', 'hotmail.com', 'office365.us', 'microsoft.com', 'onmicrosoft.com', 'office.com'],
    says: [
      { reason: 'authentication-failed', words: [], statuses: ['5.7.515', '5.7.509', '5.7.512', '5.7.26', '5.7.23'], examples: [] },
      { reason: 'address-blocked', words: ['s3140', 's3150', 's3115', 'as3140', 'part of their network is on our block list'], examples: ["550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. (S3150)"] },
      { reason: 'bad-reputation', words: ['s775', 's843', 's844', 'rate limited due to ip reputation'], examples: ['451 4.7.650 The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation. (S843)'] },
      { reason: 'spam', words: [], statuses: ['5.7.511', '5.7.512', '5.7.350'], examples: [] },
    ],
  },
  {
    provider: 'Microsoft Exchange',
    hosts: [],
    says: [
      // A recipient that directory-based blocking does not find.
      { reason: 'user-unknown', words: ['recipient address rejected: access denied'], statuses: ['5.4.1'], examples: ['550 5.4.1 [ann@example.org]: Recipient address rejected: Access denied'] },
      { reason: 'rate-limited', words: ['tenant has exceeded threshold', 'sender has exceeded the maximum', 'submissionquotaexceeded', 'recipient thread limit'], examples: ['550 5.7.705 Access denied, tenant has exceeded threshold'] },
      { reason: 'sender-rejected', words: ['resolver.rst.notauthorized', 'resolver.rst.auth', 'resolver.rst.restricted', 'sendernotauthenticatedforgroup'], examples: ['550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized'] },
      { reason: 'message-too-large', words: ['sizelimit'], examples: ['550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large'] },
      { reason: 'policy', words: ['transport.rules.reject'], examples: ['550 5.7.1 TRANSPORT.RULES.RejectMessage; the message was rejected by organization policy'] },
    ],
  },
  {
    provider: 'Google',
    hosts: ['google.com', 'googlemail.com', 'gmail.com', 'psmtp.com'],
    says: [
      { reason: 'rate-limited', words: [], statuses: ['4.7.28', '5.7.28', '4.2.1'], examples: [] },
      { reason: 'no-reverse-dns', words: [], statuses: ['4.7.23', '5.7.25', '4.7.25'], examples: [] },
      { reason: 'authentication-failed', words: [], statuses: ['4.7.26', '5.7.26', '4.7.27', '5.7.27', '4.7.30', '5.7.30', '4.7.32', '5.7.32'], examples: [] },
      { reason: 'tls-required', words: [], statuses: ['4.7.29', '5.7.29'], examples: [] },
    ],
  },
  {
    provider: 'Yahoo and AOL',
    hosts: [],
    says: [
      { reason: 'bad-reputation', words: ['[tss04]', '[tss05]', '[ts01]', '[ts02]', '[ts03]', '[tss09]', '[tss11]'], examples: ['421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred'] },
      { reason: 'address-blocked', words: ['rly:b1', 'rtr:bb', 'rly:bd', 'dyn:t1', '(rly:ch', '(dns:nr', 'con:b1', '[bl21]', '[bl22]', '[bl23]', '[gl01]'], examples: ['554 5.7.1 (RLY:B1) refused'] },
      { reason: 'spam', words: ['(hvu:b1)', '(hvu:b2)', '(crx:'], examples: ['554 5.7.1 (HVU:B1) URL contained in this email'] },
      { reason: 'user-unknown', words: ['delivery error: dd this user doesn\'t have', 'delivery error: dd sorry your message'], examples: ["554 delivery error: dd This user doesn't have a example.org account (ann@example.org) [0]"] },
      // Its own step behind the server that took the address.
      { reason: 'recipient-filtered', words: [') [-9]'], examples: ["This user doesn't have a example.org account (ann@example.org) [-9]"] },
    ],
  },
  {
    provider: 'Facebook',
    hosts: [],
    says: [
      { reason: 'user-unknown', words: ['rcp-p1'], examples: ['550 5.1.1 RCP-P1 refused'] },
      { reason: 'recipient-filtered', words: ['rcp-p2', 'rcp-p3'], examples: ['550 5.1.1 RCP-P3 refused'] },
      { reason: 'message-too-large', words: ['msg-p1'], examples: ['552 5.3.4 MSG-P1 refused'] },
      { reason: 'rate-limited', words: ['con-t1', 'con-t3', 'pol-t1', 'rcp-t1'], examples: ['421 4.7.0 CON-T1 refused'] },
      { reason: 'authentication-failed', words: ['pol-p7'], examples: ['554 5.7.0 POL-P7 refused'] },
      { reason: 'address-blocked', words: ['pol-p1', 'pol-p2', 'pol-p3', 'pol-p4'], examples: ['554 5.7.0 POL-P1 refused'] },
      { reason: 'mail-system', words: ['int-p1', 'int-t1', 'int-p3', 'int-p4'], examples: ['554 5.3.0 INT-P1 refused'] },
    ],
  },
  {
    provider: 'GoDaddy',
    hosts: [],
    says: [
      { reason: 'authentication-failed', words: ['ib508', 'ib509', 'ib510', 'ib511'], examples: ['550 5.1.0 IB508 refused'] },
      { reason: 'sender-rejected', words: ['ib501', 'ib502', 'ib503', 'ib504', 'ib506'], examples: ['550 5.1.0 IB504 refused'] },
      { reason: 'no-reverse-dns', words: ['ib401', 'ib402', 'ib403', 'ib404', 'ib405'], examples: ['554 IB401 refused'] },
      { reason: 'address-blocked', words: ['ib103', 'ib104', 'ib105', 'ib108', 'ib111', 'ib112'], examples: ['554 IB103 refused'] },
      { reason: 'rate-limited', words: ['ib607', 'ib705', 'ib004', 'ib007', 'ib101', 'ib110'], examples: ['554 IB607 refused'] },
      { reason: 'mailbox-full', words: ['ib605'], examples: ['552 IB605 refused'] },
      { reason: 'spam', words: ['ib212', 'ib702', 'ib703', 'ib704'], examples: ['552 IB702 refused'] },
    ],
  },
  {
    provider: 'Tencent',
    hosts: [],
    says: [
      { reason: 'too-many-connections', words: ['ip frequency limited', 'connection frequency limited', 'domain frequency limited', 'sender frequency limited'], examples: ['550 Ip frequency limited'] },
      { reason: 'authentication-failed', words: ['spf check failed', 'dkim check failed'], examples: ['550 SPF check failed'] },
    ],
  },
  {
    provider: 'MessageLabs',
    hosts: ['messagelabs.com'],
    says: [{ reason: 'user-unknown', words: [], replyCodes: [542], examples: [] }],
  },
  {
    provider: 'Apple',
    hosts: ['icloud.com', 'apple.com', 'me.com', 'mac.com'],
    says: [
      { reason: 'spam', words: ['[cs01]'], examples: ['550 5.7.1 [CS01] Message rejected due to local policy.'] },
      { reason: 'address-blocked', words: ['[hm07]'], examples: ['554 5.7.1 [HM07] Message rejected'] },
      { reason: 'authentication-failed', words: ['[hm08]'], examples: ['554 5.7.1 [HM08] Message rejected due to local policy.'] },
    ],
  },
  {
    provider: 'Orange',
    hosts: ['orange.fr', 'wanadoo.fr', 'wanadoo.com'],
    says: [
      { reason: 'too-many-connections', words: ['ofr_102', 'ofr_103', 'ofr_104', 'ofr004_104', 'ofr004_102'], examples: ['421 OFR004_104 Too many connections'] },
      { reason: 'user-unknown', words: ['ofr_416', 'ofr004_416', 'ofr_515'], examples: ['550 5.1.1 OFR_416 refused'] },
      { reason: 'mailbox-full', words: ['ofr_417', 'ofr004_417'], examples: ['552 5.1.1 OFR_417 refused'] },
      { reason: 'address-blocked', words: ['ofr_506', 'ofr_501', 'ofr004_501'], examples: ['550 OFR_506 refused'] },
    ],
  },
  {
    provider: 'Comcast and Spectrum',
    hosts: [],
    says: [
      { reason: 'address-blocked', words: ['bl000000', 'bl000010', 'bl000110', 'bl000001', 'aup#bl', 'aup#rbl', 'aup#in-1310', 'aup#in-1330', 'aup#1310', 'aup#1330'], examples: ['554 BL000010 refused'] },
      { reason: 'authentication-failed', words: ['dm000001', 'aup#in-1450'], examples: ['550 DM000001 refused'] },
    ],
  },
]; // prettier-ignore
