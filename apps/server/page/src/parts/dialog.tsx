import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from './icon.tsx';

/** A dialog that takes the focus, gives it back, and closes on Escape. */
export function Dialog({
  title,
  children,
  onClose,
}: {
  readonly title: string;
  readonly children: ComponentChildren;
  readonly onClose: () => void;
}): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby="dialog-title" onClose={onClose}>
      <div class="dialog-head">
        <h2 id="dialog-title">{title}</h2>
        <button type="button" class="icon-button" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      {children}
    </dialog>
  );
}

export interface Question {
  readonly title: string;
  readonly text: ComponentChildren;
  /** What the button says. */
  readonly confirm: string;
  readonly danger?: boolean;
  /** Asks for a line of text, too. */
  readonly input?: {
    readonly label: string;
    readonly value: string;
    readonly hint?: string;
    readonly required?: boolean;
  };
}

/** Asks before something is done that can't be undone. */
export function Confirm({
  question,
  onAnswer,
  trouble,
  busy,
}: {
  readonly question: Question;
  /** `undefined`: no. Else the text that was asked for, or ''. */
  readonly onAnswer: (text: string | undefined) => void;
  readonly trouble?: string;
  readonly busy?: boolean;
}): JSX.Element {
  const { title, text, confirm, danger = false, input } = question;
  const field = useRef<HTMLInputElement>(null);
  const submit = (event: Event): void => {
    event.preventDefault();
    const value = field.current?.value.trim() ?? '';
    if (input?.required === true && value === '') field.current?.focus();
    else onAnswer(value);
  };
  return (
    <Dialog title={title} onClose={() => onAnswer(undefined)}>
      <form class="dialog-body" onSubmit={submit}>
        <div>{text}</div>
        {input && (
          <label class="field">
            <span>{input.label}</span>
            <input
              ref={field}
              type="text"
              defaultValue={input.value}
              required={input.required === true}
              spellcheck={false}
              autocomplete="off"
            />
            {input.hint && <small>{input.hint}</small>}
          </label>
        )}
        {trouble && (
          <p class="trouble" role="alert">
            {trouble}
          </p>
        )}
        <div class="dialog-buttons">
          <button type="button" class="button" onClick={() => onAnswer(undefined)}>
            Cancel
          </button>
          <button type="submit" class={`button ${danger ? 'danger' : 'primary'}`} disabled={busy === true}>
            {confirm}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
