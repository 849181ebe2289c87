import type { PhraseRule } from './rule.ts';

/** Words about the recipient and its mailbox. */
export const RECIPIENT_PHRASES: readonly PhraseRule[] = [
  {
    reason: 'user-unknown',
    weight: 3,
    phrases: [
      'recipient address rejected: unverified address', 'user unknown', 'unknown user', 'unknown recipient*', 'addressee unknown', 'unknown address', 'unknown mailbox', 'unknown local part',
      'no such user', 'no such email',
      'user not found', 'mailbox not found', 'recipient not found', 'recipientnotfound', 'recipnotfound', 'address not found',
      'user doesn\'t exist', 'account that you tried to reach does not exist', 'address does not exist', 'no longer exist*', 'this user doesn\'t have a*', 'no account by that name', 'not exist here',
      'no mailbox here*', 'no mailbox by that name', 'no user by that name', 'no mailbox for', 'there is no such', 'there is no user', 'no valid recipient*', 'is not our user', 'no person by that name', 'not listed in domino directory', 'not listed in public name & address book', 'not listed in public name', 'recipient name is not recognized', 'unrouteable mail address',
      'invalid recipient*', 'invalid mailbox', 'inactive email address', 'undeliverable address', 'address rejected: undeliverable', 'not recognized',
      'user is no longer', 'no longer with', 'no longer employed', 'in virtual alias table', 'local recipient table', 'relay recipient table', 'virtual mailbox table', 'recipient table', 'no one by that name', 'verify recipient', 'verify the address', 'recipient verification failed', 'recipient verify failed', 'has no mailbox', 'no matches to nameserver query', 'couldn\'t be found at', 'wasn\'t found at', 'no recipient with', 'resolver.adr.recip*', 'resolver.adr.exrecipnotfound', 'mailaddress is unknown', 'is a deactivated mailbox', 'user missing home directory', 'cannot route mail to user', 'several matches found in domino directory', 'no such id', 'unknown or illegal alias', 'illegal alias', 'is not listed in', 'no mail box available for this user', 'not on this server', 'no such local', 'user account is unavailable', 'not known here', 'not known at this', 'is unknown at host', 'cannot be found in', 'no longer on server',
      'unbekannter empf*', '收件人不存在', '用户不存在', '邮箱不存在',
      'no such user here', 'no such mail drop', 'no such maildrop', 'no mail box by that name', 'there is no account', 'there is no mailbox', 'there\'s no such', 'there is no one by that name', 'there is no user by', 'this address no longer*', 'this address is no longer*', 'the mailbox you tried to reach', 'the email address you entered couldn\'t be found', 'email does not exist', 'user doesnt exist', 'invalid destination', 'invalid local part', 'not a valid email', 'not a valid e-mail', 'user not listed', 'user not in', 'not registered here', 'unregistered user', 'not in our directory', 'not found in directory', 'not in directory', 'not found in domino directory', 'not in recipient list', 'is not in my control files', 'not in our database', 'not on file', 'not in my database', 'not present in the directory', 'address couldn\'t be found', 'unknown email', 'name not recognized', 'is not known here', 'is unknown here', 'is not known to', 'does not exist here', 'doesn\'t exist here', 'does not exist on this', 'does not exist in our', 'does not exist at this', 'have a mailbox here', 'we have no user', 'hosts no user', 'destinatário inexistente', 'destinatário desconhecido', 'casella non esistente', 'mottagaren finns inte', 'nieznany użytkownik', 'nie ma takiego użytkownika', 'neznámý uživatel', 'uživatel neexistuje', 'kullanıcı bulunamadı', 'такого ящика нет', '存在しないメールアドレス', '宛先が見つかりません', '宛先不明', '該当ユーザ', 'ユーザが存在しません', '用户未找到', '收件人地址不存在', '收件人未找到', '该用户不存在', '존재하지 않는', '수신자를 찾을 수 없',
    ],
  },
  {
    reason: 'user-unknown',
    weight: 1,
    phrases: ['mailbox unavailable', 'mailbox not available', 'mailbox is unavailable', 'mailbox temporarily unavailable', 'user not available', 'address not accepted', 'unable to verify recipient', 'recipient address rejected', 'address rejected', 'recipient rejected', 'recipient refused', 'invalid mailbox name', 'mailbox name not allowed', 'does not like recipient', 'couldn\'t be found', 'was not found', 'is not found', 'could not be found', 'rejected recipient', 'recipient not accepted', 'destination address rejected', 'not deliverable', 'no mailbox', 'recipient unavailable', 'mailbox is not available', 'no mailbox here', 'unable to verify user', 'unable to validate recipient', 'cannot verify recipient', 'couldn\'t verify recipient', 'recipient verification', 'recipient is rejected', 'rcpt rejected', 'rcpt to rejected', 'invalid recipient domain', 'address does not accept mail', 'undeliverable recipient'],
  },
  {
    reason: 'user-moved',
    weight: 3,
    phrases: ['has moved', 'user not local; please try', 'please try <', 'new address is', 'has been replaced by', 'changed his address', 'changed her address', 'not our user', 'has a new address', 'no longer at this address', 'has moved to', 'has left the company', 'has a new email', 'please use the new', 'please update your address', 'user moved', 'has been moved to', 'changed to a new address'],
  },
  {
    reason: 'mailbox-disabled',
    weight: 3,
    phrases: [
      'mailbox disabled',
      'account is disabled', 'account has been disabled', 'account is locked', 'account expired', 'account has expired', 'account that you tried to reach is inactive', 'email account that you tried to reach is over',
      'not accepting messages', 'not accepting mail', 'has been discontinued', 'no longer in use', 'no longer used', 'no longer accepts mail', 'no longer accepting', 'no longer available', 'no longer active', 'no longer valid', 'is no longer on server', 'account is temporarily limited', 'is currently inactive', 'has been deactivated', 'is inactive on this domain', 'domain is suspended', 'domain has been suspended', 'domain disabled', 'domain is disabled', 'out of service', 'kunde gesperrt',
      'mailbox expired', 'mailbox has expired', 'mailbox has been blocked', 'account has been blocked', 'account is expired', 'account no longer exists', 'account temporarily blocked', 'account is temporarily blocked', 'account is temporarily unavailable', 'account temporarily unavailable', 'account is unavailable', 'account unavailable', 'user account has been*', 'user account expired', 'user account is expired', 'email account has been*', 'user expired', 'user is expired', 'address is blocked for', 'is not accepting any mail', 'is not accepting any messages', 'is not accepting email', 'is not accepting e-mail', 'is not receiving mail', 'not currently accepting', 'no longer accepts messages', 'no longer receives', 'no longer a valid', 'no longer monitored', 'no longer works', 'no longer works here', 'not active any', 'expired account', 'has not logged in', 'hasn\'t logged in', 'not used for a long time', 'mail receiving disabled', 'is currently disabled', '帐号已停用', '帐户已停用', '用户已被禁用', '用户被锁定',
    ],
  },
  {
    reason: 'mailbox-full',
    weight: 3,
    phrases: [
      'mailbox full', 'mailbox is full', 'disk quota', 'no space left in mailbox', 'mailbox for user is full', 'mailbox exceed*', 'mailfolder is full', 'inbox full', 'maildir over quota', 'folder is full', 'mailbox size limit exceeded', 'mailbox quota*',
      'over quota', 'overquota', 'quota exceeded', 'quota exceed*', 'exceeded storage allocation', 'disk quota exceeded', 'quota full', 'out of storage space', 'quota for', 'storage quota', 'user is over quota', 'over the maximum allowed', 'too much mail data', 'too many messages on this mailbox', 'too many messages in', 'not enough storage space', 'not enough space', 'no space left for', 'recipient\'s mailbox exceeded', 'exceeded disk*', 'exceeds allowed size', 'has too many messages', 'reached its limit', 'insufficient disk space in mailbox', 'speicherplatz erschöpft', 'メールボックスが一杯', '受信トレイがいっぱい', 'messages in recipient\'s mailbox exceeded', 'exceeded the local limit', 'exceeds the maximum storage', 'out of diskspace', 'delivery would exceed',
      'mailbox size limit', 'mailbox does not have enough', 'account size limit', 'user quota', 'user has exceeded*', 'user exceeded', 'user full', 'recipient has exceeded', 'recipient exceeded', 'recipient\'s mailbox has', 'out of disk quota', 'out of space in', 'not enough room', 'insufficient space', 'insufficient storage space', 'insufficient room', 'no more room', 'no more space', 'doesn\'t have enough space', 'does not have enough space', 'does not have enough storage', 'has no space left', 'has reached the maximum', 'has exceeded storage', 'has exceeded their', 'has exceeded his', 'has exceeded the limit', 'has exceeded the max*', 'has exceeded his/her', 'exceeded allocated', 'exceeded storage limit', 'exceeded storage quota', 'quota over', 'hard quota', 'soft quota', 'storage full', 'storage is full', 'spool full', 'spool is full', 'mail quota', 'message would exceed', 'delivery would bring', 'too many mails in', 'excedeu o limite', 'cota excedida', 'bandeja llena', 'boîte aux lettres saturée', 'espace insuffisant', 'speicherplatz voll', 'speicherplatz ist voll', 'kontingent überschritten', 'mailbox des empfängers', 'spazio esaurito', 'brievenbus vol', 'postvak vol', 'innboksen er full', 'brevlådan är full', 'postkassen er fuld', 'skrzynka pełna', 'przepełniona', 'schránka je plná', 'posta kutusu dolu', 'kota aşıldı', 'переполнен', 'превышен лимит', 'メールボックスの容量', '容量が不足', '容量を超え', '容量オーバー', '邮箱已满', '邮箱空间不足', '容量不足', '信箱已滿', '용량 초과', '메일함 용량',
    ],
  },
  {
    reason: 'recipient-filtered',
    weight: 3,
    phrases: ['recipient does not want', 'recipient does not wish', 'each of the following recipients was rejected by a remote mail server', 'user reject*', 'personal filter', 'private black list', 'because the recipient is only accepting mail from specific', 'only accepting mail from specific email addresses', 'message filtered. please see the faqs section on spam', 'blocked by recipient', 'blocked by the recipient', 'user has blocked', 'recipient rejected your message', '受信拒否', 'メールフィルタ', 'recipient refuses', 'recipient\'s server rejected', 'rejected by filter', 'blocked by user', 'blocked by the user', 'recipient\'s policy', 'recipient blocked', 'user refuses', 'user doesn\'t accept', 'recipient\'s block list', 'recipient\'s blacklist', 'not on the recipient\'s', 'sender is not in my', 'only accepts messages from', 'only accepts mail from people', 'does not accept messages from', 'doesn\'t accept messages from', '受信を拒否', '受信拒否設定', 'ドメイン指定受信', '迷惑メールフィルタ'],
  },
  {
    reason: 'suppressed',
    weight: 3,
    phrases: ['do-not-mail', 'blocklisted recipient', 'previous hard bounce', 'previously complained'],
  },
]; // prettier-ignore
