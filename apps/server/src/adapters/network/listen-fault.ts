/** What is said of a server that could not start: of a socket that it could not open, what helps, too. */
export function startFault(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code = '', syscall } = error as NodeJS.ErrnoException;
  const help = syscall === 'listen' ? HELP.get(code) : undefined;
  return help === undefined ? error.message : `${error.message}; ${help}`;
}

const HELP: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'ports below 1024 are for root, services with CAP_NET_BIND_SERVICE and sockets of systemd'],
  ['EADDRINUSE', 'another server has it, perhaps another dsnd'],
  ['EADDRNOTAVAIL', 'this machine has no such address'],
]);
