import { spawn } from 'node:child_process';

/** What the service manager is told. sd_notify(3) */
export interface ServiceManager {
  /** In service; also after {@link ServiceManager.reloading}. */
  ready(status: string): void;
  reloading(): void;
  stopping(): void;
}

const nothing = (): void => undefined;
const SILENT: ServiceManager = { ready: nothing, reloading: nothing, stopping: nothing };

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The service manager that started this process, if one did and wants to hear: `NOTIFY_SOCKET` is a datagram socket of the
 * Unix domain, which Node.js has none of, so systemd-notify(1) speaks in our place (NotifyAccess=all). As long as this
 * process can do that it lives: the watchdog is fed twice in its time.
 *
 * @param tell - Told once, in one line, if that program can't be run.
 */
export function serviceManager(environment: Environment, tell: (line: string) => void): ServiceManager {
  if (environment['NOTIFY_SOCKET'] === undefined) return SILENT;
  let isTold = false;
  const notify = (...states: readonly string[]): Promise<void> => {
    const child = spawn('systemd-notify', states, { stdio: 'ignore' });
    child.unref();
    return new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', (error) => {
        if (!isTold) tell(`systemd-notify: ${error.message}`);
        isTold = true;
        resolve();
      });
    });
  };
  // Programs side by side may overtake each other: READY before RELOADING would be a service that reloads for ever.
  let last = Promise.resolve();
  const notifyInTurn = (...states: readonly string[]): void => {
    last = last.then(() => notify(...states));
  };
  const everyMs = watchdogMs(environment) / 2;
  let timer: NodeJS.Timeout | undefined;
  return {
    ready(status) {
      notifyInTurn('READY=1', `STATUS=${status.replace(/[^ -~]/g, '?')}`);
      timer ??= everyMs > 0 ? setInterval(() => void notify('WATCHDOG=1'), everyMs).unref() : undefined;
    },
    reloading: () => notifyInTurn('RELOADING=1'),
    stopping: () => notifyInTurn('STOPPING=1'),
  };
}

/** How soon the watchdog wants to hear from this process, in milliseconds; 0 if it does not. sd_watchdog_enabled(3) */
function watchdogMs({ WATCHDOG_USEC: usec, WATCHDOG_PID: pid }: Environment): number {
  const isOurs = pid === undefined || pid === String(process.pid);
  return isOurs && usec !== undefined && /^\d{1,15}$/.test(usec) ? Number(usec) / 1_000 : 0;
}
