/** The command can't do what was asked: told as one line, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
