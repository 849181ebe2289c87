/** An idea. */
// prettier-ignore
export type Concept =
  | 'user' | 'box' | 'address' | 'host' | 'mx' | 'sender' | 'client' | 'greeting' | 'message' | 'connection' | 'part'
  | 'content' | 'system' | 'inner' | 'disk' | 'program' | 'dns' | 'unknown' | 'unroutable' | 'foreign' | 'invalid'
  | 'disabled' | 'gone' | 'unavailable' | 'moved' | 'quota' | 'full' | 'excess' | 'size' | 'rate' | 'parallel'
  | 'many' | 'listed' | 'refused' | 'takesNot' | 'spam' | 'virus' | 'grey' | 'relay' | 'mailauth' | 'proof' | 'auth'
  | 'need' | 'ptr' | 'tls' | 'reputation' | 'policy' | 'hops' | 'late' | 'while' | 'network' | 'connect' | 'cut'
  | 'fail' | 'passing' | 'syntax' | 'rfc' | 'group' | 'repeated' | 'suppressed' | 'complaint' | 'filter' | 'byUser';

/**
 * The ideas that servers put refusals together from, each with the words for it, in any language: `_` is a blank within a
 * word of several, `*` leaves the end open. A word may stand for several ideas.
 */
export const CONCEPTS: Readonly<Record<Concept, string>> = {
  // Whom or what it is about.
  user: 'user* recipient* rcpt addressee* alias* person employee customer subscriber utilisateur* destinataire* destinatari* usuari* usuár* benutzer* empfänger* empfaenger* utente gebruiker ontvanger modtager* mottagar* получател* пользовател* адресат* ユーザ* 宛先* 受信者* 收件人* 用户* 使用者* 수신자*',
  box: 'mailbox* mail-box* mail_box* account* inbox* maildir* mailfolder mail_folder maildrop* postfach postbus postbox* konto boîte* boite* buzón buzon casilla cuenta caixa conta casella compte ящик* аккаунт* メールボックス* アカウント* 邮箱* 信箱* 帐户* 账户*',
  address: 'address* adres* dirección direccion endereço endereco indirizz* anschrift адрес* アドレス* 地址*',
  host: "host* domain* dominio domínio domaine domäne домен* ドメイン* 域名* mailserver destination_server remote_server mail_server recipient_server* recipient_host* recipient_domain* recipient's_server* recipient's_domain recipient's_host user's_domain",
  mx: 'mx null_mx mail_exchange* exchanger* mailhost mail_host mail_hosts',
  sender:
    'sender* originator mail_from return_path return-path envelope_from envelope-from from_address* from_domain reverse-path expéditeur* expediteur* remitente* remetente* absender* mittente afzender avsändar* отправител* 送信者* 差出人* 发件人* 寄件人*',
  client:
    'ip ips ip_address* ipv4 ipv6 client* your_host* your_server your_mail_server your_network your_mta your_isp sending_host sending_server sending_mta sending_ip* connecting_host dynamic dialup dial-up residential netblock* network',
  greeting: 'helo ehlo greeting banner',
  message:
    'message* mail mails email* e-mail* letter courrier* courriel* mensaje* mensagem mensagens nachricht* messaggi* bericht* meddeland* correo письм* сообщени* メール* メッセージ* 邮件* 郵件* 信件*',
  connection: 'connection* session* connexion* conexion* verbindung* соединен* 接続* 连接*',
  part: 'attachment* header* mime subject_line charset character_set character* encoding filename* file_name* file_type* extension file_extension 8-bit 8bit nul bare_lf bare_cr bare_line* boundary message-id from_field from: anhang pièce_jointe adjunto вложени* 添付*',
  content: 'content* body text url urls link links inhalt contenu contenido conteúdo 内容* 本文*',
  system: 'system* server* service* software',
  inner:
    'internal* memory misconfigur* configuration local_error backend database ldap mysql resources i/o queue_file upstream shutting_down going_down maintenance',
  disk: 'disk disc diskspace filesystem file_system device inode* spool partition volume',
  program:
    'program* command_died procmail* script* delivery_agent local_agent exit_code exit_status exited pipe subprocess child mailer_error mailer_died unknown_mailer external_filter sieve* lda',
  dns: 'dns nameserver* name_server* name_service resolver lookup* look_up looking_up resolv* resolution nxdomain servfail',
  // What is said of it.
  unknown:
    "unknown nonexist* non-exist* non_exist* inexist* inesist* unrecogni* unidentified inconnu* desconoc* desconhec* sconosciut* unbekannt* onbekend* okänd* ukendt* неизвест* no_such has_left no_one nobody wrong misspelled mistyped bestaat_niet existiert_nicht nicht_gefunden nicht_vorhanden no_existe não_existe nao_existe non_esiste n'existe не_существ* не_найден* не_зарег* нет_такого 存在しま* 見つかりません* 見つからない* 不存在* 不明* 未找到* 查无* undeliverable*",
  unroutable: 'unrout* not_routable unresolvable',
  foreign: 'not_ours not_my',
  invalid:
    'invalid* illegal* bad malformed* incorrect* ungültig* ungueltig* inválid* invalide* ongeldig* недейств* недопуст* 無効* 无效* improper* syntactically unsupported unimplemented',
  disabled:
    'disabled suspend* inactiv* deactivat* de-activated locked frozen closed terminat* cancelled canceled dormant deleted removed discontinued retired abandoned blocked archived on_hold out_of_service deaktiviert* gesperrt* geschlossen désactiv* desactiv* deshabilit* desabilit* disabilitat* suspendu* suspens* bloqu* desativ* disattiv* sospes* nieaktywn* zablokow* заблокир* отключ* удал* 停止* 停用* 禁用* 冻结* switched_off turned_off decommission* obsolete defunct',
  gone: 'no_longer not_any_longer any_more anymore',
  unavailable: 'unavailable not_available',
  moved:
    'not_our moved relocated has_changed was_changed been_changed changed_to new_address new_email forwarding_address déménagé changed_address migrated replaced_by',
  quota: 'quota* overquota* over-quota cuota kvote квот* 配额*',
  full: 'full overfull overflow* storage* out_of insufficient not_enough not_sufficient run_out exhausted used_up no_space no_room low_on voll überfüllt erschöpft pleine llen* chei* piena vol переполн* 満杯* いっぱい* 一杯* 容量* 已满* 空间不足*',
  excess:
    'exceed* over limit* maximum max reached too_many too_much too_large too_big excessive* larger bigger greater beyond oversize* überschr* dépass* excedid* exced* superat* superó превыш* 超過* 超え* 超过* 过大* 上限* zu_groß zu_gross te_groot trop demasiado muito_grande troppo слишком',
  size: 'size* sized large big bytes octets kb mb kbytes mbytes megabytes kilobytes length larger largest bigger oversize* taille größe grösse groesse groß gros volumineux grande grosso tamaño tamanho dimension* grootte groot больш* велик* размер* サイズ* 大小* 过大*',
  rate: 'rate* ratelimit* throttl* frequen* too_fast too_quick* too_often slow_down per_hour per_day per_minute per_second hourly daily flood* velocity sending_limit* sending_quota submission_quota message_limit fréquence in_a_short_time short_period',
  parallel: 'concurren* simultaneous* parallel',
  many: 'too_many too_much excessive zu_viele trop_de demasiad* troppi troppe слишком_много 多すぎ* 过多* 太多* maximum_number max_number number_of',
  listed:
    'blacklist* blocklist* blocked_using black_list* block_list* block-list denylist* deny_list rbl* dnsbl* dnsrbl* bl drop_list is_listed was_listed are_listed listed_by listed_in listed_on listed_at listed_as found_on spamhaus* spamcop* barracuda* sorbs* uceprotect* psbl* abuseat* cbl* invaluement* liste_noire lista_negra lista_nera schwarze_liste ブラックリスト* 黑名单* чёрн* черн*',
  refused:
    'refus* reject* denied deny denies declin* disallow* forbid* forbidden prohibit* unaccept* unwelcome unwanted banned ban blocked blocking blocks block not_permitted abgelehnt* verweigert* rechaz* rejeit* recusad* rifiut* respint* geweigerd* nekad* afvist отклон* отказ* запрещ* 拒否* 拒绝* 拒絕* 被拒* turned_away barred restrict* discarded dropped',
  takesNot: 'refuses_mail',
  spam: 'spam* antispam anti-spam unsolicited junk bulk uce ube pourriel indésirable indesejad* indesiderat* no_deseado ongewenst* unerwünscht* спам* 迷惑* スパム* 垃圾* 스팸* advertis* marketing newsletter suspicious* surbl uribl',
  virus: 'virus* malware* trojan* worm phish* infect* malicious ransomware vírus вирус* ウイルス* ウィルス* 病毒*',
  grey: 'greylist* graylist* grey-list* gray-list* grey_list* gray_list* postgrey triplet few_minutes come_back first-time_sender first_time_sender',
  relay: 'relay* relais* rcpthosts third-party third_party gatewaying',
  mailauth:
    'spf dkim dmarc arc sender_policy_framework sender_id domainkeys spoof* anti-spoof* impersonat* not_aligned',
  proof: 'unauthenticat* authenticat*',
  auth: 'login log_in logon log_on auth smtp_auth credential* password* authoriz* authoris* unauthoriz* unauthoris* permission* privilege* access_right* authentification autenticaci* authentifizier* 認証* 认证*',
  need: 'require* need* must mandatory necessary first please',
  ptr: 'your_hostname your_host_name ptr rdns reverse reversedns reverse-dns reverse_dns fcrdns in-addr.arpa inverse forward-confirmed forward_confirmed possibly_forged matching_dns pointer_record',
  tls: 'tls starttls ssl encrypt* unencrypted certificat* cert mta-sts dane secure_connection secure_channel cipher*',
  reputation:
    'reputation* senderscore sender_score senderbase trustworth* untrusted low_trust unusual_volume unusual_traffic unusual_activity unexpected_volume reputación réputation',
  policy:
    'policy policies administrative* administrator* compliance rule rules richtlinie* politique* política* politica guideline* terms regulations acceptable_use полити* ポリシー* 策略*',
  hops: 'hop hops loop* hop_count received_headers received_lines boucle bucle schleife mailloop ループ* 循环*',
  late: 'timed_out timed-out time_out timeout* time-out expired expires expiration expiry lifetime too_old queue_too_long in_the_queue on_the_queue time_limit délai tiempo_de_espera abgelaufen zeitüberschreitung истек* таймаут* タイムアウト* 超时* 逾期* scaduto esgotado',
  while:
    'hours days hour day weeks attempts tries retry retries stunden tage heures jours horas días dias ore giorni uren dagen часов дней 時間 小时',
  network:
    'unreachable no_route connection_refused network_error network_problem network_failure handshake broken_pipe no_answer no_response did_not_respond stopped_responding disconnected hung_up econn* etimedout ehostunreach',
  connect: 'connect connecting establish contact',
  cut: 'closed terminated aborted interrupted broken dropped reset lost unexpected* down peer',
  fail: "fail* error* unable problem* trouble* fault* crash* died malfunction* erreur* fehler* errore errori ошибк* エラー* 错误* 失败* could_not cannot can't couldn't wasn't_able aborted abnormal* returned",
  passing:
    'temporar* later try_again deferred defer busy overloaded overload tijdelijk vorübergehend временн* 一時* 稍后* transient shortly',
  syntax:
    'syntax command* sequence argument* parameter* verb pipelin* protocol bdat chunking smtputf8 8bitmime out_of_order',
  rfc: 'rfc* complian* non-complian* noncomplian* nonstandard non-standard rfc-*',
  group: 'post posting to_post member* moderat* subscribers_only non-member* nonmember* group',
  repeated: 'duplicate* multiple missing more_than_one',
  suppressed:
    'suppress* unsubscrib* opted_out opt-out do_not_contact do_not_send previously_bounced previous_bounce prior_bounce bounced_address hard_bounced bounce_list',
  complaint: 'complain* complaint*',
  filter:
    'filter* settings preferences safelist whitelist* allowlist* approved_sender* approved_list personal_black* フィルタ*',
  byUser:
    "by_recipient by_the_recipient by_user by_the_user by_addressee recipient's user's recipient_does_not_want user_does_not_want recipient_does_not_wish recipient_has_blocked recipient_has_rejected user_has_blocked user_has_rejected recipient_only 受信拒否 受信を拒否",
};

