/** The Python literals that stand in .npy headers: strings, integers, True, False, None, tuples, lists and dicts. */

/** A tuple or list is an array, a dict a Map. */
export type Literal = string | number | boolean | null | readonly Literal[] | ReadonlyMap<string, Literal>;

const words: Readonly<Record<string, boolean | null>> = { True: true, False: false, None: null };
const closers: Readonly<Record<string, string>> = { '(': ')', '[': ']' };

/** Parses one literal that fills `text` but for blanks; throws a SyntaxError that says where it stops making sense. */
export function parseLiteral(text: string): Literal {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): Literal {
    if (depth > 16) this.#fail('nesting of at most 16');
    const c = this.#peek();
    if (c === '{') return this.#dict(depth);
    if (c === '(' || c === '[') return this.#sequence(depth, c);
    if (c === "'" || c === '"') return this.#string(c);
    return this.#word();
  }

  end(): void {
    if (this.#peek() !== '') this.#fail('the end');
  }

  /** The next character that is not blank, or '' at the end. */
  #peek(): string {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++;
    return this.#text[this.#at] ?? '';
  }

  #take(expected: string): void {
    if (this.#peek() !== expected) this.#fail(`'${expected}'`);
    this.#at++;
  }

  #fail(expected: string): never {
    const found = this.#text[this.#at] === undefined ? 'the end' : `'${this.#text[this.#at]}'`;
    throw new SyntaxError(`${expected} was expected at character ${this.#at}, not ${found}`);
  }

  #dict(depth: number): Literal {
    const entries = new Map<string, Literal>();
    this.#take('{');
    while (this.#peek() !== '}') {
      const quote = this.#peek();
      if (quote !== "'" && quote !== '"') this.#fail('a string as key');
      const key = this.#string(quote);
      if (entries.has(key)) this.#fail(`another key than '${key}' again`);
      this.#take(':');
      entries.set(key, this.value(depth + 1));
      if (this.#peek() !== '}') this.#take(',');
    }
    this.#take('}');
    return entries;
  }

  /** A tuple or list; `(x)` without a comma is x itself. */
  #sequence(depth: number, opener: string): Literal {
    const closer = closers[opener] as string;
    const items: Literal[] = [];
    let comma = opener === '[';
    this.#take(opener);
    while (this.#peek() !== closer) {
      items.push(this.value(depth + 1));
      if (this.#peek() === closer) break;
      this.#take(',');
      comma = true;
    }
    this.#take(closer);
    return items.length === 1 && !comma ? (items[0] as Literal) : items;
  }

  #string(quote: string): string {
    this.#take(quote);
    const end = this.#text.indexOf(quote, this.#at);
    const body = this.#text.slice(this.#at, end === -1 ? undefined : end);
    if (end === -1 || body.includes('\\') || body.includes('\n')) this.#fail('a plain string');
    this.#at = end + 1;
    return body;
  }

  /** A name or an integer; Python 2 wrote long ones with an L. */
  #word(): Literal {
    const [word = ''] = /^[-+]?\w+/.exec(this.#text.slice(this.#at)) ?? [];
    if (Object.hasOwn(words, word)) this.#at += word.length;
    else if (/^[-+]?\d+L?$/.test(word)) this.#at += word.length;
    else this.#fail('a string, an integer, True, False, None, a tuple, a list or a dict');
    return words[word] !== undefined ? words[word] : Number(word.replace('L', ''));
  }
}
