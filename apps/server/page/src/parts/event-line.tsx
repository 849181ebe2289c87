import type { JSX } from 'preact';
import type { MailEvent } from '../../../src/model.ts';
import { linkTo } from '../routing.ts';
import { tellEvent } from '../tell.ts';
import { When } from './basics.tsx';
import { Icon } from './icon.tsx';
import { visible } from './source.tsx';

/** One event in one line, for the feed. */
export function EventLine({ event }: { readonly event: MailEvent }): JSX.Element {
  const { tone, icon, title, about } = tellEvent(event);
  const whom = about.length > 1 ? `${about.length} recipients` : about[0];
  const text = (
    <>
      <span class="feed-title">{visible(title)}</span>
      {whom !== undefined && <span class="feed-about">{visible(whom)}</span>}
    </>
  );
  return (
    <div class="feed-line">
      <span class={`dot t-${tone}`}>
        <Icon name={icon} />
      </span>
      {event.messageId === '' ? (
        <span class="feed-text">{text}</span>
      ) : (
        <a class="feed-text" href={linkTo(['messages', event.messageId])}>
          {text}
        </a>
      )}
      <span class="feed-time">
        <When at={event.atMs} as="time" />
      </span>
    </div>
  );
}
