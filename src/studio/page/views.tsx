// What is only looked at: findings, secrets, the doctor and what is done on the terminal.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ChecksResult, DoctorResult, Field, StatusResult, StudioFinding } from '../api.ts';
import { SecretControl, secretState } from './field.tsx';
import { call, findings, pending, secrets, sentence, session, showField, texts, treeVersion } from './store.ts';
import { Busy, Button, Choices, CopyButton, counted, Empty, FindingNote, Prose, useAnswer } from './ui.tsx';

type Told = StudioFinding & { readonly by: string };

export function Checks(): JSX.Element {
  const [severity, setSeverity] = useState<'all' | StudioFinding['severity']>('all');
  const [words, setWords] = useState('');
  const [round, setRound] = useState(0);
  const { answer, why, isBusy } = useAnswer<ChecksResult & { readonly of: typeof texts.value }>(async () => {
    const of = texts.value;
    return { ...(await call('checks', { pending: pending.value })), of };
  }, [round, treeVersion.value]);
  // What is typed is looked at as it is typed; validate tells the same again where it runs.
  const live = findings.value.map((finding): Told => ({ ...finding, by: 'configuration' }));
  const isOfThese = answer?.of === texts.value;
  const asked = (answer?.findings ?? []).filter(({ by }) => by === 'lint' || isOfThese);
  const told = [...live, ...asked.filter((one) => !live.some((other) => isSame(one, other)))];
  const count = (one: StudioFinding['severity']): number => told.filter((finding) => finding.severity === one).length;
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = told.filter(
    (finding) =>
      (severity === 'all' || finding.severity === severity) && wanted.every((word) => textOf(finding).includes(word)),
  );
  return (
    <div class="page">
      <div class="toolbar">
        <Choices
          label="Severity"
          names={[
            ['all', 'All', told.length],
            ['error', 'Errors', count('error')],
            ['warning', 'Warnings', count('warning')],
            ['note', 'Notes', count('note')],
          ]}
          chosen={severity}
          onChoose={setSeverity}
        />
        <input
          type="search"
          class="input"
          placeholder="Filter: a word, a file, a code"
          aria-label="Filter findings"
          value={words}
          onInput={({ currentTarget }) => {
            setWords(currentTarget.value);
          }}
        />
        <span class="spacer" />
        <Button
          isDisabled={isBusy}
          onClick={() => {
            setRound(round + 1);
          }}
        >
          Check again
        </Button>
      </div>
      {isBusy && <Busy text="Validating the pending edit, linting the tree on disk" />}
      {why !== undefined && <p class="red">{why}</p>}
      {answer?.notRun.map(({ by, findings: own }) => (
        <div key={by} class="banner amber">
          <p>
            <code>{by}</code> did not run.
          </p>
          {own.map((finding, index) => (
            <FindingNote key={index} finding={finding} hasPlace />
          ))}
        </div>
      ))}
      {answer !== undefined && !isBusy && (
        <p class="quiet" role="status">
          {counted(answer.files, 'file')} looked at; lint with the profile <code>{answer.profile}</code>.
          {!isOfThese && ' The texts changed since: validate is left out until you check again.'}
        </p>
      )}
      <div class="findings">
        {shown.map((finding, index) => (
          <FindingNote key={index} finding={finding} hasPlace />
        ))}
      </div>
      {shown.length === 0 && !isBusy && (
        <Empty title={told.length === 0 ? 'Nothing to complain of.' : 'No finding has these words.'} />
      )}
    </div>
  );
}

function isSame(one: StudioFinding, other: StudioFinding): boolean {
  return (
    one.code === other.code &&
    one.message === other.message &&
    one.place?.file === other.place?.file &&
    one.place?.line === other.place?.line
  );
}

function textOf({ code, message, remedy = '', place, by }: Told): string {
  return `${code} ${message} ${remedy} ${place?.file ?? ''} ${by}`.toLowerCase();
}

