import { ClientError } from './error.ts';
import { said, type Dialogue } from './dialogue.ts';

/** Who submits: with a password, or with an OAuth 2 token. */
export type Credentials =
  { readonly user: string; readonly password: string } | { readonly user: string; readonly accessToken: string };

const utf8 = new TextEncoder();

/**
 * Authenticates with PLAIN, LOGIN or XOAUTH2, whichever fits and is offered. RFC 4954 §4, RFC 4616.
 *
 * @throws {ClientError} `authentication`
 */
export async function authenticate(dialogue: Dialogue, credentials: Credentials): Promise<void> {
  const { session } = dialogue;
  const offered = (session.extensions.get('AUTH') ?? '').toUpperCase().split(' ');
  const mechanism = mechanismsFor(credentials).find((one) => offered.includes(one));
  if (mechanism === undefined)
    throw new ClientError('authentication', `the server offers no AUTH that fits: ${offered.join(' ') || 'none'}`);
  const [initial, ...answers] = responsesOf(mechanism, credentials);
  session.authenticate(mechanism, initial);
  for (;;) {
    const event = await dialogue.expect('challenge', 'authenticated', 'auth-refused');
    if (event.kind === 'authenticated') return;
    if (event.kind === 'auth-refused') throw new ClientError('authentication', said(event.reply.raw), event.reply);
    session.respond(answers.shift() ?? new Uint8Array());
  }
}

function mechanismsFor(credentials: Credentials): readonly string[] {
  return 'accessToken' in credentials ? ['XOAUTH2'] : ['PLAIN', 'LOGIN'];
}

/** The initial response, if the mechanism has one, and the answers to challenges. */
function responsesOf(mechanism: string, credentials: Credentials): (Uint8Array | undefined)[] {
  const { user } = credentials;
  if ('accessToken' in credentials)
    return [utf8.encode(`user=${user}\u0001auth=Bearer ${credentials.accessToken}\u0001\u0001`)];
  const { password } = credentials;
  if (mechanism === 'PLAIN') return [utf8.encode(`\0${user}\0${password}`)];
  return [undefined, utf8.encode(user), utf8.encode(password)];
}
