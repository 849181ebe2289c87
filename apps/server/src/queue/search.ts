import type { Recipient } from '../model.ts';

/** Whether a text contains a part, in any case. */
export function contains(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}

/** Whether the address of a recipient, or what is shown for it, contains a text. */
export function isNamed({ address, shownAs = '' }: Recipient, text: string): boolean {
  return contains(address, text) || contains(shownAs, text);
}

/** Recipients in their order, those that a text names before all others. */
export function namedFirst<Each extends Recipient>(recipients: readonly Each[], text: string): readonly Each[] {
  return [...recipients.filter((each) => isNamed(each, text)), ...recipients.filter((each) => !isNamed(each, text))];
}
