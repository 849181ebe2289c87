import { BAD_PARAMETER, EsmtpParameterError, type ReplyHint, UNKNOWN_PARAMETER } from './error.ts';
import { type EsmtpParameter, asciiUpper } from './parameter.ts';
import { type Announced, type RegisteredParameter, isPrivateExtension } from './registry.ts';

/** How one parameter gets into the typed view `T`; a flag is given '' since it takes no value. */
export interface Reader<T> {
  readonly flag?: true;
  readonly read: (into: T, value: string) => void;
}

/** A registered parameter with its reader and its bit among those seen. */
interface Entry<T> extends RegisteredParameter, Reader<T> {
  readonly bit: number;
}

/** The parameters of one verb. */
export interface Table<T> {
  readonly known: ReadonlyMap<string, Entry<T>>;
  /** Parameters of the other verb, which are never extensions of this one. */
  readonly elsewhere: ReadonlySet<string>;
}

export function tableOf<T, K extends string>(
  registered: readonly RegisteredParameter<K>[],
  elsewhere: readonly RegisteredParameter[],
  readers: Readonly<Record<K, Reader<T>>>,
): Table<T> {
  return {
    known: new Map(
      registered.map((parameter, index) => [
        parameter.keyword,
        { ...parameter, ...readers[parameter.keyword], bit: 1 << index },
      ]),
    ),
    elsewhere: new Set(elsewhere.map(({ keyword }) => keyword)),
  };
}

/** No parameters. */
export const NONE: readonly EsmtpParameter[] = Object.freeze([]);

/** Read each known parameter, once, into `into`; give back the others, in order. */
export function readEach<T>(
  parameters: readonly EsmtpParameter[],
  table: Table<T>,
  announced: Announced | undefined,
  into: T,
): readonly EsmtpParameter[] {
  let others: Map<string, EsmtpParameter> | undefined;
  let seen = 0;
  for (const parameter of parameters) {
    const { keyword, value = '' } = parameter;
    const entry = table.known.get(keyword) ?? table.known.get(asciiUpper(keyword));
    if (entry === undefined) {
      others ??= new Map();
      addExtension(others, parameter, table.elsewhere, announced);
      continue;
    }
    if (announced !== undefined && !anyAnnounced(entry.extensions, announced)) throw unknown(keyword);
    if ((seen & entry.bit) !== 0) throw new EsmtpParameterError('duplicate', 0, replyFor(entry.keyword), keyword);
    seen |= entry.bit;
    // A flag must not have a value, however empty, and any other parameter needs one that is not empty.
    if (entry.flag ? parameter.value !== undefined : value === '')
      throw new EsmtpParameterError('bad-value', 0, replyFor(entry.keyword), keyword);
    entry.read(into, value);
  }
  return others === undefined ? NONE : [...others.values()];
}

/** RFC 6710 §4.1 names 5.5.2 for its parameter; everywhere else it is 5.5.4. */
export function replyFor(keyword: string): ReplyHint {
  return keyword === 'MT-PRIORITY' ? { code: 501, status: '5.5.2' } : BAD_PARAMETER;
}

export function unknown(keyword: string): EsmtpParameterError {
  return new EsmtpParameterError('unknown', 0, UNKNOWN_PARAMETER, keyword);
}

function anyAnnounced(extensions: readonly string[], announced: Announced): boolean {
  for (const extension of extensions) if (announced.has(extension)) return true;
  return false;
}

function addExtension(
  others: Map<string, EsmtpParameter>,
  parameter: EsmtpParameter,
  elsewhere: ReadonlySet<string>,
  announced: Announced | undefined,
): void {
  const keyword = asciiUpper(parameter.keyword);
  if (elsewhere.has(keyword)) throw unknown(parameter.keyword);
  if (announced !== undefined && !isPrivateExtension(keyword, announced)) throw unknown(parameter.keyword);
  if (others.has(keyword)) throw new EsmtpParameterError('duplicate', 0, BAD_PARAMETER, parameter.keyword);
  others.set(keyword, parameter);
}
