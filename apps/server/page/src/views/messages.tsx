import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { RECIPIENT_STATES } from '../../../src/ports/recipient-states.ts';
import * as api from '../api/calls.ts';
import { reasonOf } from '../api/client.ts';
import { useLoad } from '../api/load.ts';
import { useRefresh } from '../api/live.ts';
import type { MessageJson } from '../api/shapes.ts';
import { counted } from '../format.ts';
import { fieldOf } from '../forms.ts';
import { Empty, Loading, Trouble, ViewHead } from '../parts/basics.tsx';
import { MessageList } from '../parts/message-list.tsx';
import { goTo, linkTo, type Route } from '../routing.ts';

const SPANS = [
  ['', 'Any time'],
  ['15m', 'Last 15 minutes'],
  ['1h', 'Last hour'],
  ['24h', 'Last day'],
  ['7d', 'Last week'],
] as const;
const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The texts that can be searched for by their own: name in the URL, label, hint. */
const FIELDS = [
  ['recipient', 'Recipient', 'someone@example.org or @example.org'],
  ['sender', 'Sender', 'the reverse-path, whole or @domain'],
  ['envelope', 'Envelope id', 'ENVID, as the sender gave it'],
  ['message-id', 'Message-ID', 'with or without angle brackets'],
] as const;

type Query = Readonly<Record<string, string>>;

/** Search: the query stands in the URL. */
export function MessagesView({ route }: { readonly route: Route }): JSX.Element {
  const query: Query = Object.fromEntries(route.query);
  const key = JSON.stringify(query);
  const first = useLoad(`messages ${key}`, (signal) => load(query, signal));
  const [more, setMore] = useState<{
    readonly key: string;
    readonly messages: readonly MessageJson[];
    readonly next: string | null;
  }>();
  const [trouble, setTrouble] = useState<string>();
  useRefresh(first.reload, () => more?.key !== key, 2000);
  const rest = more?.key === key ? more : undefined;
  const next = rest === undefined ? first.data?.next : rest.next;
  const messages = [...(first.data?.messages ?? []), ...(rest?.messages ?? [])];
  const goOn = async (): Promise<void> => {
    try {
      const page = await load({ ...query, cursor: next ?? '' });
      setMore({ key, messages: [...(rest?.messages ?? []), ...page.messages], next: page.next });
      setTrouble(undefined);
    } catch (error) {
      setTrouble(reasonOf(error));
    }
  };
  return (
    <>
      <ViewHead
        title="Messages"
        lead={leadOf(query, messages.length, first.loading && first.data === undefined, next != null)}
      />
      <Filters key={key} query={query} />
      {first.error !== undefined && <Trouble message={first.error} retry={first.reload} />}
      {trouble !== undefined && <Trouble message={trouble} />}
      {first.data === undefined && first.error === undefined && <Loading what="messages" />}
      {messages.length > 0 && (
        <div class="panel flush">
          <MessageList messages={messages} label="Messages found, the latest first" />
        </div>
      )}
      {first.data !== undefined && messages.length === 0 && <NothingFound query={query} />}
      {next != null && (
        <button type="button" class="button centred" onClick={() => void goOn()}>
          Show earlier ones
        </button>
      )}
    </>
  );
}

function load(
  query: Query,
  signal?: AbortSignal,
): Promise<{ readonly messages: readonly MessageJson[]; readonly next: string | null }> {
  const since = sinceOf(query['since'] ?? '');
  const more = {
    ...(query['state'] && { state: query['state'] }),
    ...(since && { from: since }),
    limit: 50,
  };
  const q = query['q'] ?? '';
  if (q !== '') return api.find(q, more, signal ?? new AbortController().signal);
  return api.messages(
    {
      ...more,
      ...(query['recipient'] && { recipient: query['recipient'] }),
      ...(query['sender'] && { sender: query['sender'] }),
      ...(query['envelope'] && { envelopeId: query['envelope'] }),
      ...(query['message-id'] && { headerMessageId: query['message-id'] }),
      ...(query['cursor'] && { cursor: query['cursor'] }),
    },
    signal,
  );
}

/** `24h` as the time it was then; undefined if it is no span. */
function sinceOf(span: string): string | undefined {
  const [, many, unit = ''] = /^(\d{1,4})([mhd])$/.exec(span) ?? [];
  const ms = Number(many) * (UNITS[unit] ?? NaN);
  return Number.isNaN(ms) ? undefined : new Date(Date.now() - ms).toISOString();
}

function leadOf(query: Query, found: number, loading: boolean, more: boolean): string {
  if (loading) return 'Looking…';
  const what = query['q'] ? ` for “${query['q']}”` : '';
  if (found === 0) return `No messages${what}`;
  return `${counted(found, 'message')}${more ? ' and more' : ''}${what}, the latest first`;
}

function Filters({ query }: { readonly query: Query }): JSX.Element {
  const apply = (changes: Query): void => {
    const { q = '', ...kept } = query;
    // A text that is looked for everywhere and one in a field of its own don't go together.
    const own = FIELDS.some(([name]) => changes[name]);
    goTo(['messages'], { ...(own || 'q' in changes ? {} : { q }), ...kept, ...changes });
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    apply(Object.fromEntries(FIELDS.map(([name]) => [name, fieldOf(data, name)])));
  };
  const anyField = FIELDS.some(([name]) => query[name]);
  const anything = Object.values(query).some((value) => value !== '');
  return (
    <form class="filters" onSubmit={submit} aria-label="Filters">
      <label class="field inline">
        <span>State</span>
        <select value={query['state'] ?? ''} onChange={(event) => apply({ state: event.currentTarget.value })}>
          <option value="">Any</option>
          {RECIPIENT_STATES.map((state) => (
            <option key={state} value={state}>
              {state}
            </option>
          ))}
        </select>
      </label>
      <label class="field inline">
        <span>Arrived</span>
        <select value={query['since'] ?? ''} onChange={(event) => apply({ since: event.currentTarget.value })}>
          {SPANS.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      {anything && (
        <a class="button small" href={linkTo(['messages'])}>
          Clear
        </a>
      )}
      <details class="more-filters" open={anyField}>
        <summary>Search by one thing only</summary>
        <div class="field-grid">
          {FIELDS.map(([name, label, hint]) => (
            <label key={name} class="field">
              <span>{label}</span>
              <input
                name={name}
                type="text"
                defaultValue={query[name] ?? ''}
                placeholder={hint}
                spellcheck={false}
                autocomplete="off"
              />
            </label>
          ))}
        </div>
        <button type="submit" class="button primary">
          Search
        </button>
      </details>
    </form>
  );
}

function NothingFound({ query }: { readonly query: Query }): JSX.Element {
  const asked = Object.values(query).some((value) => value !== '');
  if (!asked)
    return (
      <Empty title="No messages yet" icon="messages">
        What this server accepts is listed here and stays findable after it has gone.{' '}
        <a href="#/compose">Send a first one</a>.
      </Empty>
    );
  return (
    <Empty title="Nothing matches" icon="search">
      Addresses and ids are compared whole, in any case of letters; <code>@example.org</code> finds all of a domain.{' '}
      <a href={linkTo(['messages'])}>See all messages</a>.
    </Empty>
  );
}
