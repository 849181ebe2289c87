import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import * as api from '../api/calls.ts';
import { newKey, reasonOf } from '../api/client.ts';
import { Trouble, ViewHead } from '../parts/basics.tsx';
import { Icon } from '../parts/icon.tsx';
import { fieldOf } from '../forms.ts';
import { goTo, type Route } from '../routing.ts';

/** Recipients of the simulator, and what becomes of them. */
const FATES: readonly (readonly [name: string, fate: string])[] = [
  ['5.2.2', 'mailbox full: fails'],
  ['550', 'no such user: fails'],
  ['4.2.1', 'busy: put off until it expires'],
  ['defer-2', 'put off twice, then delivered'],
  ['ok', 'delivered'],
  ['no-dsn', 'relayed to a host without DSN'],
  ['slow-5', 'delivered after five seconds'],
  ['drop', 'the connection breaks'],
];
const SIMULATOR = 'simulator.test';

const CONDITIONS = [
  ['success', 'When it is delivered'],
  ['failure', 'When it fails'],
  ['delay', 'When it takes long'],
] as const;

const WISHES = [
  ['some', 'Tell me…'],
  ['never', 'Never, whatever happens'],
  ['unset', 'Nothing said: each host follows its habit'],
] as const;

type Wish = (typeof WISHES)[number][0];

const RETURNS = [
  ['headers', 'Only the header'],
  ['full', 'The whole message'],
  ['', 'Nothing said'],
] as const;

/** Writes a message with wishes, hands it over and goes on to its timeline. */
export function ComposeView({ route }: { readonly route: Route }): JSX.Element {
  const [to, setTo] = useState(route.query.get('to') ?? `5.2.2@${SIMULATOR}`);
  const [wish, setWish] = useState<Wish>('some');
  const [conditions, setConditions] = useState<ReadonlySet<string>>(new Set(['failure']));
  const [trouble, setTrouble] = useState<string>();
  const [busy, setBusy] = useState(false);
  const key = useRef(newKey());
  const asked = route.query.get('to');
  useEffect(() => {
    if (asked !== null) setTo(asked);
  }, [asked]);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    setBusy(true);
    try {
      const { id } = await api.submit(
        submissionOf(new FormData(form), recipientsOf(to), notifyOf(wish, conditions)),
        key.current,
      );
      key.current = newKey();
      goTo(['messages', id]);
    } catch (error) {
      setTrouble(reasonOf(error));
      setBusy(false);
    }
  };
  return (
    <>
      <ViewHead
        title="Compose"
        lead="Send a message and watch what becomes of it. Recipients of the simulator decide their own fate."
      />
      <form class="compose" onSubmit={(event) => void submit(event)} onInput={() => (key.current = newKey())}>
        <div class="compose-main">
          <label class="field">
            <span>From</span>
            <input
              name="from"
              type="text"
              defaultValue="you@example.test"
              spellcheck={false}
              autocomplete="off"
              autocapitalize="off"
            />
            <small>Reports go to this address. Empty: to nobody.</small>
          </label>
          <label class="field">
            <span>To</span>
            <textarea
              name="to"
              rows={3}
              value={to}
              onInput={(event) => setTo(event.currentTarget.value)}
              spellcheck={false}
              autocapitalize="off"
              required
            />
            <small>One address in each line.</small>
          </label>
          <Simulator add={(recipient) => setTo([...recipientsOf(to), recipient].join('\n'))} />
          <label class="field">
            <span>Subject</span>
            <input name="subject" type="text" defaultValue="What happens to this one?" autocomplete="off" />
          </label>
          <label class="field">
            <span>Text</span>
            <textarea
              name="text"
              rows={5}
              defaultValue={'Hello,\n\nthis message was written to see what becomes of it.\n'}
            />
          </label>
        </div>
        <div class="compose-wishes">
          <NotifyWish wish={wish} setWish={setWish} conditions={conditions} setConditions={setConditions} />
          <ReturnWish />
          <label class="field">
            <span>
              Envelope id <code>ENVID</code>
            </span>
            <input
              name="envid"
              type="text"
              maxLength={94}
              placeholder="e.g. QQ314159"
              spellcheck={false}
              autocomplete="off"
            />
            <small>Reports name it, so that you know what they are about.</small>
          </label>
          {trouble !== undefined && <Trouble message={trouble} />}
          <button type="submit" class="button primary big" disabled={busy}>
            <Icon name="compose" /> {busy ? 'Sending…' : 'Send and watch'}
          </button>
        </div>
      </form>
    </>
  );
}

