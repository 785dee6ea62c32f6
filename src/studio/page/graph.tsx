// The graph of what Flux would apply, drawn by the page of `graph`, with what the pending edit changes.
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Explorer } from '../../graph/page/explorer.ts';
import { call, check, pending, texts, treeVersion } from './store.ts';
import { Busy, Empty, useAnswer } from './ui.tsx';

export function GraphView(): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const explorer = useRef<Explorer | undefined>(undefined);
  const { answer, why } = useAnswer(() => call('graph', { pending: pending.value }), [texts.value, treeVersion.value]);
  useEffect(() => {
    if (answer === undefined || host.current === null) return;
    const { graph, changes } = answer;
    if (explorer.current === undefined)
      explorer.current = new Explorer(host.current, graph, { changes, hasAddress: false });
    else explorer.current.show(graph, changes);
  }, [answer]);
  useEffect(
    () => () => {
      explorer.current?.destroy();
    },
    [],
  );
  return (
    <>
      {answer === undefined && why === undefined && <Busy text="Drawing the graph" />}
      {answer === undefined && why !== undefined && <Empty title={why} />}
      {answer !== undefined && why !== undefined && (
        <p class="banner red" role="alert">
          This is the graph of before: {why}
        </p>
      )}
      {answer !== undefined && check.value?.isValid === false && (
        <p class="banner amber">The configuration has errors: this is the graph before them.</p>
      )}
      <div ref={host} class="explorer fill" />
    </>
  );
}
