// The frame round the views, and what belongs to none of them: keys, the palette, banners.
import { effect, signal } from '@preact/signals';
import { type ComponentType, type JSX, render } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Value } from '../api.ts';
import { Configuration } from './configuration.tsx';
import { Explanation, Plan, PlanSummary } from './plan.tsx';
import { ConfirmRun } from './run.tsx';
import {
  attempt,
  call,
  changedFiles,
  connection,
  dirty,
  discard,
  explain,
  explanation,
  fatal,
  findings,
  go,
  isConfirming,
  isPaletteOpen,
  nodeTitle,
  notice,
  openFile,
  plan,
  save,
  secrets,
  session,
  showField,
  start,
  valueAt,
  view,
  type ViewName,
  VIEWS,
} from './store.ts';
import { Busy, Button, Dialog, Empty, FindingNote, Icon, type IconName } from './ui.tsx';
import { Checks, Doctor, SecretsView, Terminal } from './views.tsx';

const TITLES: Readonly<Record<ViewName, string>> = {
  configuration: 'Configuration',
  plan: 'Plan',
  graph: 'Graph',
  network: 'Network',
  checks: 'Checks',
  secrets: 'Secrets',
  doctor: 'Doctor',
  terminal: 'Terminal',
};

/** A view that is loaded when it is first looked at. */
function late(load: () => Promise<ComponentType>): ComponentType {
  const loaded = signal<ComponentType | undefined>(undefined);
  const failed = signal(false);
  return function Late(): JSX.Element {
    useEffect(() => {
      load().then(
        (view) => {
          loaded.value = view;
          failed.value = false;
        },
        () => {
          failed.value = true;
        },
      );
    }, []);
    const Loaded = loaded.value;
    if (failed.value) return <Empty title="This part cannot be loaded. Is the studio still running?" />;
    return Loaded === undefined ? <Busy text="Loading" /> : <Loaded />;
  };
}

const CONTENTS: Readonly<Record<ViewName, ComponentType>> = {
  configuration: Configuration,
  plan: Plan,
  graph: late(async () => (await import('./graph.tsx')).GraphView),
  network: late(async () => (await import('./network.tsx')).NetworkView),
  checks: Checks,
  secrets: SecretsView,
  doctor: Doctor,
  terminal: Terminal,
};

function Studio(): JSX.Element {
  if (fatal.value !== undefined) {
    return (
      <main class="fatal">
        <h1>The studio cannot begin</h1>
        <p>{fatal.value}</p>
        <p class="quiet">Open the address that the command prints: it holds a token that is good for one start.</p>
      </main>
    );
  }
  if (session.value === undefined) {
    return (
      <main class="fatal">
        <Busy text="Reading the repository" />
      </main>
    );
  }
  const name = view.value;
  const Content = CONTENTS[name];
  return (
    <div class="shell">
      <a class="skip" href="#content" onClick={skip}>
        Skip to the content
      </a>
      <Navigation />
      <header class="head">
        <h1>{TITLES[name]}</h1>
        <span class="spacer" />
        <button
          type="button"
          class="button find"
          onClick={() => {
            isPaletteOpen.value = true;
          }}
        >
          <Icon name="search" />
          <span class="find-text">Find or do</span>
          <kbd>{isMac ? '⌘' : 'Ctrl'} K</kbd>
        </button>
        <PlanSummary />
      </header>
      <div class="banners">
        <Banners />
      </div>
      <main id="content" tabIndex={-1} class={`content view-${name}`}>
        <Content />
      </main>
      <Explanation />
      <Notice />
      {isPaletteOpen.value && <Palette />}
      {isConfirming.value && <ConfirmRun />}
    </div>
  );
}

const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

