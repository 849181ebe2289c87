import { useEffect, useRef, useState } from 'preact/hooks';
import type { EventKind, MailEvent } from '../../../src/model.ts';
import { toEvent, type EventJson } from './shapes.ts';

/** `connecting` at first, `lost` from when the stream broke until it is back. */
export type LiveState = 'connecting' | 'live' | 'lost';

type EventListener = (event: MailEvent) => void;
type StateListener = (state: LiveState) => void;

const listeners = new Set<EventListener>();
const stateListeners = new Set<StateListener>();
/** Told when something may have been missed. */
const gapListeners = new Set<() => void>();
let state: LiveState = 'connecting';
let source: EventSource | undefined;
let retry: ReturnType<typeof setTimeout> | undefined;
let waitMs = 1000;

/** Opens the stream of events. It comes back by itself: the browser resumes it, and we do where the browser gives up. */
export function openLive(): void {
  source?.close();
  clearTimeout(retry);
  source = new EventSource('api/v1/events');
  source.addEventListener('open', () => {
    waitMs = 1000;
    if (state === 'lost') missed();
    become('live');
  });
  source.addEventListener('error', () => {
    become('lost');
    if (source?.readyState !== EventSource.CLOSED) return;
    retry = setTimeout(openLive, waitMs);
    waitMs = Math.min(waitMs * 2, 30_000);
  });
  const hear = ({ data }: MessageEvent<string>): void => {
    const event = toEvent(JSON.parse(data) as EventJson);
    for (const listener of listeners) listener(event);
  };
  for (const kind of Object.keys(KINDS)) source.addEventListener(kind, hear);
  // What lies between is not kept any more: whatever is shown is loaded anew.
  source.addEventListener('missed', missed);
}

function missed(): void {
  for (const listener of gapListeners) listener();
}

/** The stream names each event by its kind, and a listener hears one name. */
const KINDS: Readonly<Record<EventKind, true>> = {
  accepted: true,
  attempted: true,
  delivered: true,
  relayed: true,
  expanded: true,
  deferred: true,
  delayed: true,
  failed: true,
  expired: true,
  bounced: true,
  held: true,
  released: true,
  retried: true,
  dropped: true,
  rerouted: true,
  paused: true,
  resumed: true,
  suppressed: true,
  'suppression-added': true,
  'suppression-removed': true,
  'report-issued': true,
  'report-held': true,
  'report-received': true,
  'digest-issued': true,
  'not-reported': true,
};

function become(next: LiveState): void {
  if (next === state) return;
  state = next;
  for (const listener of stateListeners) listener(next);
}

export function useLiveState(): LiveState {
  const [now, setNow] = useState(state);
  useEffect(() => {
    setNow(state);
    stateListeners.add(setNow);
    return () => void stateListeners.delete(setNow);
  }, []);
  return now;
}

/** Calls `listener` for each event as it happens. */
export function useEvents(listener: EventListener): void {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => {
    const hear: EventListener = (event) => latest.current(event);
    listeners.add(hear);
    return () => void listeners.delete(hear);
  }, []);
}

/** What is stored of a message follows its events by a moment: when nothing more happens, one last look is taken. */
const LAST_LOOK_MS = 1000;

/** The stream tells of one server: what others on the same store did is looked for this often. */
const OTHERS_MS = 30_000;

/**
 * Calls `refresh` soon after events that concern the view, not more often than every `everyMs`; and when the stream is back
 * after a loss, since something may have been missed. What is not in the stream is found within half a minute.
 */
export function useRefresh(refresh: () => void, concerns: (event: MailEvent) => boolean, everyMs: number): void {
  const latest = useRef(refresh);
  latest.current = refresh;
  const plan = useRef<RefreshPlan>(undefined);
  plan.current ??= new RefreshPlan(() => latest.current(), everyMs);
  const { current } = plan;
  useEvents((event) => {
    if (concerns(event)) current.soon();
  });
  useEffect(() => {
    const soon = (): void => current.soon();
    gapListeners.add(soon);
    const timer = setInterval(() => document.hidden || latest.current(), OTHERS_MS);
    return () => {
      gapListeners.delete(soon);
      clearInterval(timer);
      current.stop();
    };
  }, []);
}

class RefreshPlan {
  readonly #refresh: () => void;
  readonly #everyMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isLastLook = false;
  #lastAt = 0;

  constructor(refresh: () => void, everyMs: number) {
    this.#refresh = refresh;
    this.#everyMs = everyMs;
  }

  soon(): void {
    if (this.#timer !== undefined && !this.#isLastLook) return;
    this.stop();
    this.#isLastLook = false;
    this.#timer = setTimeout(() => this.#run(true), Math.max(60, this.#lastAt + this.#everyMs - performance.now()));
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #run(lookAgain: boolean): void {
    this.#timer = undefined;
    this.#lastAt = performance.now();
    this.#refresh();
    if (!lookAgain) return;
    this.#isLastLook = true;
    this.#timer = setTimeout(() => this.#run(false), LAST_LOOK_MS);
  }
}
