import type { PhraseRule } from './rule.ts';

/** Words about the content and about rules for it. */
export const MESSAGE_PHRASES: readonly PhraseRule[] = [
  {
    reason: 'message-too-large',
    weight: 3,
    phrases: ['message too large', 'message size exceeds*', 'message exceeds*', 'message length exceeds*', 'size exceeds*', 'maximum message size', 'exceeds maximum', 'exceeds fixed maximum', 'exceeds the maximum', 'message size', 'mail size limit', 'size limit', 'too large to', 'too big for', 'message header size', 'line limit exceeded', 'attachment size', 'sendersizelimit', 'recipsizelimit', 'nachricht zu gro*', 'message size too*', 'message too long', 'message is too long', 'message was too long', 'message size is too', 'message size exceed', 'message size of', 'message length', 'email size', 'size of your message', 'size of the message', 'size of email', 'exceeds max', 'exceeds our', 'exceeds server limit', 'exceeds system limit', 'exceeds your', 'exceeds administrative', 'exceeds allowable', 'exceeds the allowed', 'exceeds the limit', 'exceeds limit', 'exceeds local', 'max. message', 'too much data', 'attachment too large', 'attachments too large', 'attachment exceeds', 'attachment is too', 'file too large', 'file too big', 'data too large', 'data length', 'sizelimit*', 'messagesize*', 'tamaño máximo', 'tamaño del mensaje', 'mensaje demasiado', 'tamanho máximo', 'muito grande', 'taille maximale', 'taille du message', 'trop gros', 'nachricht ist zu', 'maximale größe', 'größe der nachricht', 'dimensione massima', 'te groot', 'メールサイズ', 'サイズを超え', 'サイズオーバー', 'サイズ制限', '邮件过大', '信件过大', '邮件大小'],
  },
  {
    reason: 'virus',
    weight: 3,
    phrases: ['virus', 'viruses', 'malware', 'trojan*', 'worm', 'infected', 'clamav', 'phishing', 'infected attachment', 'infection', 'malicious', 'malicious attachment', 'dangerous attachment', 'dangerous content', 'eicar*', 'security threat', 'zero-hour', 'threat detected', 'potentially dangerous', 'ransomware', 'virenfund', 'вирус', 'ウイルス', 'ウィルス', '病毒'],
  },
  {
    reason: 'spam',
    weight: 3,
    phrases: ['blacklisted url', 'blocklisted url', 'spam filter*', 'spam score', 'spam mail', 'spam-like', 'high probability of spam', 'looks like spam', 'reported as spam', 'is spam', 'as spam', 'unsolicited', 'unwanted mail', 'spamassassin', 'junk mail', 'antispam', 'anti-spam', 'contains spam', 'message contains spam', 'spam policy', 'spam block', 'spamming', 'bulk mail', 'content rejected', 'message content rejected', 'rejected by spam', 'listed url', 'surbl', 'uribl', 'dbl', 'because of its content', 'rspamd', 'spamdetect*', 'too spammy', 'spam limit', 'spam', 'spam-score', 'spam check*', 'spam level', 'spam sign*', 'spam url', 'spam text', 'spam words', 'spam email', 'spam trap', 'spamtrap*', 'spammy', 'spam/virus', 'a spam', 'sending spam', 'scored as spam', 'maybe spam', 'known spam', 'bulk spam', 'junk email', 'bulk email', 'bulk message', 'mass mail*', 'vaderetro', 'mailcleaner', 'dspam', 'pyzor', 'barracuda spam', 'content detected', 'content was detected', 'content policy', 'content violation', 'bad content', 'banned content', 'banned word*', 'forbidden word*', 'objectionable content', 'offensive content', 'message scored', 'message was filtered', 'bad url', 'bad link', 'banned url', 'url blacklist*', 'url listed', 'url contained', 'domain in body', 'contains a link', 'contains a url', 'contains blacklisted', 'blacklisted link', 'blacklisted domain in', 'score too high', 'high score', 'high spam', 'score exceeds', 'hit score', 'honeypot', 'pourriel', 'indesejado', 'als spam', 'come spam', 'ongewenste', 'спам', 'это спам', '迷惑メール', 'スパム', '垃圾邮件', '垃圾郵件', '스팸'],
  },
  {
    reason: 'content',
    weight: 3,
    phrases: ['attachment*', 'bare lf', 'bare line', 'bare <lf>', 'bad header', 'mime error', 'mime-error', 'improper folded', 'nul character', 'message has been rejected because it contains', 'date header', 'executable file*', 'file type', 'message not rfc', 'unsupported media', 'conversion required', 'content type', 'bare carriage*', 'bare cr', 'bare cr/lf', 'bare linefeed*', 'bare line feed*', '8-bit character', '8bit characters', 'non-ascii characters', 'malformed address in', 'malformed from', 'mime structure', 'mime parse', 'mime boundary', 'mime nesting', 'nested mime', 'too many parts', 'header line too long', 'header too long', 'header is too long', 'header too large', 'headers too large', 'header size', 'header syntax', 'header content', 'header folding', 'missing header', 'missing headers', 'missing subject', 'missing required header', 'empty subject', 'empty body', 'blank subject', 'message contains bare', 'message contains attachment', 'message contains prohibited', 'message contains nul', 'message has no', 'nul characters', 'null character', 'null characters', 'lone cr', 'lone lf', 'stray newline', 'badly formatted', 'bad mime', 'banned file*', 'banned attachment', 'blocked file', 'forbidden file', 'prohibited file', 'executable attachment', 'executable content', 'encrypted archive', 'password protected', 'password-protected', 'invalid date', 'bad date', 'invalid from header', 'invalid from:', 'language not accepted', 'unsupported character'],
  },
  {
    reason: 'not-compliant',
    weight: 3,
    phrases: ['rfc 5322', 'rfc 2822', 'rfc 822', 'rfc5322', 'rfc2822', 'not rfc compliant', 'not compliant', 'not rfc 5322 compliant', 'rfc 5321', 'multiple addresses in from', 'missing date', 'no message-id', 'multiple from', 'rfc5321', 'rfc821', 'rfc 821', 'rfc 2821', 'rfc2821', 'rfc822', 'rfc 1123', 'rfc2045', 'rfc 2045', 'rfc violation', 'rfc-ignorant', 'rfc compliance', 'rfc compliant', 'rfc-compliant', 'violates rfc', 'not in compliance', 'non-compliant', 'noncompliant', 'does not comply', 'doesn\'t comply', 'duplicate from', 'duplicate subject', 'duplicate date', 'duplicated from', 'multiple subject', 'multiple date', 'more than one from', 'invalid message-id', 'missing message id', 'missing date header', 'no date header', 'no from header', 'invalid header field', 'invalid from', 'missing or invalid', 'messages missing a valid', 'messages with multiple addresses', 'unqualified address', 'multiple \'from\'', 'single instance headers'],
  },
  {
    reason: 'tls-required',
    weight: 3,
    phrases: ['certificate*', 'dane', 'mta-sts', 'starttls', 'tls error', 'tls fail*', 'tls policy', 'tls must', 'tls-required', 'tls-rpt', 'must first issue', 'ssl error', 'handshake fail*', 'handshake error', 'cert verif*', 'untrusted certificate', 'cipher*', 'sts policy'],
  },
  {
    reason: 'policy',
    weight: 2,
    phrases: ['local policy', 'header error', 'policy violation', 'policy violation detected', 'policy reasons', 'for policy', 'denied by policy', 'by policy', 'email policy', 'policy', 'violates our', 'delivery not allowed', 'rules.rejectmessage', 'not accepted -- ', 'too many equal x-headers', 'message rejected by', 'not accepted for policy', 'mail policy', 'policy reason', 'by the postmaster', 'by a rule', 'not in accordance', 'prohibited by', 'rejected by our', 'data loss', 'data leak*', 'richtlinie'],
  },
  {
    reason: 'security',
    weight: 2,
    phrases: ['authentication turned on', 'smtp authentication', 'not authenticated', 'unauthenticated senders not allowed', 'unauthenticated sender*', 'smtp auth', 'verification failure', 'insecure mechanism', 'unauthorized', 'account not subscribed to ses', 'client was not authenticated', 'authentication failure', 'authentication mechanism', 'authentication unsuccessful', 'authentication not', 'not logged in', 'user not authenticated', 'user authentication', 'must login', 'auth first', 'auth error', 'need auth', 'invalid username', 'bad username', 'password expired', 'pop before smtp', 'pop3 first', 'check your mail first', 'privilege*', 'insufficient permission*', 'security restriction*', 'security violation', 'security problem'],
  },
  {
    reason: 'complaint',
    weight: 3,
    phrases: ['spam complaint', 'marked your message as unwanted'],
  },
]; // prettier-ignore