function Navigation(): JSX.Element {
  const errors = findings.value.filter(({ severity }) => severity === 'error').length;
  const badges: Partial<Record<ViewName, { readonly text: string; readonly tone: string; readonly says: string }>> = {
    ...(dirty.value.length > 0 ? { configuration: { text: '•', tone: 'accent', says: 'not saved' } } : {}),
    ...(changedFiles.value.length > 0
      ? { plan: { text: String(changedFiles.value.length), tone: 'accent', says: 'files would change' } }
      : {}),
    ...(errors > 0 ? { checks: { text: String(errors), tone: 'red', says: 'errors' } } : {}),
  };
  const missing = secrets.value?.fields.filter(({ isWanted, state }) => isWanted && state === 'missing').length ?? 0;
  if (missing > 0) badges.secrets = { text: String(missing), tone: 'amber', says: 'missing' };
  const { name, folder, program } = session.value ?? { name: '', folder: '', program: '' };
  return (
    <nav class="nav" aria-label="Views">
      <p class="brand" title={folder}>
        <span class="brand-name">{name}</span>
        <span class="brand-program">{program}</span>
      </p>
      <ul>
        {VIEWS.map((one) => (
          <li key={one}>
            <a href={`#/${one}`} aria-current={one === view.value ? 'page' : undefined} title={TITLES[one]}>
              <Icon name={one} />
              <span class="nav-text">{TITLES[one]}</span>
              {badges[one] !== undefined && (
                <span class={`badge ${badges[one].tone}`}>
                  {badges[one].text}
                  <span class="hidden"> {badges[one].says}</span>
                </span>
              )}
            </a>
          </li>
        ))}
      </ul>
      <div class="nav-foot">
        <Button icon="theme" kind="quiet" label="Light or dark" onClick={toggleTheme}>
          <span class="nav-text">Light or dark</span>
        </Button>
        <p class={`connection ${connection.value}`}>
          <span class={`dot ${connection.value === 'open' ? 'green' : 'red'}`} aria-hidden="true" />
          <span class="nav-text">{CONNECTIONS[connection.value]}</span>
        </p>
      </div>
    </nav>
  );
}

const CONNECTIONS = {
  open: 'On this machine',
  lost: 'No connection',
  stopped: 'Stopped',
  expired: 'Started anew',
} as const;

const isSampleSeen = signal(false);

function Banners(): JSX.Element {
  const { isSample = false, untrusted } = session.value ?? {};
  const state = connection.value;
  return (
    <>
      {state !== 'open' && (
        <div class="banner red" role="alert">
          <p>
            {state === 'lost' &&
              'The studio does not answer. This page tries again by itself; what you typed is kept here.'}
            {state === 'stopped' &&
              'The studio was stopped. What you typed stays in this page as long as it is open; nothing of it is written.'}
            {state === 'expired' &&
              'The studio was started anew. Open the address that it printed; copy what you typed here first.'}
          </p>
        </div>
      )}
      {untrusted !== undefined && <FindingNote finding={untrusted} />}
      {isSample && !isSampleSeen.value && (
        <div class="banner">
          <p>
            This is the published sample: look round, change what you like. The first run that is yours makes keys and
            secrets of its own.
          </p>
          <Button
            icon="close"
            kind="quiet"
            label="Close the note"
            onClick={() => {
              isSampleSeen.value = true;
            }}
          />
        </div>
      )}
    </>
  );
}

function Notice(): JSX.Element {
  const told = notice.value;
  useEffect(() => {
    if (told === undefined) return;
    const timer = setTimeout(
      () => {
        if (notice.value === told) notice.value = undefined;
      },
      told.isBad ? 12_000 : 4000,
    );
    return () => {
      clearTimeout(timer);
    };
  }, [told]);
  return (
    <div class="notice-frame" role="status">
      {told !== undefined && (
        <p class={`notice ${told.isBad ? 'red' : ''}`}>
          {told.text}
          <Button
            icon="close"
            kind="quiet"
            label="Close the notice"
            onClick={() => {
              notice.value = undefined;
            }}
          />
        </p>
      )}
    </div>
  );
}

/*
 * The palette: everything by its name.
 */

interface Entry {
  readonly title: string;
  readonly kind: string;
  readonly icon?: IconName;
  readonly act: () => void;
}

function entries(): readonly Entry[] {
  const actions: Entry[] = [
    ...(plan.value?.isPossible === true
      ? [{ title: 'Configure…', kind: 'action', act: () => void (isConfirming.value = true) }]
      : []),
    ...(dirty.value.length > 0
      ? [
          { title: 'Save', kind: 'action', act: () => void save() },
          { title: 'Discard edits', kind: 'action', act: discard },
        ]
      : []),
    { title: 'Light or dark', kind: 'action', icon: 'theme', act: toggleTheme },
    { title: 'Stop the studio', kind: 'action', act: () => void attempt(() => call('stop', {})) },
  ];
  const known = session.value;
  const nodes = valueAt('nodes', ['nodes']);
  return [
    ...VIEWS.map((name) => ({
      title: TITLES[name],
      kind: 'view',
      icon: name,
      act: () => {
        go(name);
      },
    })),
    ...actions,
    ...(known?.fields.map(({ name, title }) => ({
      title: `${title} · ${name}`,
      kind: 'field',
      act: () => {
        showField('cluster', [name]);
      },
    })) ?? []),
    ...(Array.isArray(nodes) ? (nodes as readonly Value[]) : []).map((node, index) => ({
      title: nodeTitle(node, index),
      kind: 'node',
      act: () => {
        showField('nodes', ['nodes', index, 'name']);
      },
    })),
    ...(known?.fields.map(({ name }) => ({
      title: `What comes from ${name}`,
      kind: 'explain',
      icon: 'trace' as const,
      act: () => void explain({ key: name }),
    })) ?? []),
    ...(plan.value?.files.map(({ path }) => ({
      title: path,
      kind: 'file',
      act: () => {
        openFile.value = path;
        go('plan');
      },
    })) ?? []),
  ];
}

