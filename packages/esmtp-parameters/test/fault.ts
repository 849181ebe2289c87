import { EsmtpParameterError } from '../src/index.ts';

/** What a call complains about; anything but our own error is passed on. */
export function fault(
  run: () => unknown,
): { readonly code: string; readonly offset: number; readonly reply: string; readonly keyword?: string } | undefined {
  try {
    run();
  } catch (error) {
    if (!(error instanceof EsmtpParameterError)) throw error;
    const { code, offset, reply, keyword } = error;
    const told = { code, offset, reply: `${reply.code} ${reply.status}` };
    return keyword === undefined ? told : { ...told, keyword };
  }
  return undefined;
}
