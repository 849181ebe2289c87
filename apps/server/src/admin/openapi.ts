import { toJsonSchema } from '@valibot/to-json-schema';
import type { AnswerSpec, Route, Schema } from './route.ts';
import { problemSchema } from './schemas.ts';

type Json = Readonly<Record<string, unknown>>;

/** The OpenAPI document of these routes, made from the schemas by which they check. */
export function openApiDocument(
  routes: readonly Route[],
  named: Readonly<Record<string, Schema>>,
  about: { readonly version: string; readonly guarded: boolean },
): Json {
  const definitions = { ...named, Problem: problemSchema };
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method] = operation(route, definitions);
  return {
    openapi: '3.1.1',
    info: {
      title: 'dsnd',
      version: about.version,
      description: 'See, steer and connect a mail server that owes and pays every delivery status notification.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    security: about.guarded ? [{ token: [] }, { password: [] }] : [],
    tags: [...new Set(routes.map((route) => route.tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' }, password: { type: 'http', scheme: 'basic' } },
      schemas: Object.fromEntries(
        Object.entries(definitions).map(([name, schema]) => [name, inner(schema, definitions, name)]),
      ),
    },
  };
}

function operation(route: Route, definitions: Readonly<Record<string, Schema>>): Json {
  const { id, tag, summary, description, params, query, headers = {}, body, answer, open } = route;
  const parameters = [
    ...parametersOf(params, 'path', definitions),
    ...parametersOf(query, 'query', definitions),
    ...Object.entries(headers).map(([name, words]) => ({
      ...{ name, in: 'header', required: false, description: words, schema: { type: 'string' } },
    })),
  ];
  const problems = [...new Set(['bad-request', ...(route.problems ?? [])])].join(', ');
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    ...(open === true ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { required: true, content: bodyOf(body, definitions) } }),
    responses: {
      [String(answer.status)]: answerOf(answer, definitions),
      default: {
        description: `What is wrong (RFC 9457), by its code; beside those that every route has: ${problems}`,
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function bodyOf({ json, raw }: NonNullable<Route['body']>, definitions: Readonly<Record<string, Schema>>): Json {
  return {
    'application/json': { schema: inner(json, definitions) },
    ...(raw === true ? { 'message/rfc822': { schema: { type: 'string', format: 'binary' } } } : {}),
  };
}

function answerOf({ description, schema, type }: AnswerSpec, definitions: Readonly<Record<string, Schema>>): Json {
  if (schema !== undefined)
    return { description, content: { 'application/json': { schema: inner(schema, definitions) } } };
  return type === undefined ? { description } : { description, content: { [type]: { schema: { type: 'string' } } } };
}

function parametersOf(
  schema: Schema | undefined,
  place: 'path' | 'query',
  definitions: Readonly<Record<string, Schema>>,
): readonly Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = inner(schema, definitions) as {
    readonly properties?: Readonly<Record<string, Json>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description, ...value }]) => ({
    name,
    in: place,
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: value,
  }));
}

/** A schema as it stands inside of the document: named schemas are referred to. `self`: the name that is being defined. */
function inner(schema: Schema, definitions: Readonly<Record<string, Schema>>, self?: string): Json {
  const others = Object.fromEntries(Object.entries(definitions).filter(([name]) => name !== self));
  const made = toJsonSchema(schema, {
    target: 'draft-2020-12',
    typeMode: 'input',
    errorMode: 'ignore',
    definitions: others,
  }) as Json;
  const own = Object.entries(made).filter(([key]) => key !== '$schema' && key !== '$defs');
  return JSON.parse(JSON.stringify(Object.fromEntries(own)).replaceAll('#/$defs/', '#/components/schemas/')) as Json;
}
