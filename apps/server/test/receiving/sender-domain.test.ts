import { describe, expect, it } from 'vitest';
import { receivingWorld, ROUTES } from './world.ts';

const LISTEN = `[[listen]]\naddress = "0.0.0.0:25"\ncheck-sender-domain = true\n${ROUTES}`;

describe('RFC 7505 §4.2: senders whom no report could reach', () => {
  it.each([
    ['RFC 7505 §4.2 R7505-4.1-b: a domain with a null MX', 'a@null.example', '550 5.7.27'],
    ['RFC 6409 §3.2 R6409-3.2-a: a domain that does not exist', 'a@nowhere.example', '550 5.1.8'],
    ['RFC 6409 §3.2 R6409-3.2-a: a domain without a host', 'a@empty.example', '550 5.1.8'],
    ['a domain of which the DNS says nothing now', 'a@trouble.example', '450 4.1.8'],
    ['a domain with exchangers', 'a@mx.example', '250 2.1.0'],
    ['RFC 5321 §5.1: a host without exchangers', 'a@host.example', '250 2.1.0'],
    ['a domain that ends here', 'a@example.org', '250 2.1.0'],
    ['RFC 5321 §4.1.3: an address literal', 'a@[198.51.100.7]', '250 2.1.0'],
    ['RFC 6409 §3.2 R6409-3.2-b: nobody', '', '250 2.1.0'],
  ])('%s', async (_, sender, reply) => {
    const { world, greeted } = await receivingWorld(LISTEN);
    const { table } = world.resolver;
    table.set('null.example', { mx: [[0, '.']] });
    table.set('empty.example', {});
    table.set('trouble.example', { trouble: 'SERVFAIL' });
    table.set('mx.example', { mx: [[10, 'mail.mx.example']] });
    table.set('host.example', { addresses: ['192.0.2.77'] });
    const dialogue = await greeted();
    const replies = await dialogue.say(`MAIL FROM:<${sender}>\r\nRCPT TO:<bob@example.org>`);
    expect(replies.slice(0, reply.length)).toBe(reply);
    expect(replies.split('\r\n')[1]).toMatch(reply.startsWith('250') ? /^250 2\.1\.5/ : /^503 5\.5\.1/);
  });

  it('RFC 5321 §3.6.3: without the key nobody is asked about', async () => {
    const { world, greeted } = await receivingWorld(LISTEN.replace('check-sender-domain = true\n', ''));
    expect(await (await greeted()).say('MAIL FROM:<a@nowhere.example>')).toMatch(/^250/);
    expect(world.resolver.questions).toEqual([]);
  });
});
