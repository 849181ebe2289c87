import { openMessage, type OpenedMessage } from '@dsnkit/multipart-report/message';
import { readSignals, type HeaderSignals } from './header-signals.ts';
import { LineIndex } from './text/lines.ts';

/** A message as the readers get it. */
export interface Mail {
  readonly opened: OpenedMessage;
  /** Read when it is asked for first: a report seldom needs it. */
  readonly signals: HeaderSignals;
  readonly lines: LineIndex;
}

/** Open a message for the readers. */
export function openMail(message: Uint8Array): Mail {
  return new LazyMail(openMessage(message));
}

class LazyMail implements Mail {
  readonly opened: OpenedMessage;
  readonly lines: LineIndex;
  #signals: HeaderSignals | undefined;

  constructor(opened: OpenedMessage) {
    this.opened = opened;
    this.lines = new LineIndex(opened.text);
  }

  get signals(): HeaderSignals {
    return (this.#signals ??= readSignals(this.opened.headers));
  }
}
