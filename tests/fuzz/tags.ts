// Delimiters with their signs, and the text between tags.
import type { Random } from './random.ts';
import { body, type Options, type Part, statement, type Tree } from './tree.ts';

const PIECES = [
  'a',
  'b c',
  ' ',
  '  ',
  '\n',
  '\n',
  '\n\n',
  '  \n',
  '\n    ',
  '\t',
  '\r\n',
  '\r',
  'x',
  '<p>',
  '&',
  '.',
  "'",
  'é😀',
];
/** Text that may come to mean something beside a tag. */
const SPECIAL = ['#', '%', '{', '}', '>', '-', '+', '|', '\u2028', '\\n', '# ', '}}', '@', ':'];

const LINE_START = ['', '', '  ', '\t'];

/** How tags are written in one template. */
export class Tags {
  private readonly random: Random;
  private readonly options: Options;

  constructor(random: Random, options: Options) {
    this.random = random;
    this.options = options;
  }

  /** Text that is printed as it is. */
  text(): string {
    const { random } = this;
    return random.times(random.int(1, 3), () => random.pick(random.chance(0.06) ? SPECIAL : PIECES)).join('');
  }

  /** `{{ … }}` */
  output(content: Part): Tree {
    const { random } = this;
    const [start, end] = [this.sign(0.08), random.chance(0.08) ? '-' : ''];
    const space = random.pick([' ', ' ', ' ', '  ', '\n', ' ']);
    return statement({ delimiter: 'variable_start_string' }, start, ' ', content, space, end, {
      delimiter: 'variable_end_string',
    });
  }

  /** `{% … %}`, or a line statement where the environment has them. The parts of one statement stay together. */
  block(...content: readonly Part[]): Part {
    const { random } = this;
    if (this.options.line_statement_prefix !== undefined && random.chance(0.4)) return this.line(content);
    return this.tag(...content);
  }

  /** `{% … %}` in any environment. */
  tag(...content: readonly Part[]): Part {
    const { random } = this;
    const parts: Part[] = [
      { delimiter: 'block_start_string' },
      this.sign(0.12),
      random.pick([' ', ' ', ' ', '', '\n']),
      ...content,
      random.pick([' ', ' ', ' ', '\n ']),
      this.sign(0.12),
      { delimiter: 'block_end_string' },
    ];
    return { sort: 'fixed', parts };
  }

  private line(content: readonly Part[]): Part {
    const { random } = this;
    const parts: Part[] = ['\n', random.pick(LINE_START), { delimiter: 'line_statement_prefix' }];
    parts.push(random.chance(0.1) ? '-' : '', random.pick(['', ' ']), ...content, random.pick(['', '', ':', ' ']));
    if (this.options.line_comment_prefix !== undefined && random.chance(0.15)) {
      parts.push(' ', { delimiter: 'line_comment_prefix' }, ' why');
    }
    return { sort: 'fixed', parts: [...parts, '\n'] };
  }

  /** `{# … #}`, or a line comment. */
  comment(): Tree {
    const { random } = this;
    if (this.options.line_comment_prefix !== undefined && random.chance(0.5)) {
      return statement(random.pick(['', '\n']), { delimiter: 'line_comment_prefix' }, ' note\n');
    }
    const inside = body([random.pick([' note ', ' ', '\n', " 'quoted ", ' x\n  y '])]);
    return statement({ delimiter: 'comment_start_string' }, this.sign(0.15), inside, this.sign(0.15), {
      delimiter: 'comment_end_string',
    });
  }

  private sign(chance: number): string {
    if (this.random.chance(chance)) return '-';
    return this.random.chance(chance / 2) ? '+' : '';
  }
}
