import type { PhraseRule } from './rule.ts';

/** Words about hosts, networks, programs and the protocol. */
export const SYSTEM_PHRASES: readonly PhraseRule[] = [
  {
    reason: 'host-accepts-no-mail',
    weight: 3,
    phrases: ['null mx', 'nullmx', 'does not accept mail', 'doesn\'t accept mail', 'does not accept email', 'doesn\'t receive email', 'does not receive mail', 'does not receive email', 'host does not accept mail', 'mail exchanger or ip address', 'couldn\'t find a mail exchanger', 'no mx record*', 'no mx or a', 'no mx found', 'invalid mx', 'mx record*', 'no mail server', 'has no mx', 'doesn\'t accept email', 'mail not accepted here', 'smtp service not', 'accepts no mail', 'not accepting email', 'null-mx', 'nullmx record', 'mx is null', 'no smtp service', 'does not accept any mail', 'does not accept incoming', 'doesn\'t accept any mail', 'doesn\'t receive mail', 'does not receive any', 'not accept incoming mail', 'no incoming mail', 'does not handle mail', 'host not accepting mail', 'server does not accept', 'system does not accept', 'we do not accept mail', 'no mail accepted', 'no mail is accepted', 'domain does not accept', 'domain has no mx', 'domain has no mail', 'domain has no valid', 'unable to lookup mx'],
  },
  {
    reason: 'host-unknown',
    weight: 3,
    phrases: ['host unknown', 'recipient address rejected: domain not found', 'unknown host', 'host not found', 'domain name not found', 'invalid domain', 'bad domain', 'unrouteable address', 'unroutable', 'unable to route', 'name or service not known', 'remote domain doesnt exist', 'couldn\'t find any host named', 'couldn\'t find any host', 'illegal host/domain name found', 'domain must resolve', 'account or domain may not exist', 'recipient domain', 'domain name system', 'bad destination system', 'no dns', 'domain has no', 'lookup failed: host', 'unknown recipient domain', 'domain not resolvable', 'domain has expired', 'invalid domain name', 'bad host name', 'unable to resolve domain', 'unable to resolve host', 'cannot resolve domain', 'cannot resolve host', 'server name not found', 'address family not supported', 'domain lookup error', '域名不存在'],
  },
  {
    reason: 'network-error',
    weight: 3,
    phrases: ['no route to host', 'remote host closed', 'unexpectedly closed', 'failed to resolve', 'lookup timeout', 'not available from', 'server not found', 'connection refused', 'network is unreachable', 'couldn\'t connect', 'unable to connect', 'cannot connect', 'failed to connect', 'connection reset', 'name service error', 'name server:', 'name server timeout', 'name server loops', 'dns error', 'dns server', 'dns lookup', 'dns query', 'dns timeout', 'temporary lookup failure', 'dns domain', 'nxdomain', 'servfail', 'responded with code', 'cannot resolve', 'unable to resolve', 'can\'t resolve', 'temporarily unable to contact', 'could not be contacted', 'establish an smtp connection', 'wasn\'t able to establish', 'remote server is not responding', 'destination host', 'malformed or unexpected name server reply', 'bad name server', 'host or domain name not found', 'host name lookup failure', 'connection was refused', 'connection interrupted', 'connection unavailable', 'connect refused', 'could not be reached', 'could not open connection', 'could not open socket', 'can\'t connect', 'unable to establish', 'unable to open connection', 'failed to establish', 'failed to open connection', 'failed connecting', 'lost input channel', 'host is down', 'host down', 'host not responding', 'network is down', 'network timeout', 'network connection', 'network read error', 'network dropped', 'peer reset', 'reset by peer', 'remote end closed', 'remote server closed', 'remote host dropped', 'dns lookups', 'dns resolution', 'dns resolve', 'dns fail*', 'dns request', 'dns name does not', 'name resolution', 'hostname resolution', 'lookup failure', 'temporary name', 'unable to resolve route'],
  },
  {
    reason: 'routing-loop',
    weight: 3,
    phrases: ['too many hops', 'hop count exceeded', 'mail loop', 'loop alert', 'loop back', 'too many received', 'looping', 'hops', 'already have my delivered-to', 'duplicated message-id', 'loops back', 'loop count', 'loop error', 'possible mail loop', 'too many hop', 'too many forwards', 'hop limit', 'hop count', 'max hops', 'max hop', 'alias loop', 'зациклив'],
  },
  {
    reason: 'expired',
    weight: 2,
    phrases: ['connection timed out', 'maximum time', 'retry period', 'timed out', 'timeout', 'retry timeout exceeded', 'retry time not reached', 'timeout exceeded', 'message expired', 'envelope expired', 'expired', 'cannot send message for*', 'could not send message for*', 'message could not be delivered for', 'will be retried until', 'has been frozen', 'too old', 'not accept our requests to connect', 'conversation with', 'undeliverable after', 'delayed more than', 'could not be delivered for more than', 'will retry for', 'stopped responding', 'did not respond', 'no answer from host', 'no response from', 'not responding', 'time limit', 'not been delivered yet', 'time-out', 'time exceeded', 'timed-out', 'timeout on', 'retry count', 'maximum delivery', 'queued too long', 'queue too long', 'giving up after', 'gave up after', 'no longer retry*', 'not delivered after', 'within the time', 'undelivered after', 'unable to deliver for', 'tempo limite', 'scaduto', 'превышено время', 'таймаут', 'タイムアウト', '超时'],
  },
  {
    reason: 'mail-system',
    weight: 2,
    phrases: ['system error', 'local error in processing', 'local error', 'service not available', 'service unavailable', 'temporary failure', 'temporary error', 'temporary local problem', 'temporary problem', 'temporarily unable to process', 'please try again later', 'try again later', 'try later', 'requested action aborted', 'mail system config error', 'mail system failure', 'system not accepting', 'too busy', 'system resources', 'insufficient system resources', 'out of memory', 'ldap', 'ldap server', 'unable to contact ldap', 'mysql', 'cannot open', 'can\'t open', 'unable to open', 'i/o error', 'timeout waiting for', 'hot potato', 'agent fail*', 'after multiple retries', 'backend', 'interrupted', 'cannot create', 'cannot append', 'can\'t create', 'unable to deliver message after', 'upstream error', 'aliasing/forwarding loop broken', 'message was not delivered', 'maintenance', 'overloaded', 'resource shortage', 'backpressure', 'storedrv', 'exceeded storage', 'system resource*', 'server misconfig*', 'server shutting down', 'server is shutting', 'server is in', 'service shutting', 'service closing', 'temporary lookup', 'temporary condition', 'temporary authentication', 'temporary unable', 'temporary unavailable', 'temporarily unavailable', 'temporarily not available', 'temporarily overloaded', 'internal resource*', 'internal system', 'internal mail*', 'internal configuration', 'technical difficult*', 'technical problem*', 'technical error', 'unexpected error', 'unexpected failure', 'unknown error', 'unspecified error', 'unable to queue', 'unable to save', 'unable to store', 'unable to write', 'unable to create', 'unable to complete', 'unable to accept', 'unable to read', 'unable to lookup', 'failed to write', 'failed to store', 'failed to queue', 'failed to create', 'failed to open', 'failed to append', 'failed to lock', 'could not open', 'could not write', 'could not create', 'could not lock', 'could not queue', 'could not store', 'cannot write', 'cannot lock', 'can\'t write', 'can\'t lock', 'error writing', 'error opening', 'error creating', 'error in processing', 'error storing', 'queue error', 'queue full', 'disk error', 'disk i/o', 'disk write', 'file error', 'file i/o', 'sql error', 'ldap error', 'ldap lookup', 'ldap timeout', 'directory server', 'directory lookup', 'out of resources', 'not enough memory', 'no memory', 'lack of resources', 'resource temporarily', 'resources exceeded', 'insufficient resources', 'load average', 'load is too', 'load too high', 'too much load', 'high load', 'under maintenance', 'shutting down', 'misconfigur*', 'mailbox is busy', 'mailbox busy', 'mailbox is in use', 'please try later', 'error de sistema', 'erreur interne', 'interner fehler', 'erro interno', 'errore interno', 'системная ошибка', 'временная ошибка', '一時的なエラー', 'システムエラー', '系统错误'],
  },
  {
    reason: 'system-full',
    weight: 3,
    phrases: ['insufficient disk space', 'disk full', 'mail system full', 'insufficient storage', 'useddiskspace*', 'space on the disk', 'insufficient system resources (useddiskspace*', 'requested mail action aborted: exceeded storage', 'no space left', 'out of space on', 'spool disk', 'queue disk', 'insufficient disk', 'insufficient storage on', 'mail system is full'],
  },
  {
    reason: 'delivery-program',
    weight: 3,
    phrases: ['command died with status*', 'delivery agent', 'filter error', 'command failed:', 'command output:', 'procmail*', 'maildrop*', 'pipe to', 'local delivery failed', 'returned error code', 'service unavailable: pipe', 'mailer died*', 'mailer error', 'exit status*', 'exited with*', 'x-unix;*', 'maildrop:', 'sieve*', 'mail.local', 'child process', 'unable to execute', 'returned exit', 'dovecot-lda', 'child status', 'text was generated during the delivery', 'text generated during', 'vacation program', 'command time limit', 'delivery command', 'delivery program', 'local delivery agent', 'local delivery error', 'local delivery agent failed', 'local mailer', 'lda failed', 'lda error', 'lda exited', 'pipe command', 'pipe transport', 'pipe delivery', 'command not found', 'command timed out', 'command exited', 'command terminated', 'process died', 'program exited', 'killed by signal', 'terminated by signal', 'died with signal', 'died by signal', 'exit code', 'exited code', 'exit value', 'returned non-zero', 'non-zero exit', 'deliver failed', 'mda failed', 'mda error', 'mailer failed', 'mailer returned', 'mailer exited', 'lmtp error', 'vdeliver*', 'vpopmail', 'maildrop failed', 'procmail:', 'vacation:', 'segmentation fault'],
  },
  {
    reason: 'protocol',
    weight: 2,
    phrases: ['command not recognized', 'command parameter not implemented', 'parameter not implemented', 'nested mail', 'need mail', 'need rcpt', 'protocol error', 'not implemented', 'command out of sequence', 'unexpected response', 'line too long', 'unsupported', 'smtputf8', 'pipelining', 'parameters not', 'pre-greeting', 'synchronization error', 'does not support', '8bitmime', 'non-ascii', 'bad syntax', 'invalid response', 'invalid address format', 'invalid address syntax', 'address syntax', 'bad address syntax', 'malformed address', 'malformed recipient', 'badly formed', 'command line too long', 'command too long', 'out of sequence', 'out of order', 'wrong order', 'invalid smtp', 'illegal character*', 'illegal address', 'protocol violation', 'esmtp not', 'expected mail', 'expected rcpt', 'send mail first', 'send rcpt first', 'send helo first', 'send hello first', 'say hello first', 'polite people say helo', 'sync error', 'unexpected command', 'unexpected data', 'unsupported feature', 'unsupported option', 'argument too long', 'too long line'],
  },
  {
    reason: 'expired',
    weight: 1,
    phrases: ['delivery temporarily suspended', 'delivery attempts', 'been in the queue too long', 'in the queue too long', 'keep trying', 'will continue trying', 'been delayed', 'delivery delayed', 'still being retried', 'delayed'],
  },
  {
    reason: 'sender-rejected',
    weight: 0,
    phrases: ['access denied', 'denied', 'rejected', 'refused', 'not allowed', 'message rejected', 'not permitted', 'transaction failed', 'blocked', 'unacceptable'],
  },
]; // prettier-ignore
