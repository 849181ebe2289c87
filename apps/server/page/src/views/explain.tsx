import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useReader, type Reader } from '../explain/load-reader.ts';
import { ReportView } from '../explain/report.tsx';
import { size } from '../format.ts';
import { Loading, Panel, Trouble, ViewHead } from '../parts/basics.tsx';
import { Icon } from '../parts/icon.tsx';
import { ReplyView } from '../explain/reply.tsx';

interface Given {
  readonly name: string;
  readonly octets: Uint8Array;
}

/** More than any report, and little enough to be read at once. */
const MAX_OCTETS = 32_000_000;

/** Explains any bounce that is dropped, chosen or pasted. All of it happens in the browser. */
export function ExplainView(): JSX.Element {
  const [given, setGiven] = useState<Given>();
  const [trouble, setTrouble] = useState<string>();
  const [over, setOver] = useState(false);
  const text = useRef<HTMLTextAreaElement>(null);
  const reader = useReader();
  const take = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    if (file.size > MAX_OCTETS) {
      setTrouble(`${file.name} has ${size(file.size)}; at most ${size(MAX_OCTETS)} are read here.`);
      return;
    }
    setGiven({ name: file.name, octets: new Uint8Array(await file.arrayBuffer()) });
    setTrouble(undefined);
  };
  const takeText = (value: string): void => {
    if (value.trim() !== '') setGiven({ name: 'what you pasted', octets: new TextEncoder().encode(value) });
    else text.current?.focus();
  };
  const onDrop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer?.files[0];
    if (file !== undefined) void take(file);
    else takeText(event.dataTransfer?.getData('text/plain') ?? '');
  };
  return (
    <>
      <ViewHead
        title="Explain a bounce"
        lead="Drop it, choose it or paste it, source and all. It is read in this browser and sent nowhere."
      />
      <div
        class={`drop-zone ${over ? 'over' : ''}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <label class="field">
          <span>The source of a bounce, a delivery status, or the words of a server</span>
          <textarea
            ref={text}
            rows={given === undefined ? 8 : 3}
            spellcheck={false}
            placeholder={'Return-Path: <>\nContent-Type: multipart/report; …\n\nor: 550 5.1.1 No such user here'}
            onPaste={(event) => {
              const pasted = event.clipboardData?.getData('text/plain') ?? '';
              if (event.currentTarget.value === '') setTimeout(() => takeText(pasted));
            }}
          />
        </label>
        <div class="button-row">
          <button type="button" class="button primary" onClick={() => takeText(text.current?.value ?? '')}>
            <Icon name="explain" /> Explain it
          </button>
          <label class="button file">
            <Icon name="file" /> Choose a file
            <input
              type="file"
              accept=".eml,.msg,.txt,message/rfc822,text/plain"
              onChange={(event) => void take(event.currentTarget.files?.[0])}
            />
          </label>
          <button
            type="button"
            class="button"
            disabled={reader.data === undefined}
            onClick={() => setGiven({ name: 'an example', octets: new TextEncoder().encode(reader.data?.EXAMPLE) })}
          >
            Try an example
          </button>
          <span class="drop-hint quiet">or drop a file here</span>
        </div>
      </div>
      {trouble !== undefined && <Trouble message={trouble} />}
      {reader.error !== undefined && <Trouble message={reader.error} retry={reader.reload} />}
      {given !== undefined && reader.data !== undefined && <Explained given={given} reader={reader.data} />}
      {reader.data === undefined && reader.error === undefined && <Loading what="what reads bounces" />}
    </>
  );
}

function Explained({ given, reader }: { readonly given: Given; readonly reader: Reader }): JSX.Element {
  const read = useMemo(() => reader.readPasted(given.octets), [given, reader]);
  const heading = useRef<HTMLDivElement>(null);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    heading.current?.scrollIntoView({ block: 'nearest' });
  }, [given]);
  return (
    <div ref={heading} tabIndex={-1} class="explained" role="region" aria-label="Explanation">
      {read.kind === 'message' && read.forwarded.length > 0 ? (
        read.forwarded.map((message, at) => (
          <Panel
            key={at}
            title={`${message.quoted ? 'Quoted in' : 'Attached to'} ${given.name}${read.forwarded.length === 1 ? '' : `: ${at + 1} of ${read.forwarded.length}`}`}
            id={`explained-title-${at}`}
            note={size(message.octets.length)}
          >
            <ReportView key={given} read={message} />
          </Panel>
        ))
      ) : (
        <Panel title={`About ${given.name}`} id="explained-title" note={size(given.octets.length)}>
          {read.kind === 'reply' ? <ReplyView reply={read.reply} /> : <ReportView key={given} read={read.message} />}
        </Panel>
      )}
    </div>
  );
}
