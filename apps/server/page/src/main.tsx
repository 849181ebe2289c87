import { render, type JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import * as api from './api/calls.ts';
import { onSignInWanted } from './api/client.ts';
import { openLive } from './api/live.ts';
import { useLoad } from './api/load.ts';
import { ViewHead, Empty } from './parts/basics.tsx';
import { Shell, VIEWS } from './parts/shell.tsx';
import { applyTheme } from './parts/theme.tsx';
import { useRoute, type Route } from './routing.ts';
import { ComposeView } from './views/compose.tsx';
import { ExplainView } from './views/explain.tsx';
import { MessageView } from './views/message.tsx';
import { MessagesView } from './views/messages.tsx';
import { OverviewView } from './views/overview.tsx';
import { QueueView } from './views/queue.tsx';
import { SuppressedView } from './views/suppressed.tsx';

function Page(): JSX.Element {
  const route = useRoute();
  const host = useLoad('host', api.overview).data?.hostname;
  const [signIn, setSignIn] = useState(false);
  useEffect(() => onSignInWanted(() => setSignIn(true)), []);
  const place = route.path.join('/');
  useEffect(() => {
    const view = VIEWS.find(({ name }) => name === (route.path[0] ?? ''))?.label ?? 'dsnkit';
    document.title = `${route.path.length > 1 ? 'Message' : view} · dsnkit`;
    scrollTo(0, 0);
  }, [place]);
  return (
    <Shell route={route} host={host}>
      {signIn ? <SignIn /> : <View route={route} />}
    </Shell>
  );
}

function View({ route }: { readonly route: Route }): JSX.Element {
  const [name = '', id] = route.path;
  switch (name) {
    case '':
      return <OverviewView />;
    case 'messages':
      return id === undefined ? <MessagesView route={route} /> : <MessageView key={id} id={id} />;
    case 'queue':
      return <QueueView />;
    case 'compose':
      return <ComposeView route={route} />;
    case 'explain':
      return <ExplainView />;
    case 'suppressed':
      return <SuppressedView />;
    default:
      return (
        <>
          <ViewHead title="No such view" />
          <Empty title="There is nothing here" icon="search">
            <a href="#/">Go to the overview</a>.
          </Empty>
        </>
      );
  }
}

function SignIn(): JSX.Element {
  return (
    <>
      <ViewHead title="Sign in" />
      <Empty title="The server wants to know who you are" icon="info">
        <p>Load the page again and give the password or token that stands in the configuration.</p>
        <button type="button" class="button primary" onClick={() => location.reload()}>
          Load again
        </button>
      </Empty>
    </>
  );
}

applyTheme();
openLive();
const root = document.getElementById('page');
if (root !== null) render(<Page />, root);
