import { Counter, Gauge, type Registry } from 'prom-client';
import type { WebhookState } from '../ports.ts';

/**
 * How webhooks are doing, looked up when somebody asks. What is counted begins anew with the server, as counters may. Nothing
 * is waited for between a reset and what follows it: others may ask at the same time.
 */
export function addWebhookMetrics(registry: Registry, statesNow: () => Promise<readonly WebhookState[]>): void {
  const byWebhook = { labelNames: ['webhook'] as const, registers: [registry] };
  let states: Promise<readonly WebhookState[]> = Promise.resolve([]);
  new Counter({
    ...{ name: 'dsnd_webhook_delivered_total', help: 'Events that a webhook took', ...byWebhook },
    async collect() {
      // Those below are collected in the same turn, and take what this one asked for.
      states = statesNow();
      const found = await states;
      this.reset();
      for (const { webhook, delivered } of found) this.inc({ webhook }, delivered);
    },
  });
  new Counter({
    ...{ name: 'dsnd_webhook_failed_attempts_total', help: 'Attempts that a webhook did not take', ...byWebhook },
    async collect() {
      const found = await states;
      this.reset();
      for (const { webhook, failedAttempts } of found) this.inc({ webhook }, failedAttempts);
    },
  });
  new Gauge({
    ...{ name: 'dsnd_webhook_failing', help: '1 while the last attempt of a webhook failed', ...byWebhook },
    async collect() {
      const found = await states;
      this.reset();
      for (const { webhook, state } of found) this.set({ webhook }, state === 'failing' ? 1 : 0);
    },
  });
  new Gauge({
    ...{
      name: 'dsnd_webhook_dead_letters',
      help: 'Events that a webhook never took, kept to be sent again',
      ...byWebhook,
    },
    async collect() {
      const found = await states;
      this.reset();
      for (const { webhook, deadLetters } of found) this.set({ webhook }, deadLetters);
    },
  });
}
