/** A call that waits for its transaction. */
interface Waiting<Job> {
  readonly job: Job;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Calls that come while transactions are under way share the next one: many callers, one wait for the disk. `write`
 * applies the jobs of a group and tells which of them failed for reasons of their own, while the rest is done; if it
 * rejects, nothing of the group was done.
 */
export class Groups<Job> {
  readonly #write: (jobs: readonly Job[]) => Promise<ReadonlyMap<Job, Error>>;
  readonly #limits: { readonly lanes: number; readonly jobs: number };
  /** Whether it is worth while to try each job of a failed group by itself. */
  readonly #isOwnFault: (error: unknown) => boolean;
  #waiting: Waiting<Job>[] = [];
  #lanes = 0;
  #idle: (() => void)[] = [];

  constructor(
    write: (jobs: readonly Job[]) => Promise<ReadonlyMap<Job, Error>>,
    limits: { readonly lanes: number; readonly jobs: number },
    isOwnFault: (error: unknown) => boolean,
  ) {
    this.#write = write;
    this.#limits = limits;
    this.#isOwnFault = isOwnFault;
  }

  add(job: Job): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject });
      if (this.#lanes < this.#limits.lanes) {
        this.#lanes++;
        // What is asked for in the same turn goes along.
        queueMicrotask(() => void this.#run());
      }
    });
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    if (this.#lanes > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) await this.#group(this.#waiting.splice(0, this.#limits.jobs));
    if (--this.#lanes === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  async #group(group: readonly Waiting<Job>[]): Promise<void> {
    try {
      const failures = await this.#write(group.map(({ job }) => job));
      for (const { job, resolve, reject } of group) {
        const failure = failures.get(job);
        if (failure === undefined) resolve();
        else reject(failure);
      }
    } catch (error) {
      // One that can't be stored must not take the others down with it.
      if (group.length > 1 && this.#isOwnFault(error)) for (const one of group) await this.#group([one]);
      else for (const { reject } of group) reject(error);
    }
  }
}
