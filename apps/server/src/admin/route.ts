import { escapeHarmful } from '@dsnkit/delivery-status';
import * as v from 'valibot';
import { Problem, type ProblemCode, type WrongInput } from './problem.ts';

/** Anything that valibot can check. */
export type Schema = v.GenericSchema;

/** What a route answers when all goes well; the kinds of problems that it knows of stand beside. */
export interface AnswerSpec {
  readonly status: 200 | 201 | 202 | 204;
  readonly description: string;
  /** Of a JSON body. Absent: see `type`, or no body. */
  readonly schema?: Schema;
  /** Media type of a body that is no JSON. */
  readonly type?: string;
}

/** What a body may be. */
export interface BodySpec<B extends Schema> {
  /** Of a JSON body. */
  readonly json: B;
  /** The body may also be a message as it is, of type `message/rfc822`. */
  readonly raw?: true;
  readonly maxOctets: number;
}

/** What a handler gets, all of it checked. */
export interface Input<P extends Schema, Q extends Schema, B extends Schema> {
  readonly params: v.InferOutput<P>;
  readonly query: v.InferOutput<Q>;
  /** Absent if the body is a message. */
  readonly body: v.InferOutput<B> | undefined;
  /** A body of type `message/rfc822`. */
  readonly raw: Uint8Array | undefined;
  readonly request: Request;
  /** The network address of the client. */
  readonly client: string;
}

/** One operation of the API. */
export interface RouteSpec<P extends Schema, Q extends Schema, B extends Schema> {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** Parameters stand in braces: `/api/v1/messages/{id}`. */
  readonly path: string;
  /** `operationId` of the OpenAPI document. */
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: BodySpec<B>;
  /** Header fields that mean something here. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly answer: AnswerSpec;
  readonly problems?: readonly ProblemCode[];
  /** Answers to everyone: no credentials, any Host. */
  readonly open?: true;
  /** The result is the JSON body, or a whole response. */
  readonly handle: (input: Input<P, Q, B>) => unknown;
}

/** A route whose types are forgotten: it checks its own input. */
export interface Route extends Omit<RouteSpec<Schema, Schema, Schema>, 'handle'> {
  readonly run: (raw: RawInput) => Promise<Response>;
}

/** A request taken apart, not yet checked. */
export interface RawInput {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly json: unknown;
  readonly raw: Uint8Array | undefined;
  readonly request: Request;
  readonly client: string;
}

const nothing = v.strictObject({});
type Nothing = typeof nothing;

/** Describes one operation; its handler sees input only after the schemas have taken it. */
export function route<P extends Schema = Nothing, Q extends Schema = Nothing, B extends Schema = Nothing>(
  spec: RouteSpec<P, Q, B>,
): Route {
  const { handle, ...rest } = spec;
  return {
    ...rest,
    async run({ params, query, json, raw, request, client }) {
      const errors: WrongInput[] = [];
      const input = {
        params: check(spec.params ?? nothing, params, 'path', errors),
        query: check(spec.query ?? nothing, query, 'query', errors),
        body: spec.body === undefined || raw !== undefined ? undefined : check(spec.body.json, json, 'body', errors),
      };
      const [first] = errors;
      if (first !== undefined) throw new Problem('bad-request', `${first.where} ${first.message}`, { errors });
      const result = await handle({ ...(input as Input<P, Q, B>), raw, request, client });
      if (result instanceof Response) return result;
      if (result === undefined) return new Response(null, { status: 204 });
      return jsonResponse(result, spec.answer.status);
    },
  };
}

/** A JSON answer; ends with a line end, and does nothing to a terminal, for people who look with curl. */
function jsonResponse(value: unknown, status: number): Response {
  return new Response(`${escapeHarmful(JSON.stringify(value))}\n`, {
    status,
    headers: { 'Content-Type': 'application/json' },
  });
}

function check(schema: Schema, value: unknown, place: string, errors: WrongInput[]): unknown {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  for (const issue of result.issues) errors.push(...wrongInputs(issue, place));
  return undefined;
}

/** Of a choice the option that fits in its outer form, a list for one, is told of: what is wrong is inside of it. */
function wrongInputs(issue: v.BaseIssue<unknown>, place: string): WrongInput[] {
  const where = [place, ...(issue.path ?? []).map((item) => String(item.key))].join('.');
  const inside = (issue.issues ?? []).filter(({ path }) => path !== undefined);
  return inside.length > 0 ? inside.flatMap((each) => wrongInputs(each, where)) : [{ where, message: wordsOf(issue) }];
}

/** `Invalid key: Expected never but received "limt"` in the words of this server. */
function wordsOf(issue: v.BaseIssue<unknown>): string {
  if (issue.type === 'strict_object' && issue.expected === 'never') return 'is unknown';
  if (issue.received === 'undefined') return 'is missing';
  return issue.message.startsWith('Invalid') && issue.expected !== null
    ? `is not allowed: expected ${issue.expected.split(' | ').map(formOf).join(' or ')}`
    : issue.message;
}

/** `("a" | Array)` and `>=1` in the words of JSON. */
function formOf(expected: string): string {
  const form = expected.replace(/^\(|\)$/g, '');
  const least = /^>=(\d+)$/.exec(form)?.[1];
  return least === undefined ? (FORMS.get(form) ?? form) : `at least ${least}`;
}

const FORMS: ReadonlyMap<string, string> = new Map([
  ['Array', 'an array'],
  ['Object', 'an object'],
  ['string', 'a string'],
  ['number', 'a number'],
  ['boolean', 'true or false'],
]);
