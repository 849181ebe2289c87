/** JSON leaves these as they are; a terminal may obey the first ones, and be turned round by the last ones. */
const HARMFUL = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/** A value as JSON that does nothing to a terminal, whoever wrote the texts in it. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(
    HARMFUL,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
