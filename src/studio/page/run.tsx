// The confirmation of a run, and how it gets on.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ConfigureResult, PlanStatus } from '../api.ts';
import {
  CallError,
  changedFiles,
  configure,
  dirty,
  go,
  isConfirming,
  isPlanning,
  messageOf,
  plan,
  sentence,
  session,
  stages,
} from './store.ts';
import { Button, counted, Dialog, FindingNote, Prose } from './ui.tsx';

type State =
  | { readonly at: 'asking' }
  | { readonly at: 'running' }
  | { readonly at: 'done'; readonly result: ConfigureResult }
  | { readonly at: 'failed'; readonly error: unknown };

export function ConfirmRun(): JSX.Element {
  const [state, setState] = useState<State>({ at: 'asking' });
  const close = (): void => {
    if (state.at !== 'running') isConfirming.value = false;
  };
  const token = plan.value?.token;
  const run = async (): Promise<void> => {
    if (token === undefined) return;
    setState({ at: 'running' });
    try {
      setState({ at: 'done', result: await configure(token) });
    } catch (error) {
      setState({ at: 'failed', error });
    }
  };
  return (
    <Dialog label="Configure" onClose={close}>
      <h2>Configure</h2>
      {state.at === 'asking' && <Question />}
      {state.at !== 'asking' && <Stages isRunning={state.at === 'running'} />}
      {state.at === 'done' && <Done result={state.result} />}
      {state.at === 'failed' && <Failed error={state.error} />}
      <div class="dialog-foot">
        {state.at === 'asking' && (
          <>
            <Button onClick={close}>Cancel</Button>
            <Button
              kind="primary"
              isDisabled={token === undefined || isPlanning.value || (plan.value?.refusals.length ?? 0) > 0}
              onClick={() => void run()}
            >
              Write {counted(changedFiles.value.length, 'file')}
            </Button>
          </>
        )}
        {state.at === 'failed' && (
          <Button
            onClick={() => {
              setState({ at: 'asking' });
            }}
          >
            Back to the plan
          </Button>
        )}
        {(state.at === 'done' || state.at === 'failed') && (
          <Button kind={state.at === 'done' ? 'primary' : 'plain'} onClick={close}>
            Close
          </Button>
        )}
      </div>
    </Dialog>
  );
}

/** The plan on one page: what is written where. */
function Question(): JSX.Element {
  const known = plan.value;
  const files = changedFiles.value;
  const of = (status: PlanStatus): string[] => files.filter((file) => file.status === status).map(({ path }) => path);
  return (
    <>
      <p class="quiet">
        In <code>{session.value?.folder}</code>. Nothing is committed, and no machine is asked.
      </p>
      {dirty.value.length > 0 && (
        <PathList title="Saved" paths={dirty.value.map((name) => session.value?.documents[name].file ?? name)} />
      )}
      <PathList title="Created" paths={of('created')} />
      <PathList title="Changed" paths={of('changed')} />
      <PathList title="Removed" paths={of('removed')} />
      {files.length === 0 && <p>No file of the tree changes.</p>}
      {known?.refusals.map((finding, index) => (
        <FindingNote key={index} finding={finding} hasPlace />
      ))}
    </>
  );
}

function PathList({ title, paths }: { readonly title: string; readonly paths: readonly string[] }): JSX.Element | null {
  if (paths.length === 0) return null;
  return (
    <details class="path-list" open={paths.length <= 8}>
      <summary>
        {title} <span class="count">{paths.length}</span>
      </summary>
      <ul>
        {paths.map((path) => (
          <li key={path}>
            <code>{path}</code>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Stages({ isRunning }: { readonly isRunning: boolean }): JSX.Element {
  const told = stages.value;
  const steps = told.at(-1)?.steps ?? 0;
  const done = told.filter(({ state }) => state === 'done').length;
  return (
    <>
      <progress
        class="progress"
        max={Math.max(steps, 1)}
        value={isRunning ? done : Math.max(steps, 1)}
        aria-label="Progress"
      />
      <ol class="stages">
        {told.map(({ step, stage, state, text }) => (
          <li key={step} class={state}>
            <span
              class={`dot ${state === 'done' ? 'green' : state === 'failed' ? 'red' : 'busy'}`}
              aria-hidden="true"
            />
            <span>{sentence(stage)}</span>
            {text !== undefined && <span class="quiet">{text}</span>}
          </li>
        ))}
      </ol>
    </>
  );
}

function Done({ result }: { readonly result: ConfigureResult }): JSX.Element {
  const { written, keysMade, companionMade, backup, findings } = result;
  return (
    <div role="status">
      <p>{written.length === 0 ? 'Nothing had to be written.' : `${counted(written.length, 'file')} written.`}</p>
      {keysMade.length > 0 && <p>Keys made: {keysMade.join(', ')}. Keep a copy of them elsewhere.</p>}
      {companionMade !== undefined && <p>Secrets are in {companionMade}.</p>}
      {backup !== undefined && <p>What was there lies in {backup}.</p>}
      {findings.map((finding, index) => (
        <FindingNote key={index} finding={finding} hasPlace />
      ))}
      <p class="quiet">
        Next: commit and push.{' '}
        <button
          type="button"
          class="link"
          onClick={() => {
            isConfirming.value = false;
            go('terminal');
          }}
        >
          What comes then
        </button>
      </p>
    </div>
  );
}

function Failed({ error }: { readonly error: unknown }): JSX.Element {
  const own = error instanceof CallError ? error.findings : [];
  return (
    <div role="alert">
      {own.length === 0 && (
        <p class="red">
          <Prose text={messageOf(error)} />
        </p>
      )}
      {own.map((finding, index) => (
        <FindingNote key={index} finding={finding} hasPlace />
      ))}
    </div>
  );
}