export function SecretsView(): JSX.Element {
  const known = secrets.value;
  if (known === undefined) return <Busy text="Looking at secrets" />;
  const fieldOf = (name: string): Field | undefined => session.value?.fields.find((one) => one.name === name);
  const [wanted, others] = [
    known.fields.filter(({ isWanted, state }) => isWanted || state === 'set'),
    known.fields.filter(({ isWanted, state }) => !isWanted && state !== 'set'),
  ];
  return (
    <div class="page">
      <p class="lead">
        Values go in and never come back: into <code>cluster.sops.yaml</code>, encrypted
        {known.owner === undefined ? '' : ' to '}
        {known.owner !== undefined && <code class="wrap">{known.owner}</code>}.
        {!known.hasKey && ' No key at hand opens what is encrypted.'}
      </p>
      {known.findings.map((finding, index) => (
        <FindingNote key={index} finding={finding} hasPlace />
      ))}
      <h2>Secrets of the configuration</h2>
      <SecretTable label="Secrets of the configuration" names={wanted.map(({ name }) => name)} fieldOf={fieldOf} />
      {others.length > 0 && (
        <details class="group">
          <summary>
            <h2 class="group-title">Of parts that are off</h2>
            <span class="group-count">{others.length}</span>
          </summary>
          <SecretTable label="Secrets of parts that are off" names={others.map(({ name }) => name)} fieldOf={fieldOf} />
        </details>
      )}
      <h2>Encrypted files</h2>
      {known.files.length === 0 ? (
        <p class="quiet">There is none yet: the first run makes them.</p>
      ) : (
        <table class="table">
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">Opened by</th>
            </tr>
          </thead>
          <tbody>
            {known.files.map(({ path, recipients, isGenerated, isOfSample }) => (
              <tr key={path}>
                <td>
                  <code class="wrap">{path}</code> {isGenerated && <span class="tag">generated</span>}{' '}
                  {isOfSample && <span class="tag amber">key of the sample</span>}
                </td>
                <td>
                  {recipients.map((recipient) => (
                    <code key={recipient} class="wrap" title={recipient}>
                      {recipient.length > 24 ? `${recipient.slice(0, 12)}…${recipient.slice(-6)}` : recipient}
                    </code>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

function SecretTable({
  label,
  names,
  fieldOf,
}: {
  readonly label: string;
  readonly names: readonly string[];
  readonly fieldOf: (name: string) => Field | undefined;
}): JSX.Element {
  return (
    <ul class="secret-list" aria-label={label}>
      {names.map((name) => {
        const field = fieldOf(name);
        return (
          <li key={name}>
            <div>
              <button
                type="button"
                class="link strong"
                onClick={() => {
                  showField('cluster', [name]);
                }}
              >
                {field?.title ?? name}
              </button>{' '}
              <span class="field-key">{name}</span>
              {field !== undefined && (
                <p class="field-about" id={`secret-${name}-about`}>
                  <Prose text={field.description} />
                </p>
              )}
            </div>
            {field === undefined ? (
              <span class="state">{secretState(name).text}</span>
            ) : (
              <SecretControl field={field} id={`secret-${name}`} describedBy={`secret-${name}-about`} />
            )}
          </li>
        );
      })}
    </ul>
  );
}

const AREAS = {
  tools: 'Programs',
  configuration: 'Configuration',
  keys: 'Keys',
  secrets: 'Secrets',
  repository: 'Repository',
  dns: 'Names',
} as const;
const STATES = { ok: 'in order', note: 'note', warning: 'warning', error: 'error' } as const;

export function Doctor(): JSX.Element {
  const [round, setRound] = useState(0);
  const { answer, why, isBusy } = useAnswer<DoctorResult>(() => call('doctor', {}), [round, treeVersion.value]);
  return (
    <div class="page">
      <div class="toolbar">
        <p class="lead">Programs, keys and the repository on this machine. Nothing is changed.</p>
        <span class="spacer" />
        <Button
          isDisabled={isBusy}
          onClick={() => {
            setRound(round + 1);
          }}
        >
          Look again
        </Button>
      </div>
      {isBusy && <Busy text="Looking" />}
      {why !== undefined && <p class="red">{why}</p>}
      {(Object.keys(AREAS) as (keyof typeof AREAS)[]).map((area) => {
        const own = answer?.checks.filter((one) => one.area === area) ?? [];
        return own.length === 0 ? null : (
          <section key={area} class="doctor-area">
            <h2>{AREAS[area]}</h2>
            <ul>
              {own.map(({ subject, state, findings: told }, index) => (
                <li key={index}>
                  <span
                    class={`dot ${state === 'ok' ? 'green' : state === 'error' ? 'red' : 'amber'}`}
                    title={STATES[state]}
                  />
                  <div>
                    <span>
                      <Prose text={subject} />
                      <span class="hidden">: {STATES[state]}</span>
                    </span>
                    {told.map((finding, at) => (
                      <FindingNote key={at} finding={finding} hasPlace />
                    ))}
                  </div>
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </div>
  );
}

export function Terminal(): JSX.Element {
  const { answer, why } = useAnswer(() => call('commands', {}), [treeVersion.value]);
  return (
    <div class="page">
      <p class="lead">Machines and the running cluster are worked on from a terminal, in {session.value?.folder}.</p>
      {why !== undefined && <p class="red">{why}</p>}
      <div class="command-groups">
        {answer?.groups.map(({ title, commands }) => (
          <section key={title} class="card">
            <h2>{title}</h2>
            <ul class="commands">
              {commands.map(({ command, description }) => (
                <li key={command}>
                  <div class="command">
                    <code>{command}</code>
                    <CopyButton text={command} label={`Copy ${command}`} />
                  </div>
                  <p class="field-about">
                    <Prose text={sentence(description)} />
                  </p>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
      <Status />
    </div>
  );
}

function Status(): JSX.Element {
  const [round, setRound] = useState(0);
  const { answer, why, isBusy } = useAnswer<StatusResult | undefined>(
    async () => (round === 0 ? undefined : await call('status', {})),
    [round],
  );
  return (
    <section class="status" aria-label="The running cluster">
      <div class="toolbar">
        <h2>The running cluster</h2>
        <span class="spacer" />
        <Button
          isDisabled={isBusy && round > 0}
          onClick={() => {
            setRound(round + 1);
          }}
        >
          {round === 0 ? 'Ask the machines' : 'Ask again'}
        </Button>
      </div>
      {isBusy && round > 0 && <Busy text="Asking every machine" />}
      {why !== undefined && <p class="red">{why}</p>}
      {round === 0 && (
        <p class="quiet">
          Read-only: what <code>talos status</code> says, where a kubeconfig and a talosconfig are there.
        </p>
      )}
      {answer !== undefined && !answer.isThere && (
        <p>
          <Prose text={answer.why} />
        </p>
      )}
      {answer?.isThere === true && <StatusTables status={answer} />}
    </section>
  );
}

function StatusTables({ status }: { readonly status: Extract<StatusResult, { isThere: true }> }): JSX.Element {
  return (
    <>
      {status.problems.map((problem) => (
        <p key={problem} class="red">
          {problem}
        </p>
      ))}
      <Table
        head={['Node', 'Address', 'Role', 'Stage', 'Ready', 'etcd', 'Talos', 'Kubernetes', 'Outdated']}
        rows={status.nodes.map((node) => [
          node.name,
          node.address,
          node.role,
          node.stage,
          node.ready ? 'yes' : 'no',
          node.etcd,
          node.talos,
          node.kubernetes,
          node.outdated.join(', '),
        ])}
      />
      {status.flux === undefined ? (
        <p class="quiet">Flux could not be asked.</p>
      ) : (
        <Table
          head={['Kind', 'Namespace', 'Name', 'Ready', 'Message']}
          rows={status.flux.map((one) => [
            one.kind,
            one.namespace,
            one.name,
            one.suspended ? 'suspended' : one.ready ? 'yes' : 'no',
            one.message,
          ])}
        />
      )}
    </>
  );
}

function Table({
  head,
  rows,
}: {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}): JSX.Element {
  return (
    <div class="table-frame" tabIndex={0} role="region" aria-label={head[0]}>
      <table class="table">
        <thead>
          <tr>
            {head.map((text) => (
              <th key={text} scope="col">
                {text}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, index) => (
            <tr key={index}>
              {cells.map((cell, at) => (
                <td key={at}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
