import type { ProviderRule } from './rule.ts';

/** What single providers mean by their words and codes. They come before all other rules, in this order. */
export const PROVIDERS: readonly ProviderRule[] = [
  {
    provider: 'NTT docomo',
    hosts: ['docomo.ne.jp'],
    says: [
      // Said after the content: the recipient's settings for senders refuse it.
      { reason: 'sender-rejected', words: ['unknown user'], after: ['content', 'data'] },
    ],
  },
  {
    provider: 'au by KDDI',
    hosts: [],
    says: [
      // The reply to the content names nobody, and begins with the colon that a name would stand before.
      { reason: 'recipient-filtered', words: ['550 : user unknown', '550: : user unknown'] },
    ],
  },
  {
    provider: 'cPanel',
    hosts: [],
    says: [
      // Guesses at blacklists too; what it knows is that nothing answered.
      { reason: 'host-unknown', words: ['the account or domain may not exist'] },
    ],
  },
  {
    provider: 'sysexits',
    hosts: [],
    // What sendmail writes under X-Unix: the exit status of the program.
    says: [
      { reason: 'user-unknown', words: ['x-unix;67'] },
      { reason: 'host-unknown', words: ['x-unix;68'] },
      { reason: 'mail-system', words: ['x-unix;77', 'x-unix;78'] },
    ],
  },
  {
    provider: 'Microsoft 365',
    hosts: ['outlook.com', 'hotmail.com', 'office365.us', 'microsoft.com', 'onmicrosoft.com', 'office.com'],
    says: [
      { reason: 'authentication-failed', words: [], statuses: ['5.7.515', '5.7.509', '5.7.512', '5.7.26', '5.7.23'] },
      { reason: 'address-blocked', words: ['s3140', 's3150', 's3115', 'as3140', 'part of their network is on our block list'] },
      { reason: 'bad-reputation', words: ['s775', 's843', 's844', 'rate limited due to ip reputation'] },
      { reason: 'spam', words: [], statuses: ['5.7.511', '5.7.512', '5.7.350'] },
    ],
  },
  {
    provider: 'Microsoft Exchange',
    hosts: [],
    says: [
      // A recipient that directory-based blocking does not find.
      { reason: 'user-unknown', words: ['recipient address rejected: access denied'], statuses: ['5.4.1'] },
      { reason: 'rate-limited', words: ['tenant has exceeded threshold', 'sender has exceeded the maximum', 'submissionquotaexceeded', 'recipient thread limit'] },
      { reason: 'sender-rejected', words: ['resolver.rst.notauthorized', 'resolver.rst.auth', 'resolver.rst.restricted', 'sendernotauthenticatedforgroup'] },
      { reason: 'message-too-large', words: ['sizelimit'] },
      { reason: 'policy', words: ['transport.rules.reject'] },
    ],
  },
  {
    provider: 'Google',
    hosts: ['google.com', 'googlemail.com', 'gmail.com', 'psmtp.com'],
    says: [
      { reason: 'rate-limited', words: [], statuses: ['4.7.28', '5.7.28', '4.2.1'] },
      { reason: 'no-reverse-dns', words: [], statuses: ['4.7.23', '5.7.25', '4.7.25'] },
      { reason: 'authentication-failed', words: [], statuses: ['4.7.26', '5.7.26', '4.7.27', '5.7.27', '4.7.30', '5.7.30', '4.7.32', '5.7.32'] },
      { reason: 'tls-required', words: [], statuses: ['4.7.29', '5.7.29'] },
    ],
  },
  {
    provider: 'Yahoo and AOL',
    hosts: [],
    says: [
      { reason: 'bad-reputation', words: ['[tss04]', '[tss05]', '[ts01]', '[ts02]', '[ts03]', '[tss09]', '[tss11]'] },
      { reason: 'address-blocked', words: ['rly:b1', 'rtr:bb', 'rly:bd', 'dyn:t1', '(rly:ch', '(dns:nr', 'con:b1', '[bl21]', '[bl22]', '[bl23]', '[gl01]'] },
      { reason: 'spam', words: ['(hvu:b1)', '(hvu:b2)', '(crx:'] },
      { reason: 'user-unknown', words: ['delivery error: dd this user doesn\'t have', 'delivery error: dd sorry your message'] },
      // Its own step behind the server that took the address.
      { reason: 'recipient-filtered', words: [') [-9]'] },
    ],
  },
  {
    provider: 'Facebook',
    hosts: [],
    says: [
      { reason: 'user-unknown', words: ['rcp-p1'] },
      { reason: 'recipient-filtered', words: ['rcp-p2', 'rcp-p3'] },
      { reason: 'message-too-large', words: ['msg-p1'] },
      { reason: 'rate-limited', words: ['con-t1', 'con-t3', 'pol-t1', 'rcp-t1'] },
      { reason: 'authentication-failed', words: ['pol-p7'] },
      { reason: 'address-blocked', words: ['pol-p1', 'pol-p2', 'pol-p3', 'pol-p4'] },
      { reason: 'mail-system', words: ['int-p1', 'int-t1', 'int-p3', 'int-p4'] },
    ],
  },
  {
    provider: 'GoDaddy',
    hosts: [],
    says: [
      { reason: 'authentication-failed', words: ['ib508', 'ib509', 'ib510', 'ib511'] },
      { reason: 'sender-rejected', words: ['ib501', 'ib502', 'ib503', 'ib504', 'ib506'] },
      { reason: 'no-reverse-dns', words: ['ib401', 'ib402', 'ib403', 'ib404', 'ib405'] },
      { reason: 'address-blocked', words: ['ib103', 'ib104', 'ib105', 'ib108', 'ib111', 'ib112'] },
      { reason: 'rate-limited', words: ['ib607', 'ib705', 'ib004', 'ib007', 'ib101', 'ib110'] },
      { reason: 'mailbox-full', words: ['ib605'] },
      { reason: 'spam', words: ['ib212', 'ib702', 'ib703', 'ib704'] },
    ],
  },
  {
    provider: 'Tencent',
    hosts: [],
    says: [
      { reason: 'too-many-connections', words: ['ip frequency limited', 'connection frequency limited', 'domain frequency limited', 'sender frequency limited'] },
      { reason: 'authentication-failed', words: ['spf check failed', 'dkim check failed'] },
    ],
  },
  {
    provider: 'MessageLabs',
    hosts: ['messagelabs.com'],
    says: [{ reason: 'user-unknown', words: [], replyCodes: [542] }],
  },
  {
    provider: 'Apple',
    hosts: ['icloud.com', 'apple.com', 'me.com', 'mac.com'],
    says: [
      { reason: 'spam', words: ['[cs01]'] },
      { reason: 'address-blocked', words: ['[hm07]'] },
      { reason: 'authentication-failed', words: ['[hm08]'] },
    ],
  },
  {
    provider: 'Orange',
    hosts: ['orange.fr', 'wanadoo.fr', 'wanadoo.com'],
    says: [
      { reason: 'too-many-connections', words: ['ofr_102', 'ofr_103', 'ofr_104', 'ofr004_104', 'ofr004_102'] },
      { reason: 'user-unknown', words: ['ofr_416', 'ofr004_416', 'ofr_515'] },
      { reason: 'mailbox-full', words: ['ofr_417', 'ofr004_417'] },
      { reason: 'address-blocked', words: ['ofr_506', 'ofr_501', 'ofr004_501'] },
    ],
  },
  {
    provider: 'Comcast and Spectrum',
    hosts: [],
    says: [
      { reason: 'address-blocked', words: ['bl000000', 'bl000010', 'bl000110', 'bl000001', 'aup#bl', 'aup#rbl', 'aup#in-1310', 'aup#in-1330', 'aup#1310', 'aup#1330'] },
      { reason: 'authentication-failed', words: ['dm000001', 'aup#in-1450'] },
    ],
  },
]; // prettier-ignore
