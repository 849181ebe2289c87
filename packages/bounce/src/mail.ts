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
  const opened = openMessage(message);
  let signals: HeaderSignals | undefined;
  return {
    opened,
    get signals(): HeaderSignals {
      return (signals ??= readSignals(opened.headers));
    },
    lines: new LineIndex(opened.text),
  };
}
