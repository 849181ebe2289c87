import type { JSX } from 'preact';
import type { MailEvent } from '../../../src/model.ts';
import { duration, fullTime, time } from '../format.ts';
import { useNow } from '../parts/basics.tsx';
import { Icon } from '../parts/icon.tsx';
import { visible } from '../parts/source.tsx';
import { linkTo } from '../routing.ts';
import { tellEvent } from '../tell.ts';
import type { Telling } from '../words.ts';

/** All that happened to a message, in order: each hop with its answer, each report. */
export function Timeline({
  events,
  only,
}: {
  readonly events: readonly MailEvent[];
  readonly only: string | undefined;
}): JSX.Element {
  const startMs = events[0]?.atMs ?? 0;
  const told = events
    .map((event) => ({ event, telling: tellEvent(event) }))
    .filter(({ telling: { about } }) => only === undefined || about.length === 0 || about.includes(only));
  return (
    <ol class="timeline">
      {told.map(({ event, telling }, index) => (
        <Entry key={index} atMs={event.atMs} startMs={startMs} telling={telling} />
      ))}
    </ol>
  );
}

function Entry({
  atMs,
  startMs,
  telling,
}: {
  readonly atMs: number;
  readonly startMs: number;
  readonly telling: Telling;
}): JSX.Element {
  const { tone, icon, title, about, detail, reply, link } = telling;
  const now = useNow(60_000);
  return (
    <li class={`entry t-${tone}`}>
      <span class={`dot t-${tone}`}>
        <Icon name={icon} />
      </span>
      <div class="entry-body">
        <p class="entry-title">{visible(title)}</p>
        {about.length > 0 && (
          <p class="entry-about">{about.length > 3 ? `${about.length} recipients` : about.map(visible).join(', ')}</p>
        )}
        {detail !== undefined && <p class="entry-detail">{visible(detail)}</p>}
        {reply !== undefined && (
          <blockquote class="reply">
            <p class="reply-from">{visible(reply.from)} answered</p>
            <code>{reply.lines.map(visible).join('\n')}</code>
          </blockquote>
        )}
        {link !== undefined && (
          <a class="button small" href={linkTo(['messages', link.id])}>
            {link.label}
          </a>
        )}
      </div>
      <time class="entry-time" dateTime={new Date(atMs).toISOString()} title={fullTime(atMs)}>
        {time(atMs, now)}
        <span class="entry-offset">{atMs > startMs ? `+${duration(atMs - startMs)}` : ''}</span>
      </time>
    </li>
  );
}