/** Adds recipients of the simulator. */
function Simulator({ add }: { readonly add: (recipient: string) => void }): JSX.Element {
  return (
    <div class="chips" role="group" aria-label="Add a recipient of the simulator">
      {FATES.map(([name, fate]) => (
        <button
          key={name}
          type="button"
          class="chip"
          onClick={() => add(`${name}@${SIMULATOR}`)}
          title={`Add ${name}@${SIMULATOR}`}
        >
          <code>{name}@</code> <span>{fate}</span>
        </button>
      ))}
    </div>
  );
}

interface NotifyWishProps {
  readonly wish: Wish;
  readonly setWish: (wish: Wish) => void;
  readonly conditions: ReadonlySet<string>;
  readonly setConditions: (conditions: ReadonlySet<string>) => void;
}

/** When the sender is to be told. RFC 3461 §4.1 */
function NotifyWish({ wish, setWish, conditions, setConditions }: NotifyWishProps): JSX.Element {
  const change = (condition: string): void => {
    const next = new Set(conditions);
    if (!next.delete(condition)) next.add(condition);
    setConditions(next);
  };
  return (
    <fieldset>
      <legend>
        Notify <code>NOTIFY</code>
      </legend>
      {WISHES.map(([value, label]) => (
        <div key={value}>
          <label class="check">
            <input type="radio" name="wish" value={value} checked={wish === value} onChange={() => setWish(value)} />{' '}
            {label}
          </label>
          {value === 'some' && (
            <div class="nested">
              {CONDITIONS.map(([condition, words]) => (
                <label key={condition} class="check">
                  <input
                    type="checkbox"
                    checked={conditions.has(condition)}
                    disabled={wish !== 'some'}
                    onChange={() => change(condition)}
                  />{' '}
                  {words}
                </label>
              ))}
            </div>
          )}
        </div>
      ))}
    </fieldset>
  );
}

/** How much of the message a report brings back. RFC 3461 §4.3 */
function ReturnWish(): JSX.Element {
  return (
    <fieldset>
      <legend>
        What comes back <code>RET</code>
      </legend>
      {RETURNS.map(([value, label]) => (
        <label key={value} class="check">
          <input type="radio" name="ret" value={value} defaultChecked={value === 'headers'} /> {label}
        </label>
      ))}
    </fieldset>
  );
}

function recipientsOf(text: string): readonly string[] {
  return text
    .split(/[\s,;]+/)
    .map((address) => address.trim())
    .filter(Boolean);
}

type Notify = NonNullable<api.Submission['recipients'][number]['notify']>;

function notifyOf(wish: Wish, conditions: ReadonlySet<string>): Notify | undefined {
  if (wish === 'unset') return undefined;
  return wish === 'never' || conditions.size === 0 ? 'never' : [...conditions];
}

function submissionOf(form: FormData, addresses: readonly string[], notify: Notify | undefined): api.Submission {
  const text = (name: string): string => fieldOf(form, name);
  const ret = text('ret');
  return {
    from: text('from'),
    recipients: addresses.map((address) => ({ address, ...(notify !== undefined && { notify }) })),
    ...(ret === 'full' || ret === 'headers' ? { ret } : {}),
    ...(text('envid') !== '' && { envelopeId: text('envid') }),
    message: { subject: text('subject'), text: `${text('text')}\n` },
  };
}
