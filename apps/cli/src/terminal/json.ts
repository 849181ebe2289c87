import { escapeHarmful } from '@dsnkit/delivery-status';

/** A value as JSON that does nothing to a terminal, whoever wrote the texts in it. */
export function jsonText(value: unknown): string {
  return escapeHarmful(JSON.stringify(value));
}
