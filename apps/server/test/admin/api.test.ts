import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApi, type ApiServer } from './api-server.ts';

let server: ApiServer;
beforeAll(async () => {
  server = await startApi();
});
afterAll(() => server.stop());

it('describes itself by an OpenAPI document that a validator takes', async () => {
  const document = (await (await server.get('/openapi.json')).json()) as Record<string, unknown>;
  expect(await new Validator().validate(document)).toMatchObject({ valid: true });
});
