import type { PhraseRule } from './rule.ts';

/** Words about hosts, networks, programs and the protocol. */
export const SYSTEM_PHRASES: readonly PhraseRule[] = [
  {
    reason: 'host-accepts-no-mail',
    weight: 3,
    phrases: ['null mx', 'nullmx', 'does not accept mail', 'doesn\'t accept mail', 'does not accept email', 'doesn\'t receive email', 'does not receive mail', 'does not receive email', 'host does not accept mail', 'domain does not accept mail', 'mail exchanger or ip address', 'couldn\'t find a mail exchanger', 'no mail exchanger', 'no mx record*', 'no mx or a', 'unable to find mx', 'no mx found', 'invalid mx', 'mx record*', 'all relevant mx records point to non-existent hosts', 'no mail server', 'no valid mx', 'has no mx', 'doesn\'t accept email', 'mail not accepted here', 'smtp service not', 'accepts no mail', 'not accepting email'],
  },
  {
    reason: 'host-unknown',
    weight: 3,
    phrases: ['host unknown', 'unknown host', 'host not found', 'no such host', 'no such domain', 'unknown domain', 'domain unknown', 'domain not found', 'domain does not exist', 'domain doesn\'t exist', 'domain is not valid', 'domain name not found', 'invalid domain', 'bad domain', 'unrouteable address', 'unrouteable domain', 'unrouteable mail domain', 'unroutable', 'unable to route', 'name or service not known', 'domain couldn\'t be found', 'remote domain doesnt exist', 'remote domain does not exist', 'couldn\'t find any host named', 'couldn\'t find any host', 'illegal host/domain name found', 'domain must resolve', 'does not resolve', 'mail domain not found', 'account or domain may not exist', 'recipient domain', 'domain name system', 'bad destination system', 'no dns', 'domain is invalid', 'domain has no', 'non-existent domain', 'nonexistent domain', 'unknown host/domain', 'domäne nicht gefunden', 'domaine inconnu', 'dominio desconocido', 'lookup failed: host', 'no such host is known', 'unresolvable address', 'domain not exist*'],
  },
  {
    reason: 'network-error',
    weight: 3,
    phrases: ['no route to host', 'host unreachable', 'network error', 'remote host closed', 'dropped connection', 'unexpectedly closed', 'failed to resolve', 'unable to look up', 'domain lookup failed', 'lookup timeout', 'not available from', 'server not found', 'connection refused', 'network unreachable', 'network is unreachable', 'host is unreachable', 'could not connect', 'couldn\'t connect', 'unable to connect', 'cannot connect', 'failed to connect', 'connection lost', 'lost connection', 'connection reset', 'connection dropped', 'connection closed', 'broken pipe', 'name service error', 'name server:', 'name server timeout', 'name server loops', 'dns failure', 'dns error', 'dns server', 'dns lookup', 'dns query', 'dns timeout', 'temporary dns', 'temporary lookup failure', 'dns domain', 'nxdomain', 'servfail', 'responded with code', 'host not reachable', 'cannot resolve', 'could not resolve', 'unable to resolve', 'can\'t resolve', 'temporarily unable to contact', 'could not be contacted', 'establish an smtp connection', 'wasn\'t able to establish', 'no smtp connection', 'remote server is not responding', 'destination host', 'not reachable', 'unreachable', 'malformed or unexpected name server reply', 'bad name server', 'host or domain name not found', 'smtp connection failed', 'connect failed', 'host name lookup failure', 'cname lookup failed', 'connection failure'],
  },
  {
    reason: 'routing-loop',
    weight: 3,
    phrases: ['too many hops', 'hop count exceeded', 'mail loop', 'loops back to myself', 'mail loops back', 'routing loop', 'loop detected', 'forwarding loop', 'loop alert', 'loop back', 'too many received', 'message is looping', 'looping', 'maximum hop count', 'hops', 'config error: mail loops', 'mail is looping', 'message loop', 'delivered-to loop', 'already have my delivered-to', 'duplicated message-id'],
  },
  {
    reason: 'expired',
    weight: 2,
    phrases: ['connection timed out', 'delivery attempt timed out', 'was not delivered within', 'maximum time', 'retry period', 'queue lifetime', 'too long in the queue', 'connection timeout', 'timed out', 'timeout', 'retry timeout exceeded', 'retry time not reached', 'timeout exceeded', 'delivery time expired', 'message expired', 'envelope expired', 'expired', 'cannot send message for*', 'could not send message for*', 'message could not be delivered for', 'delivery expired', 'delivery timeout', 'message timeout', 'will be retried until', 'has been frozen', 'message timed out', 'too old', 'maximum retry', 'operation timed out', 'not accept our requests to connect', 'could not be delivered within', 'conversation with', 'undeliverable after', 'delayed more than', 'could not be delivered for more than', 'will retry for', 'stopped responding', 'did not respond', 'no answer from host', 'no response from', 'not responding', 'time limit', 'has been on the queue', 'not been delivered yet'],
  },
  {
    reason: 'mail-system',
    weight: 2,
    phrases: ['local configuration error', 'server configuration problem', 'server configuration error', 'configuration error', 'system error', 'local error in processing', 'local error', 'internal error', 'internal server error', 'internal software error', 'service not available', 'service unavailable', 'service currently unavailable', 'temporary server error', 'server error', 'temporary failure', 'temporary error', 'temporary local problem', 'temporary problem', 'temporary system problem', 'temporarily unable to process', 'please try again later', 'try again later', 'try later', 'requested action aborted', 'mail system config error', 'mail system failure', 'system not accepting', 'system is currently unable', 'resources temporarily', 'server busy', 'server too busy', 'too busy', 'system resources', 'insufficient system resources', 'resources unavailable', 'out of memory', 'ldap', 'ldap server', 'unable to contact ldap', 'database error', 'mysql', 'queue file write error', 'cannot open', 'can\'t open', 'unable to open', 'i/o error', 'timeout waiting for', 'hot potato', 'agent fail*', 'after multiple retries', 'backend', 'interrupted', 'cannot create', 'cannot append', 'can\'t create', 'unable to deliver message after', 'upstream error', 'aliasing/forwarding loop broken', 'message was not delivered', 'server is down', 'maintenance', 'system down', 'overloaded', 'resource shortage', 'backpressure', 'storedrv', 'exceeded storage'],
  },
  {
    reason: 'system-full',
    weight: 3,
    phrases: ['insufficient system storage', 'insufficient disk space', 'disk full', 'no space left on device', 'file system full', 'filesystem full', 'out of disk space', 'mail system full', 'system storage', 'insufficient storage', 'useddiskspace*', 'space on the disk', 'insufficient system resources (useddiskspace*', 'requested mail action aborted: exceeded storage', 'not enough disk space', 'low on disk'],
  },
  {
    reason: 'delivery-program',
    weight: 3,
    phrases: ['command died with status*', 'unknown mailer error*', 'delivery agent', 'filter error', 'command failed:', 'command output:', 'procmail*', 'maildrop*', 'pipe to', 'local delivery failed', 'returned error code', 'service unavailable: pipe', 'mailer died*', 'mailer error', 'exit status*', 'exited with*', 'exited abnormally', 'x-unix;*', 'maildrop:', 'sieve*', 'mail.local', 'child process', 'unable to execute', 'returned exit', 'dovecot-lda', 'child crashed', 'child status', 'text was generated during the delivery', 'text generated during', 'vacation program', 'command time limit'],
  },
  {
    reason: 'protocol',
    weight: 2,
    phrases: ['syntax error', 'command not recognized', 'command not implemented', 'command parameter not implemented', 'parameter not implemented', 'bad sequence*', 'command unrecognized', 'unrecognized command', 'unknown command', 'invalid command', 'command rejected', 'nested mail', 'need mail', 'need rcpt', 'protocol error', 'not implemented', 'command out of sequence', 'unexpected response', 'line too long', 'unsupported', 'smtputf8', 'improper command', 'pipelining', 'parameters not', 'bad command', 'pre-greeting', 'synchronization error', 'invalid argument*', 'does not support', '8bitmime', 'non-ascii'],
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
