import type { ExtensionName } from '../settings.ts';
import { DEBUG } from './debug.ts';
import { DO } from './do.ts';
import type { Extension } from './extension.ts';
import { i18n } from './i18n.ts';
import { LOOP_CONTROLS } from './loopcontrols.ts';

/** The extension of this name that comes with the engine; `i18n` leaves messages as they are. */
export function bundledExtension(name: ExtensionName): Extension {
  switch (name) {
    case 'do':
      return DO;
    case 'loopcontrols':
      return LOOP_CONTROLS;
    case 'debug':
      return DEBUG;
    case 'i18n':
      return i18n();
  }
}
