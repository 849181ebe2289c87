import type { Suppression } from './admin.ts';

/** An address of which failures are counted, or that is on the list. */
export interface SuppressionRecord extends Suppression {
  /** False while failures are only counted. */
  readonly listed: boolean;
}

/** Where the suppression list rests. */
export interface SuppressionStore {
  all(): readonly SuppressionRecord[];
  /** Puts and removes records, all or none; they are safe when it returns. Throws when the disk fails. */
  change(put: readonly SuppressionRecord[], remove: readonly string[]): void;
  close(): void;
}