const MOST_ENTRIES = 12;

function Palette(): JSX.Element {
  const [words, setWords] = useState('');
  const [at, setAt] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = entries()
    .filter(({ title, kind }) => wanted.every((word) => `${title} ${kind}`.toLowerCase().includes(word)))
    .slice(0, MOST_ENTRIES);
  const close = (): void => {
    isPaletteOpen.value = false;
  };
  const take = (entry: Entry | undefined): void => {
    if (entry === undefined) return;
    close();
    // The focus is given back first, so that what is opened may take it.
    setTimeout(entry.act);
  };
  useEffect(() => {
    input.current?.focus();
  }, []);
  return (
    <Dialog label="Find or do" kind="palette" onClose={close}>
      <input
        ref={input}
        class="palette-input"
        placeholder="A view, a field, a node, a file"
        role="combobox"
        aria-label="Find or do"
        aria-expanded={found.length > 0}
        aria-controls="palette-list"
        aria-autocomplete="list"
        aria-activedescendant={found.length > 0 ? `palette-${String(at)}` : undefined}
        autocomplete="off"
        spellcheck={false}
        value={words}
        onInput={({ currentTarget }) => {
          setWords(currentTarget.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
          if (step !== undefined && found.length > 0) {
            setAt((at + step + found.length) % found.length);
            event.preventDefault();
          } else if (event.key === 'Enter') take(found[at]);
        }}
      />
      <ul id="palette-list" role="listbox" aria-label="Found">
        {found.map((entry, index) => (
          <li
            key={index}
            id={`palette-${String(index)}`}
            role="option"
            aria-selected={index === at}
            onClick={() => {
              take(entry);
            }}
          >
            {entry.icon === undefined ? <span class="icon" /> : <Icon name={entry.icon} />}
            <span class="palette-title">{entry.title}</span>
            <span class="palette-kind">{entry.kind}</span>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p class="palette-none">Nothing has these words.</p>}
    </Dialog>
  );
}

/*
 * Light or dark, and keys that work everywhere.
 */

const THEME_KEY = 'studio-theme';

function toggleTheme(): void {
  const { dataset } = document.documentElement;
  const isDark =
    dataset.theme === undefined ? matchMedia('(prefers-color-scheme: dark)').matches : dataset.theme === 'dark';
  dataset.theme = isDark ? 'light' : 'dark';
  localStorage.setItem(THEME_KEY, dataset.theme);
}

function onKey(event: KeyboardEvent): void {
  // What the text took for itself, as Ctrl-K on a Mac, is no command.
  const isCommand = (event.ctrlKey || event.metaKey) && !event.defaultPrevented;
  const key = event.key.toLowerCase();
  if (isCommand && key === 'k') {
    isPaletteOpen.value = !isPaletteOpen.value;
    event.preventDefault();
  } else if (isCommand && key === 's') {
    void save();
    event.preventDefault();
  } else if (isCommand && key === 'enter' && plan.value?.token !== undefined) {
    isConfirming.value = true;
    event.preventDefault();
  } else if (
    event.key === 'Escape' &&
    explanation.value !== undefined &&
    document.querySelector('dialog[open]') === null
  )
    explanation.value = undefined;
}

function begin(): void {
  const theme = localStorage.getItem(THEME_KEY);
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  document.addEventListener('keydown', onKey);
  window.addEventListener('beforeunload', (event) => {
    if (dirty.value.length > 0) event.preventDefault();
  });
  effect(() => {
    document.title = `${dirty.value.length > 0 ? '• ' : ''}${session.value?.name ?? 'Studio'} · ${TITLES[view.value]}`;
  });
  const root = document.getElementById('studio');
  if (root !== null) render(<Studio />, root);
  void start();
}

begin();
