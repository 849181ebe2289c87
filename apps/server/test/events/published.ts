import { toJsonSchema } from '@valibot/to-json-schema';
import type { EventKind } from '../../src/model.ts';
import { eventSchemas } from '../../src/events/schema.ts';
import { eventKinds } from '../../src/events/kinds.ts';

interface Field {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Field>>;
  readonly items?: Field;
}
interface Kind {
  readonly properties: Readonly<Record<string, Field>>;
  readonly required: readonly string[];
}

/** The JSON Schema of the events, and of what a webhook gets. */
export function eventsSchema(): object {
  const kinds = [...eventSchemas].map(([kind, schema]): [EventKind, unknown] => {
    const rest: Record<string, unknown> = { ...toJsonSchema(schema, { errorMode: 'ignore' }) };
    delete rest['$schema'];
    return [kind, rest];
  });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Events of dsnd',
    description: 'One change of state, as log, live stream, timeline and webhooks tell it.',
    oneOf: kinds.map(([kind]) => ({ $ref: `#/$defs/${kind}` })),
    $defs: {
      ...Object.fromEntries(kinds),
      webhook: {
        title: 'webhook',
        description: 'The body of a request to a webhook.',
        type: 'object',
        properties: {
          type: { enum: kinds.map(([kind]) => kind) },
          timestamp: { type: 'string', format: 'date-time' },
          data: { $ref: '#' },
        },
        required: ['type', 'timestamp', 'data'],
        additionalProperties: false,
      },
    },
  };
}

/** The page about events. */
export function eventsPage(): string {
  return `${INTRODUCTION}\n${[...eventSchemas].map(([kind, schema]) => section(kind, schema)).join('\n')}`;
}

function section(kind: EventKind, schema: Parameters<typeof toJsonSchema>[0]): string {
  const { properties, required } = toJsonSchema(schema, { errorMode: 'ignore' }) as unknown as Kind;
  const rows = Object.entries(properties)
    .filter(([name]) => !COMMON.has(name))
    .map(
      ([name, field]) =>
        `| \`${name}\` | ${shape(field)} | ${required.includes(name) ? 'always' : ''} | ${words(field)} |`,
    );
  const table = rows.length === 0 ? '' : `\n| field | type | | |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
  return `## ${kind}\n\n${eventKinds[kind]}\n${table}`;
}

const COMMON: ReadonlySet<string> = new Set(['kind', 'at', 'messageId']);

function shape({ type, enum: values, items }: Field): string {
  if (values !== undefined) return values.map((value) => `\`${value}\``).join(', ');
  return type === 'array' ? `array of ${shape(items ?? {})}` : (type ?? 'any');
}

function words({ description, properties, items }: Field): string {
  const inner = Object.keys(properties ?? items?.properties ?? {});
  const names = inner.length === 0 ? '' : `: ${inner.map((name) => `\`${name}\``).join(', ')}`;
  return `${description ?? (inner.length === 0 ? '' : 'with')}${names}`;
}

const INTRODUCTION = `# Events

Each change of state of a message, a recipient, the queue or the suppression list is one event. It is stored in the
transaction of the change that it tells of; log lines, the live stream, timelines, metrics and webhooks are views of it.

The JSON Schema lies in [\`apps/server/schemas/events.json\`](../apps/server/schemas/events.json), and in the package under
\`schemas/\`. New kinds and new optional fields may come: pass over what you don't know. This page is made from the schema.

Every event has:

| field       | type   |                                                                                       |
| ----------- | ------ | ------------------------------------------------------------------------------------- |
| \`kind\`      | string | one of those below                                                                    |
| \`at\`        | string | when it happened: RFC 3339, UTC                                                       |
| \`messageId\` | string | queue id of the message, as in its Received line; empty if it is about none in the queue |

The log has the same events, one JSON object a line: there \`kind\` is \`event\`, \`messageId\` is \`id\`, and of a failure or a
remote system \`status\`, \`reason\`, \`mta\` and \`reply\` stand in the event itself. \`attempted\` is left out.

## Webhooks

\`\`\`toml
[[webhook]]
name = "crm"
url = "https://crm.example.org/mail-events"
secret-file = "/etc/dsnd/webhook.secret" # whsec_ and 24 to 64 octets in base64
events = ["delivered", "relayed", "failed", "expired", "bounced"]
\`\`\`

A request is a POST of \`{"type": KIND, "timestamp": AT, "data": EVENT}\`, signed as the
[Standard Webhooks](https://www.standardwebhooks.com/) specification says (\`webhook-id\`, \`webhook-timestamp\`,
\`webhook-signature\`): their libraries check it. Any answer of 2xx takes the event; redirects are not followed.

- **At least once**, also over a crash: the same event always has the same \`webhook-id\`. Receivers pass over an id that they
  have seen.
- **In order for each message**; events of different messages may overtake each other.
- What is not taken is sent again after 5 s, 10 s, 20 s, … up to an hour. A receiver that answers nobody gets one attempt at a time.
- An event becomes a **dead letter** when it is older than \`give-up-after\` (3d), when it was refused five times (4xx, but
  not 408, 425 or 429), at once when the answer is 410, or after twelve attempts while others are taken. Dead letters, the
  latest 100,000 of each webhook, can be listed, sent again and thrown away by the HTTP API.
- Without webhooks, history and suppression nothing of this is written.
`;
