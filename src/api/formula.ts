/** Formulas as users write them, with Python's operators and precedences, read into calls of named functions. */
import { ArgumentError, ChunkwiseError } from '../core/errors.js';

/** What a formula is evaluated with: how a named function, or an operator by its function's name, is applied. */
export interface Meaning<T> {
  readonly number: (value: number | bigint) => T;
  readonly call: (name: string, operands: readonly T[]) => T;
  readonly known: (name: string) => boolean;
}

type Token =
  | { readonly kind: 'number'; readonly text: string; readonly at: number }
  | { readonly kind: 'name'; readonly text: string; readonly at: number }
  | { readonly kind: 'symbol'; readonly text: string; readonly at: number }
  | { readonly kind: 'value'; readonly text: string; readonly at: number; readonly value: number }
  | { readonly kind: 'end'; readonly text: string; readonly at: number };

/** Binary operators from the loosest to the tightest; each level groups from the left. Comparisons do not chain. */
const levels: readonly Readonly<Record<string, string>>[] = [
  {
    '<': 'less',
    '<=': 'lessEqual',
    '>': 'greater',
    '>=': 'greaterEqual',
    '==': 'equal',
    '!=': 'notEqual',
  },
  { '|': 'bitwiseOr' },
  { '^': 'bitwiseXor' },
  { '&': 'bitwiseAnd' },
  { '<<': 'bitwiseLeftShift', '>>': 'bitwiseRightShift' },
  { '+': 'add', '-': 'subtract' },
  { '*': 'multiply', '/': 'divide', '//': 'floorDivide', '%': 'remainder' },
];
const comparisons = 0;
const prefixes: Readonly<Record<string, string>> = { '-': 'negative', '+': 'positive', '~': 'bitwiseInvert' };

const patterns: readonly (readonly [Token['kind'] | 'space', RegExp])[] = [
  ['space', /\s+/y],
  ['number', /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?n?/y],
  ['name', /[A-Za-z_]\w*/y],
  ['symbol', /\*\*|\/\/|<<|>>|<=|>=|==|!=|[-+*/%<>&|^~(),]/y],
];

/** How placeholder i is shown where a message quotes the formula. */
const shown = (i: number): string => `\${${i}}`;

export class Formula {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(strings: readonly string[]) {
    this.#text = strings.map((s, i) => (i === 0 ? s : shown(i - 1) + s)).join('');
    this.#tokens = this.#scan(strings);
  }

  /** The formula's value under `meaning`, the placeholders standing for `values`. */
  evaluate<T>(values: readonly T[], meaning: Meaning<T>): T {
    this.#next = 0;
    const result = this.#binary(0, values, meaning);
    const rest = this.#peek();
    if (rest.kind !== 'end') this.#fail(`an operator was expected, not ${rest.text}`, rest.at);
    return result;
  }

  #scan(strings: readonly string[]): Token[] {
    const tokens: Token[] = [];
    let base = 0;
    strings.forEach((part, i) => {
      if (i > 0) {
        tokens.push({ kind: 'value', text: shown(i - 1), at: base, value: i - 1 });
        base += shown(i - 1).length;
      }
      for (let at = 0; at < part.length; ) at = this.#token(part, at, base, tokens);
      base += part.length;
    });
    tokens.push({ kind: 'end', text: 'the end', at: base });
    return tokens;
  }

  #token(part: string, at: number, base: number, tokens: Token[]): number {
    for (const [kind, pattern] of patterns) {
      pattern.lastIndex = at;
      const text = pattern.exec(part)?.[0];
      if (text === undefined) continue;
      if (kind === 'number' || kind === 'name' || kind === 'symbol') tokens.push({ kind, text, at: base + at });
      return at + text.length;
    }
    return this.#fail(`${JSON.stringify(part[at])} has no meaning here`, base + at);
  }

  #peek(): Token {
    return this.#tokens[this.#next] as Token;
  }

  #take(symbol: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'symbol' || token.text !== symbol) return false;
    this.#next++;
    return true;
  }

  #binary<T>(level: number, values: readonly T[], meaning: Meaning<T>): T {
    const operators = levels[level];
    if (operators === undefined) return this.#prefix(values, meaning);
    let left = this.#binary(level + 1, values, meaning);
    for (let count = 0; ; count++) {
      const token = this.#peek();
      const name = token.kind === 'symbol' && Object.hasOwn(operators, token.text) ? operators[token.text] : undefined;
      if (name === undefined) return left;
      if (level === comparisons && count > 0) {
        this.#fail('comparisons do not chain: write (a < b) & (b < c)', token.at);
      }
      this.#next++;
      left = this.#call(meaning, name, [left, this.#binary(level + 1, values, meaning)], token.at);
    }
  }

  #prefix<T>(values: readonly T[], meaning: Meaning<T>): T {
    const token = this.#peek();
    const name = token.kind === 'symbol' && Object.hasOwn(prefixes, token.text) ? prefixes[token.text] : undefined;
    if (name === undefined) return this.#power(values, meaning);
    this.#next++;
    return this.#call(meaning, name, [this.#prefix(values, meaning)], token.at);
  }

  /** `a ** b` binds tighter than a sign before it, looser than one after it, and groups from the right. */
  #power<T>(values: readonly T[], meaning: Meaning<T>): T {
    const base = this.#atom(values, meaning);
    const { at } = this.#peek();
    return this.#take('**') ? this.#call(meaning, 'pow', [base, this.#prefix(values, meaning)], at) : base;
  }

  #atom<T>(values: readonly T[], meaning: Meaning<T>): T {
    const token = this.#peek();
    this.#next++;
    if (token.kind === 'value') return values[token.value] as T;
    if (token.kind === 'number') return meaning.number(this.#number(token));
    if (token.kind === 'name') return this.#function(token, values, meaning);
    if (token.text !== '(') return this.#fail(`a value was expected, not ${token.text}`, token.at);
    const inner = this.#binary(0, values, meaning);
    if (!this.#take(')')) this.#fail('this parenthesis is not closed', token.at);
    return inner;
  }

  #number(token: Token): number | bigint {
    if (!token.text.endsWith('n')) return Number(token.text);
    const digits = token.text.slice(0, -1);
    if (!/^\d+$/.test(digits)) this.#fail(`${token.text} is no integer`, token.at);
    return BigInt(digits);
  }

  #function<T>(name: Token, values: readonly T[], meaning: Meaning<T>): T {
    if (!meaning.known(name.text)) this.#fail(`there is no function ${name.text}`, name.at);
    if (!this.#take('(')) this.#fail(`${name.text} is a function: write ${name.text}(...)`, name.at);
    const operands: T[] = [];
    if (this.#take(')')) return this.#call(meaning, name.text, operands, name.at);
    do operands.push(this.#binary(0, values, meaning));
    while (this.#take(','));
    if (!this.#take(')')) this.#fail(`the call of ${name.text} is not closed`, name.at);
    return this.#call(meaning, name.text, operands, name.at);
  }

  #call<T>(meaning: Meaning<T>, name: string, operands: readonly T[], at: number): T {
    try {
      return meaning.call(name, operands);
    } catch (error) {
      if (error instanceof ChunkwiseError) error.message += this.#place(at);
      throw error;
    }
  }

  #fail(problem: string, at: number): never {
    throw new ArgumentError('expr', problem + this.#place(at));
  }

  #place(at: number): string {
    return `, at character ${at + 1}\n    ${this.#text.replaceAll(/\s/g, ' ')}\n    ${' '.repeat(at)}^`;
  }
}
