import type { PhraseRule } from './rule.ts';

/** Words about the content and about rules for it. */
export const MESSAGE_PHRASES: readonly PhraseRule[] = [
  {
    reason: 'message-too-large',
    weight: 3,
    phrases: ['message too large', 'message too big', 'message is too large', 'message is too big', 'message size exceeds*', 'message exceeds*', 'message length exceeds*', 'size exceeds*', 'message size limit', 'maximum message size', 'exceeds size limit', 'exceeded the maximum message size', 'exceeds maximum', 'exceeds fixed maximum', 'exceeds the maximum', 'exceeds the size', 'message size', 'mail size limit', 'size limit', 'too large to', 'too big for', 'message header size', 'line limit exceeded', 'data size exceeds', 'mail is too big', 'mail is too large', 'content too large', 'larger than', 'attachment size', 'sendersizelimit', 'recipsizelimit', 'max message size', 'nachricht zu gro*', 'trop volumineux', 'demasiado grande', 'message file too big', 'body too large', 'size of this message exceeds'],
  },
  {
    reason: 'virus',
    weight: 3,
    phrases: ['virus', 'viruses', 'malware', 'trojan*', 'worm', 'infected', 'virus detected', 'virus found', 'clamav', 'contains a virus', 'phishing'],
  },
  {
    reason: 'spam',
    weight: 3,
    phrases: ['blacklisted url', 'blocklisted url', 'spam message', 'spam content', 'spam detected', 'spam filter*', 'spam score', 'spam mail', 'spam-like', 'high probability of spam', 'considered spam', 'considered as spam', 'identified as spam', 'classified as spam', 'detected as spam', 'rejected as spam', 'marked as spam', 'flagged as spam', 'looks like spam', 'reported as spam', 'likely spam', 'is spam', 'as spam', 'probable spam', 'suspected spam', 'this is spam', 'spam rejected', 'unsolicited', 'unwanted mail', 'spamassassin', 'junk mail', 'antispam', 'anti-spam', 'contains spam', 'message contains spam', 'appears to be spam', 'appears to be unsolicited', 'spam policy', 'spam block', 'content-based spam', 'spamming', 'bulk mail', 'rejected by content filter', 'content filter', 'content rejected', 'message content rejected', 'mail content denied', 'rejected by spam', 'spam engine', 'listed url', 'surbl', 'uribl', 'dbl', 'blocked url', 'likely unsolicited', 'because of its content', 'rspamd', 'detected spam', 'spamdetect*', 'too spammy', 'spam limit', 'spam'],
  },
  {
    reason: 'content',
    weight: 3,
    phrases: ['attachment*', 'prohibited attachment', 'improper use of 8-bit', 'bare lf', 'bare line', 'bare <lf>', 'bad header', 'invalid header', 'malformed header', 'malformed message', 'mime error', 'mime-error', 'improper folded', 'nul character', 'message has been rejected because it contains', 'date header', 'executable file*', 'file type', 'message not rfc', 'illegal content', 'unsupported media', 'conversion required', 'content type'],
  },
  {
    reason: 'not-compliant',
    weight: 3,
    phrases: ['rfc 5322', 'rfc 2822', 'rfc 822', 'rfc5322', 'rfc2822', 'not rfc compliant', 'not compliant', 'not rfc 5322 compliant', 'rfc 5321', 'duplicate headers', 'multiple addresses in from', 'missing from header', 'missing date', 'missing message-id', 'no message-id', 'multiple from'],
  },
  {
    reason: 'tls-required',
    weight: 3,
    phrases: ['starttls command first', 'starttls is required', 'tls is required', 'tls required', 'must issue a starttls', 'requires tls', 'encryption required', 'encryption needed', 'tls not available', 'tls handshake', 'starttls failed', 'certificate verif*', 'tls negotiation', 'certificate*', 'dane', 'mta-sts', 'tls connection', 'starttls'],
  },
  {
    reason: 'policy',
    weight: 2,
    phrases: ['local policy', 'header error', 'policy violation', 'policy violation detected', 'policy reasons', 'for policy', 'denied by policy', 'by policy', 'due to policy', 'policy rejection', 'policy reject', 'policy error', 'site policy', 'security policy', 'security policies', 'domain policy', 'administrative policy', 'email policy', 'against policy', 'policy restriction*', 'violates policy', 'violation of policy', 'policy', 'administrative prohibition', 'administratively denied', 'administratively prohibited', 'administrative reasons', 'prohibited by administrator', 'company policy', 'violates our', 'delivery not allowed', 'transport rule*', 'rules.rejectmessage', 'not accepted -- ', 'too many equal x-headers', 'rejected by the administrator', 'message rejected by', 'not accepted for policy'],
  },
  {
    reason: 'security',
    weight: 2,
    phrases: ['authentication required', 'authentication failed', 'authentication turned on', 'smtp authentication', 'not authenticated', 'unauthenticated senders not allowed', 'unauthenticated sender*', 'must authenticate', 'you must authenticate', 'login required', 'credentials', 'authentication credentials', 'smtp auth', 'verification failure', 'insecure mechanism', 'permission denied', 'not authorized', 'not authorised', 'unauthorized', 'you are not authorized', 'account not subscribed to ses', 'client was not authenticated', 'user not authorized'],
  },
  {
    reason: 'complaint',
    weight: 3,
    phrases: ['complained about', 'complaint received', 'spam complaint', 'marked your message as unwanted'],
  },
]; // prettier-ignore
