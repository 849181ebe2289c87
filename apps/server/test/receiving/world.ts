import { World, type ServerOptions, type SimulatedServer } from '../scenarios/world.ts';
import { Dialogue } from './dialogue.ts';

/** One server, mx.example.org, and a client that is a stranger to it unless `relay-from` says otherwise. */
export interface ReceivingWorld {
  readonly world: World;
  readonly server: SimulatedServer;
  /** Connects from an address, says EHLO, and has the reply behind it. */
  readonly greeted: (from?: string, port?: number) => Promise<Dialogue>;
}

/** What most tests need: a domain whose mail ends here, and everything else by MX. */
export const ROUTES = `
[[route]]
match = "example.org"
to = "maildir:mail"
recipients = ["bob", "carol"]
[[route]]
match = "*"
to = "mx:"
`;

export const STRANGER = '198.51.100.7';

export async function receivingWorld(toml: string, options: ServerOptions = {}): Promise<ReceivingWorld> {
  const world = new World();
  const server = await world.server('mx.example.org', '', { ...options, listen: toml });
  const greeted = async (from = STRANGER, port = 25): Promise<Dialogue> => {
    const host = world.network.find(from) ?? world.network.host(`client-${from}`, from);
    const dialogue = await Dialogue.open(world.clock, host, 'mx.example.org', port);
    await dialogue.hear();
    await dialogue.say(toml.includes('"lmtp"') ? 'LHLO client.example' : 'EHLO client.example');
    return dialogue;
  };
  return { world, server, greeted };
}
