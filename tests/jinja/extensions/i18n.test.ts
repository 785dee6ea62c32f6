import { describe, expect, it } from 'vitest';
import { Environment } from '../../../src/jinja/environment.ts';
import { i18n, NULL_TRANSLATIONS } from '../../../src/jinja/extensions/i18n.ts';

// The expected texts are those of Jinja2 3.1.6 with its null translations.
const NEW_STYLE: readonly (readonly [source: string, autoescape: boolean, text: string])[] = [
  ['{% trans %}100%{% endtrans %}', false, '100%'],
  ["{% trans 'menu' a='<' %}c {{ a }}{% endtrans %}", true, 'c &lt;'],
  ['{% trans num=1 %}one {{ num }}{% pluralize %}many {{ num }}{% endtrans %}', false, 'one 1'],
  ['{% trans a=f() %}{{ a }}{% pluralize %}{{ a }}s{% endtrans %}', false, '2s'],
  ["{{ _('hi %(a)s', a='<b>') }}", true, 'hi &lt;b&gt;'],
  ["{{ ngettext('%(num)s a', '%(num)s b', 2) }}", false, '2 b'],
];

describe('i18n', () => {
  it.each(NEW_STYLE)('in the new style: %s', (source, autoescape, text) => {
    const environment = new Environment({ autoescape, extensions: [i18n({ newstyle: true })] });
    expect(environment.fromString(source).render({ f: () => 2 })).toBe(text);
  });

  it('asks the translations of the program', () => {
    const translations = { ...NULL_TRANSLATIONS, gettext: (message: string) => message.toUpperCase() };
    const environment = new Environment({ extensions: [i18n({ translations })] });
    expect(environment.fromString("{% trans %}one{% endtrans %} {{ _('two') }}").render()).toBe('ONE TWO');
  });
});

describe('debug', () => {
  it('prints the variables and the names of filters and tests', () => {
    const text = new Environment({ extensions: ['debug'] }).fromString('{% debug %}').render({ answer: 42 });
    expect(text).toContain("'answer': 42");
    expect(text).toContain("'upper'");
    expect(text).toContain("'divisibleby'");
  });
});
