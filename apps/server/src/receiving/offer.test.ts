import { expect, it } from 'vitest';
import { parseConfig } from '../config.ts';
import { newClient } from './client.ts';
import { offerTo } from './offer.ts';

it('RFC 3207 §4: offers each client what is for it, whoever has been offered something before', () => {
  const toml = `hostname = "mx.example.org"
store = "sqlite:x"
[[listen]]
address = "[::]:25"
relay-from = ["192.0.2.0/24"]
tls-required = true
dsn = "everyone"
[tls]
certificate = "cert.pem"
key = "key.pem"
`;
  const { listen, limits } = parseConfig(toml, 'dsnd.toml', '');
  const listener = listen[0]!;
  const tlsFirst = (address: string) => offerTo(newClient(address, listener), listener, limits, 0).tlsFirst;
  expect(['203.0.113.9', '192.0.2.1', '203.0.113.9'].map(tlsFirst)).toEqual([true, false, true]);
});
