import { packageFile } from '../package-file.ts';
import { UsageError } from '../usage-error.ts';

/** The part of JSON Schema 2020-12 that the published schema uses. */
export interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly (string | null)[];
  readonly type?: string | readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
}

/** The schema of what `dsn compose` reads, as it is published with the package. */
export function reportSchemaText(): string {
  return packageFile('schema/report.schema.json');
}

/**
 * Checks a value against a schema.
 *
 * @throws {UsageError} one line that says where and what is allowed, as `recipients[0].action: expected one of …`
 */
export function assertSchema(value: unknown, schema: Schema): void {
  const fault = faultOf(value, schema, '', schema);
  if (fault !== undefined) throw new UsageError(fault);
}

/** The first fault, or undefined. */
function faultOf(value: unknown, schema: Schema, path: string, root: Schema): string | undefined {
  const fault = (what: string): string => `${path === '' ? 'the report' : path}: ${what}`;
  if (schema.$ref !== undefined) {
    const target = root.$defs?.[schema.$ref.replace('#/$defs/', '')];
    if (target !== undefined) return faultOf(value, target, path, root);
  }
  if (schema.anyOf !== undefined) return anyFault(value, schema.anyOf, path, root);
  if (schema.enum !== undefined && !schema.enum.some((one) => one === value)) {
    return fault(`expected one of ${schema.enum.filter((one) => one !== null).join(', ')}`);
  }
  if (schema.type !== undefined && ![schema.type].flat().some((type) => isOf(value, type))) {
    return fault(`expected ${[schema.type].flat().join(' or ')}`);
  }
  if (typeof value === 'string') return textFault(value, schema, fault);
  if (Array.isArray(value)) return arrayFault(value, schema, path, root);
  return typeof value === 'object' && value !== null ? objectFault(value, schema, path, root) : undefined;
}

function textFault(
  value: string,
  { pattern, minLength = 0 }: Schema,
  fault: (what: string) => string,
): string | undefined {
  if (value.length < minLength) return fault('may not be empty');
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(value))
    return fault(`${JSON.stringify(value)} has not the form ${pattern}`);
  return undefined;
}

/** Of several forms the one tells most that fits in kind: its fault lies deepest. */
function anyFault(value: unknown, forms: readonly Schema[], path: string, root: Schema): string | undefined {
  let deepest: string | undefined;
  for (const form of forms) {
    const fault = faultOf(value, form, path, root);
    if (fault === undefined) return undefined;
    if (deepest === undefined || fault.indexOf(':') > deepest.indexOf(':')) deepest = fault;
  }
  return deepest;
}

function arrayFault(
  value: readonly unknown[],
  { items, minItems = 0 }: Schema,
  path: string,
  root: Schema,
): string | undefined {
  if (value.length < minItems) return `${path}: at least ${minItems} needed`;
  if (items === undefined) return undefined;
  for (const [at, item] of value.entries()) {
    const fault = faultOf(item, items, `${path}[${at}]`, root);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function objectFault(value: object, schema: Schema, path: string, root: Schema): string | undefined {
  const { properties = {}, required = [], additionalProperties } = schema;
  const below = (key: string): string => (path === '' ? key : `${path}.${key}`);
  const missing = required.find((key) => !Object.hasOwn(value, key));
  if (missing !== undefined) return `${below(missing)}: is missing`;
  for (const [key, item] of Object.entries(value)) {
    const own = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (own === undefined) {
      if (additionalProperties === false)
        return `${below(key)}: not known; one of ${Object.keys(properties).join(', ')}`;
    } else {
      const fault = faultOf(item, own, below(key), root);
      if (fault !== undefined) return fault;
    }
  }
  return undefined;
}

function isOf(value: unknown, type: string): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return type === 'integer' ? Number.isInteger(value) : typeof value === type;
}
