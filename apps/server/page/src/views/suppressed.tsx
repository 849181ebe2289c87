import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import * as api from '../api/calls.ts';
import { reasonOf } from '../api/client.ts';
import { useLoad } from '../api/load.ts';
import { useRefresh } from '../api/live.ts';
import type { SuppressionJson } from '../api/shapes.ts';
import { counted } from '../format.ts';
import { fieldOf } from '../forms.ts';
import { Empty, Loading, Trouble, ViewHead, When } from '../parts/basics.tsx';
import { Confirm } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { visible } from '../parts/source.tsx';
import { tell } from '../parts/toast.tsx';
import { linkTo } from '../routing.ts';

/** Addresses to which nothing is submitted any more. */
export function SuppressedView(): JSX.Element {
  const [search, setSearch] = useState('');
  const { data, error, reload } = useLoad(`suppressed ${search}`, (signal) =>
    api.suppressions(search === '' ? {} : { search }, signal),
  );
  const [more, setMore] = useState<{
    readonly of: string;
    readonly entries: readonly SuppressionJson[];
    readonly next: string | null;
  }>();
  const [removing, setRemoving] = useState<string>();
  const [trouble, setTrouble] = useState<string>();
  useRefresh(reload, ({ kind }) => kind === 'suppression-added' || kind === 'suppression-removed', 1000);
  const rest = more?.of === search ? more : undefined;
  const entries = [...(data?.entries ?? []), ...(rest?.entries ?? [])];
  const next = rest === undefined ? data?.next : rest.next;
  const attempt = async (does: () => Promise<string>): Promise<void> => {
    try {
      tell(await does());
      setTrouble(undefined);
      setRemoving(undefined);
      setMore(undefined);
      reload();
    } catch (failure) {
      setTrouble(reasonOf(failure));
    }
  };
  const goOn = async (): Promise<void> => {
    const page = await api.suppressions({ ...(search !== '' && { search }), cursor: next ?? '' });
    setMore({ of: search, entries: [...(rest?.entries ?? []), ...page.entries], next: page.next });
  };
  return (
    <>
      <ViewHead
        title="Suppressed addresses"
        lead="Mail to these is refused at submission, so that you don't send again and again to what fails."
      >
        <a class="button" href={api.suppressionExport} download="suppressions.ndjson">
          <Icon name="download" /> Export
        </a>
      </ViewHead>
      <Add add={(address, reason) => attempt(() => suppress(address, reason))} />
      {removing === undefined && trouble !== undefined && <Trouble message={trouble} />}
      <label class="field inline">
        <span>Find</span>
        <input
          type="search"
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value.trim())}
          placeholder="part of an address"
          spellcheck={false}
          autocomplete="off"
        />
      </label>
      {error !== undefined && <Trouble message={error} retry={reload} />}
      {data === undefined && error === undefined && <Loading what="the list" />}
      {data !== undefined && entries.length === 0 && (
        <Empty title={search === '' ? 'Nobody is suppressed' : 'No such address'} icon="suppressed">
          {search === ''
            ? 'Addresses that fail for good come onto this list by themselves, if the configuration says so. You can add some by hand.'
            : 'No address on the list contains that text.'}
        </Empty>
      )}
      {entries.length > 0 && (
        <div class="panel flush">
          <ul class="plain-rows" aria-label={counted(entries.length, 'address', 'addresses')}>
            {entries.map((entry) => (
              <Entry key={entry.address} entry={entry} remove={() => setRemoving(entry.address)} />
            ))}
          </ul>
        </div>
      )}
      {next != null && (
        <button type="button" class="button centred" onClick={() => void goOn()}>
          Show more
        </button>
      )}
      {removing !== undefined && (
        <Confirm
          question={{
            title: 'Take it off the list',
            text: <p>Mail to {visible(removing)} will be accepted again.</p>,
            confirm: 'Take off',
          }}
          {...(trouble !== undefined && { trouble })}
          onAnswer={(text) => (text === undefined ? setRemoving(undefined) : void attempt(() => unsuppress(removing)))}
        />
      )}
    </>
  );
}

async function suppress(address: string, reason: string): Promise<string> {
  const { count } = await api.suppress(address, reason);
  return count > 0 ? `${address} is suppressed.` : `${address} was passed over: postmasters are never suppressed.`;
}

async function unsuppress(address: string): Promise<string> {
  await api.unsuppress(address);
  return `${address} is off the list.`;
}

function Add({ add }: { readonly add: (address: string, reason: string) => Promise<void> }): JSX.Element {
  const submit = (event: Event): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const data = new FormData(form);
    void add(fieldOf(data, 'address'), fieldOf(data, 'reason')).then(() => form.reset());
  };
  return (
    <form class="add-row" onSubmit={submit} aria-label="Suppress an address">
      <label class="field">
        <span>Address</span>
        <input
          name="address"
          type="text"
          required
          spellcheck={false}
          autocomplete="off"
          autocapitalize="off"
          placeholder="someone@example.org"
        />
      </label>
      <label class="field">
        <span>Reason</span>
        <input name="reason" type="text" autocomplete="off" placeholder="Added by hand" />
      </label>
      <button type="submit" class="button">
        <Icon name="suppressed" /> Suppress
      </button>
    </form>
  );
}

function Entry({ entry, remove }: { readonly entry: SuppressionJson; readonly remove: () => void }): JSX.Element {
  const { address, reason, status, since, until, messageId, failures } = entry;
  return (
    <li class="plain-row">
      <div>
        <p class="address">
          {visible(address)} {status !== null && <code class="status-code">{status}</code>}
        </p>
        <p class="quiet">
          {visible(reason)}
          {failures > 1 && `, ${counted(failures, 'failure')}`}, since <When at={Date.parse(since)} />,{' '}
          {until === null ? (
            'for good'
          ) : (
            <>
              ends <When at={Date.parse(until)} />
            </>
          )}
          {messageId !== null && (
            <>
              , <a href={linkTo(['messages', messageId])}>the message</a>
            </>
          )}
        </p>
      </div>
      <button type="button" class="button small" onClick={remove} data-row aria-label={`Take off ${visible(address)}`}>
        Take off
      </button>
    </li>
  );
}
