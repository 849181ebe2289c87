import { BAD_PARAMETER, EsmtpParameterError, UNKNOWN_PARAMETER } from './error.ts';
import type { EsmtpParameter } from './parameter.ts';
import { type Announced, type RegisteredParameter, WITHOUT_PARAMETER } from './registry.ts';

/** How one registered parameter gets into the typed view `T`. */
export interface Reader<T> {
  /** Absent: the parameter is a flag, which takes no value. */
  readonly value?: (into: T, value: string) => void;
  readonly flag?: (into: T) => void;
}

/** A registered parameter with its reader and its bit among the parameters seen. */
export interface Entry<T> extends RegisteredParameter {
  readonly bit: number;
  readonly reader: Reader<T>;
}

export function tableOf<T>(
  registered: readonly RegisteredParameter[],
  readers: Readonly<Record<string, Reader<T>>>,
): ReadonlyMap<string, Entry<T>> {
  return new Map(
    registered.map((parameter, index) => [
      parameter.keyword,
      { ...parameter, bit: 1 << index, reader: readers[parameter.keyword] ?? {} },
    ]),
  );
}

/** Read each known parameter once into `into`; give back the others, in order. */
export function readEach<T>(
  parameters: readonly EsmtpParameter[],
  table: ReadonlyMap<string, Entry<T>>,
  otherVerb: readonly RegisteredParameter[],
  announced: Announced | undefined,
  into: T,
): EsmtpParameter[] {
  const extensions: EsmtpParameter[] = [];
  let seen = 0;
  for (const parameter of parameters) {
    const entry = table.get(parameter.keyword) ?? table.get(parameter.keyword.toUpperCase());
    if (entry === undefined) {
      keep(parameter, extensions, otherVerb, announced);
      continue;
    }
    if (announced !== undefined && !entry.extensions.some((extension) => announced.has(extension)))
      throw new EsmtpParameterError('unknown', 0, UNKNOWN_PARAMETER, parameter.keyword);
    if ((seen & entry.bit) !== 0) throw new EsmtpParameterError('duplicate', 0, BAD_PARAMETER, parameter.keyword);
    seen |= entry.bit;
    apply(entry.reader, parameter, into);
  }
  return extensions;
}

function apply<T>(reader: Reader<T>, { keyword, value }: EsmtpParameter, into: T): void {
  if (reader.value !== undefined && value !== undefined && value !== '') reader.value(into, value);
  else if (reader.flag !== undefined && value === undefined) reader.flag(into);
  else throw new EsmtpParameterError('bad-value', 0, BAD_PARAMETER, keyword);
}

function keep(
  parameter: EsmtpParameter,
  extensions: EsmtpParameter[],
  otherVerb: readonly RegisteredParameter[],
  announced: Announced | undefined,
): void {
  const keyword = parameter.keyword.toUpperCase();
  const known =
    !otherVerb.some((other) => other.keyword === keyword) &&
    (announced === undefined || (announced.has(keyword) && !WITHOUT_PARAMETER.has(keyword)));
  if (!known) throw new EsmtpParameterError('unknown', 0, UNKNOWN_PARAMETER, parameter.keyword);
  if (extensions.some((other) => other.keyword.toUpperCase() === keyword))
    throw new EsmtpParameterError('duplicate', 0, BAD_PARAMETER, parameter.keyword);
  extensions.push(parameter);
}
