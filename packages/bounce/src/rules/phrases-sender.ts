import type { PhraseRule } from './rule.ts';

/** Words about the sender, its host, its name and its reputation. */
export const SENDER_PHRASES: readonly PhraseRule[] = [
  {
    reason: 'authentication-failed',
    weight: 3,
    phrases: [
      'dmarc', 'dmarc policy', 'spf record*', 'spf check*', 'spf fail*', 'failed spf', 'spf validation', 'sender policy framework', 'not permitted by spf', 'spf: ', 'spf hardfail', 'spf softfail', 'spf permerror', 'per spf', 'spf policy', 'spf-related', 'spf (sender', 'dkim fail*', 'dkim signature', 'dkim check*', 'dkim verification', 'failed dkim', 'no dkim', 'dkim = did not pass', 'spf [', 'dkim validation', 'missing dkim', 'dkim or spf', 'spf or dkim', 'not authorized to send from', 'is not allowed to send mail from', 'is not allowed to send from', 'unauthenticated email', 'email from this sender is unauthenticated', 'sender is unauthenticated', 'is unauthenticated', 'not authenticated, which poses', 'fails authentication', 'failed authentication checks', 'required authentication level', 'domain authentication', 'sender id', 'authentication checks', 'authentication results', 'message does not pass authentication', 'arc validation', 'rejected due to spf', 'email rejected per', 'sender domain authentication', 'sender authentication', 'is not an authorized relay', 'failed to pass authentication',
    ],
  },
  {
    reason: 'no-reverse-dns',
    weight: 3,
    phrases: [
      'reverse dns', 'unverifyable sending ips', 'unverifiable sending', 'ptr record*', 'no ptr', 'reverse lookup', 'reverse hostname', 'reverse host name', 'cannot find your reverse hostname', 'cannot find your hostname', 'rdns', 'reverse ip lookup', 'no reverse', 'invalid reverse', 'reverse-dns', 'ip name lookup failed', 'ip name forged', 'ip name possibly forged', 'possibly forged', 'ptr lookup', 'fix your reverse', 'valid ptr', 'unresolvable reverse', 'all mail servers must have a ptr', 'forward-confirmed', 'fcrdns', 'client ip has no', 'hostname does not match', 'dns ptr', 'ptr resource record', 'resolve client hostname', 'address does not resolve', 'ptr: none', 'no hostname for', 'unable to resolve your', 'does not have a ptr', 'no name found for',
    ],
  },
  {
    reason: 'bad-reputation',
    weight: 3,
    phrases: ['low reputation', 'poor reputation', 'bad reputation', 'ip reputation', 'domain reputation', 'sender reputation', 'reputation of the sending', 'reputation of', 'reputation is', 'low domain reputation', 'due to reputation', 'reputation score', 'ip address has a poor reputation', 'reputation filter*', 'lower reputation', 'reputation-based', 'reputation problem*', 'reputation too low', 'unexpected volume or user complaints', 'senderscore', 'senderbase', 'suspicious due to the very low', 'unusual rate of', 'no reputation', 'reputation level'],
  },
  {
    reason: 'address-blocked',
    weight: 3,
    phrases: [
      'blocked using', 'not accepting connections', 'blocked by', 'rejected by rbl', 'in a black list', 'on a black list', 'found on', 'is on a blacklist', 'is in a blacklist', 'listed as', 'bad sending host', 'refusing connection', 'connection rejected', 'connect denied', 'client blocked', 'access denied by', 'untrusted host', 'server has been blocked', 'host is blocked', 'invalid ip for sending', 'cannot accept mail from your host', 'your mail server', 'your server', 'blocked for', 'block list', 'blocklist*', 'block-list', 'blacklist*', 'black list', 'black listed', 'block listed', 'dnsbl', 'rbl', 'realtime blackhole', 'realtime blacklist*', 'spamhaus', 'spamcop', 'sorbs', 'barracudacentral', 'cbl.abuseat.org', 'zen.spamhaus.org', 'uceprotect', 'ip listed', 'is listed in', 'listed by', 'listed on', 'is listed', 'ip blocked', 'ip is blocked', 'your ip', 'banned ip', 'banned sending ip', 'banned sender', 'banned', 'ip address is blocked', 'ip address blocked', 'ip address banned', 'ip has been blocked', 'blocked ip', 'blocked due to', 'host blocked', 'your host is not allowed', 'host not allowed', 'client host rejected', 'client host blocked', 'client host [', 'has been blocked', 'access denied to your', 'connection refused by policy', 'connections from this host', 'connections not accepted', 'mail from your ip', 'mail from your server', 'your network', 'blocked address', 'ip rejected', 'not accepting mail from your', 'not accept mail from your', 'refused to accept mail from your', 'rejecting mail from', 'rejected because of your ip', 'dynamic ip', 'dialup', 'dial-up', 'residential ip', 'dynamic address*', 'generic hostname', 'helo command rejected', 'invalid helo', 'bad helo', 'helo rejected', 'helo/ehlo', 'ehlo argument', 'helo name', 'my name was rejected', 'your domain is not allowed', 'server ip', 'ip address rejected', 'blocked - see', 'unfortunately, messages from', 'weren\'t sent. please contact your internet service provider', 'is on our block list', 'mail server has been', 'has been temporarily blocked', 'temporarily blocked', 'sbl-xbl', 'xbl', 'sending ip', 'ip address is', 'dnsrbl', 'mail refused from', 'no connections from', 'access from ip address', 'you are not allowed to connect', 'not allowed to connect', 'refused connection from', 'missing reverse dns for',
    ],
  },
  {
    reason: 'sender-rejected',
    weight: 3,
    phrases: [
      'sender address rejected', 'sender rejected', 'sender was rejected', 'sender is rejected', 'sender denied', 'sender blocked', 'sender is blocked', 'blocked sender', 'sender not allowed', 'sender is not allowed', 'sender verify failed', 'verification failed for <', 'verify failed for sender', 'callback verification', 'sender id rejected', 'mail from address', 'invalid return path', 'return path rejected', 'domain of sender', 'unresolvable domain', 'sender domain does not exist', 'sender verification failed', 'sender domain', 'domain of sender address*', 'domain of sender does not', 'sender address', 'address not accepted for sender', 'invalid sender', 'bad sender*', 'sender invalid', 'unknown sender', 'sender unknown', 'sender address is not valid', 'sender refused', 'rejected sender', 'unverified address', 'could not verify sender', 'email address is not verified by', 'your address is not', 'your email address has been blocked', 'your email is blocked', 'mail from not', 'mail from denied', 'from address', 'spoofed sender', 'not allowed to send to', 'not allowed to post', 'not authorized to send to', 'not authorized to post', 'not permitted to send to', 'delivery not authorized', 'delivery restriction*', 'permission to post', 'you don\'t have permission', 'do not have permission to', 'only members', 'non-member*', 'not subscribed', 'sender not authorized', 'senderfilteragent', 'closed to', 'resolver.rst.*', 'restricted group', 'sender not authenticated for', 'authentication required for sender', 'senders are not', 'may not have permission', 'recipient only accepts', 'only accepts mail from', 'you are not on', 'from your domain', 'domain is not allowed', 'null sender', 'we do not accept mail from', 'does not accept mail from', 'will not accept mail from', 'groups.google.com', 'mail from: <> ', 'who are you', 'refused sender', 'sender is not',
    ],
  },
  {
    reason: 'relaying-denied',
    weight: 3,
    phrases: ['relay access denied', 'relaying denied', 'relay denied', 'relaying not allowed', 'relay not permitted', 'relaying not permitted', 'unable to relay', 'not configured to relay', 'relaying prohibited', 'relay prohibited', 'no relaying', 'relay not allowed', 'relay is not', 'relaying is', 'we do not relay', 'won\'t relay', 'does not relay', 'not relay for', 'cannot relay', 'relay operation', 'not permitted to relay', 'not allowed to relay', 'domain isn\'t in my list of allowed rcpthosts', 'list of allowed rcpthosts', 'rcpthosts', 'mail forwarding denied', 'must use smtp auth', 'email address is not verified', 'that domain isn\'t', 'not local domain', 'domain not hosted', 'is not hosted here', 'not accepted for domain', 'insecure mail relay', 'open relay', 'relaymail'],
  },
  {
    reason: 'too-many-connections',
    weight: 3,
    phrases: ['too many connections', 'too many invalid recipients', 'too many bad', 'too many smtp sessions', 'too many open connections', 'simultaneous connections', 'too many concurrent', 'too many simultaneous', 'connections per', 'too many sessions', 'concurrent connections', 'concurrent smtp connections', 'connection limit', 'connections limit', 'connection rate', 'frequency limited', 'too frequent*', 'connections from your', 'max connections', 'maximum connections', 'too many errors from your', 'trop de connexions', 'connection count', 'too many smtp', 'connections exceeded', 'all server ports are busy', 'exceeded the maximum number of connections', 'ip frequency', 'connection frequency', 'domain frequency'],
  },
  {
    reason: 'rate-limited',
    weight: 3,
    phrases: ['rate limit*', 'rate-limit*', 'ratelimit*', 'throttl*', 'too many messages', 'too many mails', 'too many emails', 'sending limit*', 'message limit', 'too many recipients', 'mails per', 'messages per', 'recipients per', 'too much mail', 'receiving mail too quickly', 'receiving mail at a rate', 'sending too fast', 'sending rate', 'exceeded the rate', 'daily limit', 'hourly limit', 'daily sending', 'quota of messages', 'limit exceeded for sender', 'slow down', 'exceeded the allowable number', 'maximum credit is', 'volume limit', 'submission quota', 'too quickly', 'limit on the number of', 'excessive'],
  },
  {
    reason: 'greylisted',
    weight: 3,
    phrases: ['greylist*', 'graylist*', 'grey list*', 'gray list*', 'grey-list*', 'try again in a few minutes', 'come back later', 'please retry in'],
  },
]; // prettier-ignore
