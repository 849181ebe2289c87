import type { Suppression } from './admin.ts';

/** An address of which failures are counted, or that is on the list. */
export interface SuppressionRecord extends Suppression {
  /** False while failures are only counted. */
  readonly listed: boolean;
  /** Failures came back after the next hop had taken the mail: that it takes more says nothing. */
  readonly returned?: true;
}

/** What has changed; `isWhole`: what is put is all there is, since nobody knows any more what went. */
export interface SuppressionChanges {
  readonly put: readonly SuppressionRecord[];
  readonly removed: readonly string[];
  readonly isWhole?: true;
}

/** Where the suppression list rests. */
export interface SuppressionStore {
  all(): Promise<readonly SuppressionRecord[]>;
  /** Puts and removes records, all or none; they are safe when it resolves. Rejects when the disk fails. */
  change(put: readonly SuppressionRecord[], remove: readonly string[]): Promise<void>;
  /**
   * Removes those of the records that still are as they are given; one that was changed meanwhile stays. Others who share
   * the list need not hear of it. Rejects when the disk fails.
   */
  forget(records: readonly SuppressionRecord[]): Promise<void>;
  /** What others who share the list have changed since the last call, or since {@link all}. Absent: nobody else can. */
  changes?(): Promise<SuppressionChanges>;
  close(): Promise<void>;
}
