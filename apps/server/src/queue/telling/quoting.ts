import type { Content } from '../../model.ts';
import { StoreError, type Claim, type Clock } from '../../ports.ts';
import type { Making } from './making.ts';

/** What quoting works with. */
export interface QuoteParts {
  readonly clock: Clock;
  readonly making: Making;
  /** Whether the claim under a token is still ours. */
  readonly isHeld: (token: string) => boolean;
  readonly trouble: (error: unknown) => void;
}

/** The content that a report quotes. It takes room in {@link Making} from when it is asked for first. */
export interface Quoted {
  readonly content: () => Promise<Content>;
  /** The report is stored, or none was owed. */
  readonly leave: () => void;
}

const AGAIN_MS = 2_000;

/** Gives the content of a claim patiently: a report that is owed is not left out because it is away for a while. */
export function quote(parts: QuoteParts, { message, token }: Claim, content: () => Promise<Content>): Quoted {
  let leave: (() => void) | undefined;
  const load = async (): Promise<Content> => {
    for (;;) {
      leave ??= await parts.making.enter([message.sizeOctets]);
      try {
        return await content();
      } catch (error) {
        // Others, whose content is there, have the room meanwhile.
        leave();
        leave = undefined;
        if (!(error instanceof StoreError) || error.code !== 'away' || !parts.isHeld(token)) throw error;
        parts.trouble(error);
        await new Promise<void>((resolve) => parts.clock.after(AGAIN_MS, resolve));
      }
    }
  };
  return { content: load, leave: () => leave?.() };
}
