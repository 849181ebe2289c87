import type { Tone } from './parts/basics.tsx';
import type { IconName } from './parts/icon.tsx';

/** What a report says was done, as a tone. */
export function toneOfAction(action: string | null): Tone {
  switch (action) {
    case 'failed':
      return 'bad';
    case 'delayed':
      return 'late';
    case 'delivered':
      return 'good';
    case 'relayed':
    case 'expanded':
      return 'passed';
    default:
      return 'quiet';
  }
}

/** How the state of a recipient looks. */
export interface StateLook {
  readonly tone: Tone;
  readonly icon: IconName;
}

const STATES: Readonly<Record<string, StateLook>> = {
  queued: { tone: 'quiet', icon: 'queue' },
  active: { tone: 'quiet', icon: 'attempted' },
  waiting: { tone: 'late', icon: 'deferred' },
  deferred: { tone: 'late', icon: 'deferred' },
  paused: { tone: 'late', icon: 'hold' },
  held: { tone: 'late', icon: 'hold' },
  delivered: { tone: 'good', icon: 'delivered' },
  relayed: { tone: 'passed', icon: 'relayed' },
  expanded: { tone: 'passed', icon: 'expanded' },
  failed: { tone: 'bad', icon: 'failed' },
  expired: { tone: 'bad', icon: 'failed' },
  bounced: { tone: 'bad', icon: 'failed' },
  dropped: { tone: 'quiet', icon: 'drop' },
  suppressed: { tone: 'quiet', icon: 'suppressed' },
};

export function lookOf(state: string): StateLook {
  return STATES[state] ?? { tone: 'quiet', icon: 'info' };
}

/** One event in words. */
export interface Telling extends StateLook {
  readonly title: string;
  /** Whom it is about; empty: the message. */
  readonly about: readonly string[];
  readonly detail?: string;
  /** What a host answered, and which. */
  readonly reply?: { readonly from: string; readonly lines: readonly string[] };
  /** A message that this one is about. */
  readonly link?: { readonly id: string; readonly label: string };
}
