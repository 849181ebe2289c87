/** Every value that NOTIFY may have, and none. RFC 3461 §4.1. */
export const NOTIFY = [
  undefined,
  'NEVER',
  'SUCCESS',
  'FAILURE',
  'DELAY',
  'SUCCESS,FAILURE',
  'SUCCESS,DELAY',
  'FAILURE,DELAY',
  'SUCCESS,FAILURE,DELAY',
] as const;
