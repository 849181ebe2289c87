import type { JSX } from 'preact';
import { Icon } from '../parts/icon.tsx';
import { linkTo } from '../routing.ts';

/** What a newcomer sees: three ways to make something happen. */
export function Welcome(): JSX.Element {
  return (
    <section class="welcome" aria-labelledby="welcome-title">
      <h2 id="welcome-title">Nothing has come in yet. Make something happen.</h2>
      <div class="ways">
        <a class="way" href={linkTo(['compose'], { to: '5.2.2@simulator.test' })}>
          <Icon name="compose" />
          <b>Provoke a bounce</b>
          <span>Write to 5.2.2@simulator.test, watch it fail, and read the report.</span>
        </a>
        <a class="way" href={linkTo(['explain'])}>
          <Icon name="explain" />
          <b>Have a bounce explained</b>
          <span>Drop any bounce here, or paste it. It stays in this browser.</span>
        </a>
        <div class="way">
          <Icon name="accepted" />
          <b>Point an application here</b>
          <span>Speak SMTP to this server and look at what becomes of each message.</span>
        </div>
      </div>
    </section>
  );
}
