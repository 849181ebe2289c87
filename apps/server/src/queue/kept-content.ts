import type { KeepContents, NewMessage } from '../ports.ts';
import { isNote } from './telling/notes.ts';

/** Whether the journal has the content of a message. Notes are no messages: nobody wants to see them again. */
export function keepsContent(keep: KeepContents | undefined, { message, recipients }: NewMessage): boolean {
  if (keep === undefined || isNote(recipients[0]?.destination ?? '')) return false;
  return keep.of === 'all' || message.reversePath === '';
}

/** What two who read the same journal want together. */
export function keepsBoth(a: KeepContents | undefined, b: KeepContents | undefined): KeepContents | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return {
    of: a.of === 'all' || b.of === 'all' ? 'all' : 'reports',
    maxOctets: Math.max(a.maxOctets, b.maxOctets),
  };
}
