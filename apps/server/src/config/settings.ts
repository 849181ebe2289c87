import * as v from 'valibot';
import { nearest } from './error.ts';

/** What a reader of a single value throws; the words follow the key: `what is wrong; allowed: …`. */
export class WrongValue extends Error {
  override readonly name = 'WrongValue';
  /** Index of the element, if an element of an array is wrong. */
  readonly index: number | undefined;
  constructor(what: string, index?: number) {
    super(what);
    this.index = index;
  }
}

/** A part of a JSON Schema. */
export type JsonFragment = Readonly<Record<string, unknown>>;

/** What a schema of a key knows of it, for the reference and for editors. */
export interface KeyFacts {
  readonly allowed: string;
  readonly json: JsonFragment;
  readonly isRequired: boolean;
}

/** How one key is read. */
export interface Setting<T> {
  /** What may stand there, for messages. */
  readonly allowed: string;
  /** The same for editors, as far as JSON Schema can say it. */
  readonly json?: JsonFragment;
  /** @throws {WrongValue} */
  readonly read: (value: unknown) => T;
}

/** Stands for a key that is not there, so that `missing` and defaults are one path with everything else. */
const absent: unique symbol = Symbol('absent');

/** A key that must be there. */
export function required<T>(setting: Setting<T>): v.GenericSchema<unknown, T> {
  return schema(setting, true, () => {
    throw new WrongValue(`is missing; allowed: ${setting.allowed}`);
  });
}

/** A key that may be absent. */
export function optional<T, const D>(setting: Setting<T>, otherwise: D): v.GenericSchema<unknown, T | D> {
  return schema<T | D>(setting, false, () => otherwise);
}

function schema<T>(setting: Setting<T>, isRequired: boolean, otherwise: () => T): v.GenericSchema<unknown, T> {
  return v.pipe(
    v.optional(v.unknown(), () => absent),
    v.rawTransform<unknown, T>(({ dataset, addIssue, NEVER }) => {
      const { value } = dataset;
      try {
        return value === absent ? otherwise() : setting.read(value);
      } catch (error) {
        if (!(error instanceof WrongValue)) throw error;
        const { index, message } = error;
        if (index === undefined) addIssue({ message });
        else {
          const input = value as unknown[];
          addIssue({ message, path: [{ type: 'array', origin: 'value', input, key: index, value: input[index] }] });
        }
        return NEVER;
      }
    }),
    v.metadata({ key: { allowed: setting.allowed, json: setting.json ?? {}, isRequired } satisfies KeyFacts }),
  );
}

/** A table with these keys and no others. */
export function table<const E extends v.ObjectEntries>(
  entries: E,
): v.GenericSchema<unknown, v.InferOutput<v.StrictObjectSchema<E, undefined>>> {
  const keys = Object.keys(entries);
  return v.pipe(
    v.custom<v.InferInput<v.StrictObjectSchema<E, undefined>>>(isTable, 'is no table'),
    v.strictObject(entries, (issue) => {
      const meant = nearest(String(issue.input), keys);
      return `is unknown${meant === undefined ? '' : `, did you mean "${meant}"?`}; allowed: ${keys.join(', ')}`;
    }),
  );
}

/** An array of tables, `[[name]]`. */
export function tables<T>(element: v.GenericSchema<unknown, T>): v.GenericSchema<unknown, T[]> {
  return v.array(element, 'is no array of tables');
}

function isTable(value: unknown): boolean {
  // A date is an object too, and so is an array; a table has no class of its own.
  return Object.prototype.toString.call(value) === '[object Object]';
}

/** A text that is told to nobody: messages go to the log. */
export function secretText<T>(allowed: string, read: (text: string) => T | undefined): Setting<T> {
  return textShownAs(() => 'this value', allowed, read);
}

/** A text that `read` understands; `read` gives undefined for others. */
export function text<T>(allowed: string, read: (text: string) => T | undefined): Setting<T> {
  return textShownAs(quote, allowed, read);
}

function textShownAs<T>(
  show: (value: unknown) => string,
  allowed: string,
  read: (text: string) => T | undefined,
): Setting<T> {
  return {
    allowed,
    json: { type: 'string' },
    read(value) {
      const result = typeof value === 'string' ? read(value) : undefined;
      if (result === undefined) throw new WrongValue(`${show(value)} is not allowed; allowed: ${allowed}`);
      return result;
    },
  };
}

/** One of some words. */
export function oneOf<const T extends string>(words: readonly T[]): Setting<T> {
  const allowed = words.join(', ');
  return {
    allowed,
    json: { enum: words },
    read(value) {
      const found = words.find((word) => word === value);
      if (found !== undefined) return found;
      const meant = typeof value === 'string' ? nearest(value, words) : undefined;
      const hint = meant === undefined ? '' : `, did you mean "${meant}"?`;
      throw new WrongValue(`${quote(value)} is not allowed${hint}; allowed: ${allowed}`);
    },
  };
}

/** A whole number within limits. */
export function whole(least: number, most: number = Number.MAX_SAFE_INTEGER): Setting<number> {
  const allowed = `a whole number from ${least}${most === Number.MAX_SAFE_INTEGER ? '' : ` to ${most}`}`;
  return {
    allowed,
    json: { type: 'integer', minimum: least, ...(most === Number.MAX_SAFE_INTEGER ? {} : { maximum: most }) },
    read(value) {
      if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most) return value;
      throw new WrongValue(`${quote(value)} is not allowed; allowed: ${allowed}`);
    },
  };
}

/** `true` or `false`. */
export function flag(): Setting<boolean> {
  return {
    allowed: 'true, false',
    json: { type: 'boolean' },
    read(value) {
      if (typeof value === 'boolean') return value;
      throw new WrongValue(`${quote(value)} is not allowed; allowed: true, false`);
    },
  };
}

/** An array of one kind of values. */
export function listOf<T>(element: Setting<T>, least: number): Setting<readonly T[]> {
  const allowed = `an array of ${least > 0 ? 'at least one of ' : ''}${element.allowed}`;
  return {
    allowed,
    json: { type: 'array', items: element.json ?? {}, ...(least > 0 ? { minItems: least } : {}) },
    read(value) {
      if (!Array.isArray(value)) throw new WrongValue(`${quote(value)} is no array; allowed: ${allowed}`);
      if (value.length < least) throw new WrongValue(`is empty; allowed: ${allowed}`);
      return value.map((item: unknown, index) => {
        try {
          return element.read(item);
        } catch (error) {
          throw error instanceof WrongValue ? new WrongValue(error.message, index) : error;
        }
      });
    },
  };
}

/** A value as a message shows it: short, on one line, and of a URL without user name and password. */
export function quote(value: unknown): string {
  const json = JSON.stringify(value) as string | undefined;
  if (json === undefined) return 'this value';
  const shown = json.replaceAll(/:\/\/[^\s"]*@/g, '://(hidden)@');
  return shown.length > 60 ? `${shown.slice(0, 60)}…` : shown;
}
