/** What the bench uses of a package that has no types of its own. */
declare module 'haraka-utils' {
  export const rfc1869: {
    /** The path, then each parameter, as sent. */
    parse(type: 'mail' | 'rcpt', line: string, strict: boolean): string[];
  };
}