/** What turns a word into its opposite, if it comes shortly before. */
export const NEGATIONS =
  "no not never none isn't doesn't don't wasn't weren't aren't hasn't haven't hadn't won't wouldn't can't cannot couldn't didn't could_not no_longer unable failed fails without lacks lacking missing nor neither nicht kein keine keinen pas aucun aucune ne nunca não nao non nessun niet geen inte ikke не нет";

/** Words that say something only where they are denied, and what they say then. */
export const DENIED: Readonly<Partial<Record<Concept, string>>> = {
  unknown:
    'exist* found find known know recogni* located locate valid local registered here listed listed_in listed_on listed_by deliverable have has match* belong* identified verify verified validate such existent gefunden bekannt trouvé* connu* encontrad* encontr* trovat* gevonden bestaat найден* существ*',
  foreign: 'local hosted handle* served serve our_domain* ours my_domain* my_list',
  refused:
    'accept* allow* permit* welcome* want* wish* take takes taking receive receives receiving permitted autoris* akzeptier* permitid* accetta* accepté*',
  takesNot: 'want wants accept accepts accepting accepted receive receives receiving take takes',
  disabled: 'active activated enabled in_use used operational functioning in_service working monitored',
  unavailable: 'available',
  full: 'space room capacity storage',
  late: 'within in_time',
  unroutable: 'resolve*',
  network: 'respond* reach* answer* reachable alive',
  connect: 'connection connections',
  invalid: 'implemented supported support understood recognized recognised',
  fail: 'process* complet* deliver* execute* handled perform* write open start connect* establish* contact* append create',
};

/** What is said around any failure, and about none. */
export const NEUTRAL =
  'to_sender to_the_sender to_its_sender mail_delivery message_delivery mail_delivery_system mail_delivery_subsystem mail_system mail_system_error mail_server_at mail_transfer delivery_status permanent_error fatal_error* following_recipient* following_address* following_error* one_or_more recipients_of you_sent your_message your_mail returned_mail returned_message problem_report error_message* transcript_of_session session_follows copy_of further_assistance please_send email_to mail_to contact_your send_mail sending_mail in_reply_to delivery_report error_report mail_administrator system_administrator message_will_be_retried';
