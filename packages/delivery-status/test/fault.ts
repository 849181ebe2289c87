import { DeliveryStatusError } from '../src/index.ts';

/** Code and offset of the error of this package that a call throws; any other error goes on. */
export function fault(run: () => unknown): readonly [string, number] | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof DeliveryStatusError) return [error.code, error.offset];
    throw error;
  }
  return undefined;
}
