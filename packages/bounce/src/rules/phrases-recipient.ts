import type { PhraseRule } from './rule.ts';

/** Words about the recipient and its mailbox. */
export const RECIPIENT_PHRASES: readonly PhraseRule[] = [
  {
    reason: 'user-unknown',
    weight: 3,
    phrases: [
      'user unknown', 'unknown user', 'unknown recipient*', 'recipient unknown', 'addressee unknown', 'unknown address', 'unknown mailbox', 'unknown local part', 'unknown local user', 'unknown email address',
      'no such user', 'no such mailbox', 'no such recipient', 'no such address', 'no such person', 'no such email', 'no such local user', 'no such account', 'no such domain user',
      'user not found', 'user was not found', 'user not known', 'user is unknown', 'user is not found', 'mailbox not found', 'mailbox was not found', 'mailbox unknown', 'recipient not found', 'recipient was not found', 'recipientnotfound', 'recipnotfound', 'account not found', 'address not found', 'addressee not found', 'address is unknown', 'address unknown', 'recipient is unknown', 'account unknown', 'unknown account', 'destination mailbox address is unknown',
      'user doesn\'t exist', 'user does not exist', 'mailbox does not exist', 'mailbox doesn\'t exist', 'recipient does not exist', 'recipient doesn\'t exist', 'account does not exist', 'account doesn\'t exist', 'account that you tried to reach does not exist', 'address does not exist', 'address doesn\'t exist', 'user is not exist', 'does not have an email account', 'no longer exist*', 'email address does not exist', 'doesn\'t have an account', 'this user doesn\'t have a*', 'mailbox not exist*', 'user not exist*', 'recipient not exist*', 'no account by that name', 'non-existent user', 'nonexistent user', 'non existent user', 'non-existent mailbox', 'non-existing user', 'not exist here', 'recipient address does not exist',
      'no mailbox here*', 'no mailbox by that name', 'no user by that name', 'no mailbox found', 'no mailbox for', 'there is no such', 'there is no user', 'no valid recipient*', 'not a valid mailbox', 'not a valid recipient', 'not a valid user', 'is not a known user', 'not a known recipient', 'not a local user', 'not our customer', 'is not our user', 'no person by that name', 'not listed in domino directory', 'not listed in public name & address book', 'not listed in public name', 'not listed in address book', 'recipient name is not recognized', 'unrouteable mail address',
      'user invalid', 'invalid user', 'invalid recipient*', 'recipient invalid', 'invalid mailbox', 'mailbox invalid', 'invalid address', 'invalid email address', 'inactive email address', 'mailbox is invalid', 'bad destination mailbox address', 'bad recipient', 'incorrect recipient', 'wrong recipient', 'recipient is not valid', 'undeliverable address', 'address rejected: undeliverable', 'address invalid', 'address is invalid', 'recipients invalid', 'could not be found: user', 'not recognized', 'user not local',
      'user is no longer', 'no longer with', 'no longer employed', 'recipient is not local', 'in virtual alias table', 'local recipient table', 'relay recipient table', 'virtual mailbox table', 'recipient table', 'no one by that name', 'cannot find your recipient', 'verify recipient', 'verify the address', 'recipient verification failed', 'recipient verify failed', 'has no mailbox', 'no matches to nameserver query', 'name or address is unknown', 'couldn\'t be found at', 'wasn\'t found at', 'user (mailbox) unknown', 'no recipient with', 'resolver.adr.recip*', 'resolver.adr.exrecipnotfound', 'does not like recipient: unknown', 'mailaddress is unknown', 'is a deactivated mailbox', 'user missing home directory',
      'destinatario desconocido', 'usuario desconocido', 'usuario no existe', 'usuário desconhecido', 'usuario inexistente', 'utilisateur inconnu', 'destinataire inconnu', 'adresse inconnue', 'boîte aux lettres inconnue', 'benutzer unbekannt', 'unbekannter empf*', 'empfänger unbekannt', 'empfaenger unbekannt', 'adresse unbekannt', 'konto existiert nicht', 'utente sconosciuto', 'casella inesistente', 'indirizzo inesistente', 'onbekende gebruiker', 'нет такого пользователя', 'пользователь не найден', 'ユーザが見つかりません', '宛先メールアドレスが見つかりません', '送信先メールアドレスが見つからない', '送信先メールアドレスが見つかりません', '收件人不存在', '用户不存在', '邮箱不存在',
    ],
    examples: ['550 5.1.1 <u@x.example>... User unknown', '550 No such user here', '550 sorry, no mailbox here by that name (#5.1.1)', '551 User not found', '550-5.1.1 The email account that you tried to reach does not exist.', '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup'],
  },
  {
    reason: 'user-unknown',
    weight: 1,
    phrases: ['mailbox unavailable', 'recipient address rejected', 'address rejected', 'recipient rejected', 'recipient refused', 'invalid mailbox name', 'mailbox name not allowed', 'does not like recipient', 'couldn\'t be found', 'was not found', 'is not found', 'could not be found', 'rejected recipient', 'recipient not accepted', 'destination address rejected', 'not deliverable', 'no mailbox'],
    examples: ['550 Requested action not taken: mailbox unavailable', '550 <u@x.example>: Recipient address rejected.'],
  },
  {
    reason: 'user-moved',
    weight: 3,
    phrases: ['has moved', 'user has moved', 'mailbox has moved', 'moved to another address', 'user not local; please try', 'please try <', 'new address is', 'has been replaced by', 'address has changed', 'changed his address', 'changed her address', 'has changed their address', 'not our user', 'has a new address'],
    examples: ['551 User has moved to another address', '551 5.1.6 Mailbox has moved'],
  },
  {
    reason: 'mailbox-disabled',
    weight: 3,
    phrases: [
      'mailbox disabled', 'mailbox is disabled', 'mailbox currently suspended', 'mailbox suspended', 'mailbox is suspended', 'mailbox is inactive', 'mailbox inactive', 'mailbox is locked', 'mailbox locked', 'mailbox is frozen', 'mailbox frozen', 'mailbox closed', 'mailbox temporarily disabled', 'mailbox is currently disabled',
      'account disabled', 'account is disabled', 'account has been disabled', 'account suspended', 'account is suspended', 'account has been suspended', 'account is locked', 'account has been locked', 'account inactive', 'account is inactive', 'inactive account', 'disabled account', 'account closed', 'account is closed', 'account has been closed', 'account expired', 'account has expired', 'account is temporarily disabled', 'account terminated', 'account deactivated', 'account is deactivated', 'account has been deactivated', 'account that you tried to reach is disabled', 'account that you tried to reach is inactive', 'account is not active', 'account not active', 'account is not activated', 'account blocked', 'account is blocked', 'account is on hold', 'email account that you tried to reach is over',
      'user disabled', 'user is disabled', 'user has been disabled', 'user suspended', 'user is suspended', 'user inactive', 'user is inactive', 'user is locked', 'user locked', 'user not active', 'inactive user', 'suspended user', 'disabled user', 'recipient disabled', 'recipient is disabled', 'recipient suspended', 'recipient inactive', 'recipient is inactive', 'recipient has been suspended', 'suspended recipient', 'not accepting messages', 'not accepting mail', 'mailbox not accepting', 'has been discontinued', 'discontinued user', 'no longer in use', 'no longer used', 'no longer accepts mail', 'no longer accepting', 'no longer available', 'no longer active', 'no longer valid', 'is no longer on server', 'temporarily suspended', 'temporarily disabled', 'is currently inactive', 'email account has been deactivated', 'has been deactivated', 'address is no longer', 'is inactive on this domain', 'domain is suspended', 'domain has been suspended', 'domain disabled', 'domain is disabled', 'out of service', 'kunde gesperrt', 'konto gesperrt', 'postfach gesperrt', 'аккаунт заблокирован',
    ],
    examples: ['550 5.2.1 The email account that you tried to reach is disabled.', '550 Mailbox currently suspended', '554 Account has been locked', '550 5.2.1 mailbox disabled, not accepting messages'],
  },
  {
    reason: 'mailbox-full',
    weight: 3,
    phrases: [
      'mailbox full', 'mailbox is full', 'mail box full', 'mailbox for user is full', 'mailbox has exceeded*', 'mailbox exceed*', 'exceeded mailbox', 'mailfolder is full', 'mailbox over quota', 'mailbox is over quota', 'inbox is full', 'inbox full', 'maildir is full', 'maildir full', 'maildir over quota', 'folder is full', 'mailbox size limit exceeded', 'mailbox quota*', 'mail quota exceeded', 'mailbox too full', 'mailbox has no space', 'mailbox storage',
      'over quota', 'over its quota', 'over their quota', 'overquota', 'quota exceeded', 'exceeded quota', 'exceeded its quota', 'quota exceed*', 'exceeds quota', 'exceeded the quota', 'exceed quota', 'exceeded their quota', 'exceeded his quota', 'exceeded storage allocation', 'exceeds allowed quota', 'disk quota exceeded', 'quota full', 'quota violation', 'out of storage space', 'out of quota', 'insufficient quota', 'quota is full', 'quota for', 'storage quota', 'storage limit', 'recipient overquota', 'user over quota', 'user is over quota', 'over the allowed quota', 'over the maximum allowed', 'too much mail data', 'too many messages on this mailbox', 'too many messages in', 'not enough storage space', 'not enough space', 'no space left for', 'recipient storage full', 'recipient\'s mailbox exceeded', 'mailbox would exceed', 'mailbox exceeds', 'user has exhausted', 'exceeded disk*', 'exceeds allowed size', 'has too many messages', 'recipient reached disk quota', 'reached its limit', 'delivery failed: over quota', 'insufficient disk space in mailbox', 'full mailbox', 'quota excedida', 'cuota excedida', 'buzón lleno', 'boîte pleine', 'boite pleine', 'boîte aux lettres pleine', 'postfach voll', 'postfach ist voll', 'speicherplatz erschöpft', 'casella piena', 'postbus vol', 'ящик переполнен', 'メールボックスが一杯', '受信トレイがいっぱい', 'messages in recipient\'s mailbox exceeded', 'exceeded the local limit', 'mailbox is too large', 'would exceed quota', 'exceeds the maximum storage', 'out of diskspace', 'delivery would exceed',
    ],
    examples: ['552 5.2.2 <u@x.example>: Mailbox full', '452 4.2.2 The email account that you tried to reach is over quota', '550 user is over quota', '554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException'],
  },
  {
    reason: 'recipient-filtered',
    weight: 3,
    phrases: ['due to extended inbox filtering', 'due to recipient\'s settings', 'rejected by recipient\'s filter*', 'recipient\'s mail filter', 'refused by the recipient', 'recipient does not want', 'recipient does not wish', 'rejected by the recipient', 'each of the following recipients was rejected by a remote mail server', 'permanently rejected message by recipient', 'user reject*', 'mail rejected by recipient', 'personal filter', 'private black list', 'because the recipient is only accepting mail from specific', 'only accepting mail from specific email addresses', 'message filtered. please see the faqs section on spam', 'blocked by recipient', 'blocked by the recipient', 'user has blocked', 'recipient has blocked', 'recipient rejected your message', '受信拒否', 'メールフィルタ'],
    examples: ['550 5.7.1 Rejected by recipient\'s filter', '554 Blocked by the recipient'],
  },
  {
    reason: 'suppressed',
    weight: 3,
    phrases: ['suppression list', 'suppressed address', 'address is suppressed', 'recipient is suppressed', 'previously bounced', 'bounced address', 'hard bounced in the past', 'not sent, reason: suppressed', 'has been suppressed', 'unsubscribed address', 'globally suppressed', 'on the suppression'],
    examples: ['Amazon SES has suppressed sending to this address because it is on the suppression list', 'Not delivering to previously bounced address'],
  },
]; // prettier-ignore
