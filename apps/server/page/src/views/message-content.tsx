import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import * as api from '../api/calls.ts';
import { useLoad } from '../api/load.ts';
import { size } from '../format.ts';
import { Loading, Panel, Trouble } from '../parts/basics.tsx';
import { Icon } from '../parts/icon.tsx';
import { Source } from '../parts/source.tsx';

/** The content as it lies in the store. It is loaded when it is asked for. */
export function MessageContent({ id, sizeOctets }: { readonly id: string; readonly sizeOctets: number }): JSX.Element {
  const [open, setOpen] = useState(false);
  const download = (
    <a class="button small" href={api.contentPath(id)} download={`${id}.eml`}>
      <Icon name="download" /> Save
    </a>
  );
  return (
    <Panel title="Content" id="content-title" note={download}>
      {open ? (
        <Content id={id} />
      ) : (
        <p class="pad">
          <button type="button" class="button" onClick={() => setOpen(true)}>
            Show the source{sizeOctets > 0 && ` (${size(sizeOctets)})`}
          </button>
        </p>
      )}
    </Panel>
  );
}

function Content({ id }: { readonly id: string }): JSX.Element {
  const { data, error, reload } = useLoad(`content ${id}`, (signal) => api.content(id, signal));
  if (error !== undefined) return <Trouble message={error} retry={reload} />;
  if (data === undefined) return <Loading what="the content" />;
  return <Source text={new TextDecoder().decode(data)} label="Source of the message" />;
}
